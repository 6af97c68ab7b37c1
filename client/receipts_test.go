package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

func TestASenderIsToldThatTheOtherHasFinishedTheEvent(t *testing.T) {
	url := startServer(t)
	receipts := make(chan client.Receipt, 10)
	config := clientConfig(url, "c-1")
	config.OnReceipt = func(r client.Receipt) { receipts <- r }
	c, man := open(t, config), open(t, servicemanConfig(url, "s-9"))
	ask(t, c, "o-nobody-knows", 1) // nothing comes of that
	placed := send(t, c, place("s-9"))
	next(t, man)
	select {
	case r := <-receipts:
		t.Fatalf("before the program has finished the event, there is %+v", r)
	default:
	}
	send(t, c, place("s-9"))
	next(t, man) // and has finished the one before
	r := within(t, receipts, "a receipt")
	if r.OrderID != placed.OrderID || r.Version != 1 || r.UserID != "s-9" || r.AckedAt.Before(r.SentAt) || r.SentAt.IsZero() {
		t.Errorf("the receipt is %+v", r)
	}
	ask(t, c, placed.OrderID, 1)
	if r := within(t, receipts, "an answer"); r.OrderID != placed.OrderID || r.UserID != "s-9" {
		t.Errorf("the answer is %+v", r)
	}
}

// A server would end the session of one who asks about what is no event.
func TestNobodyIsAskedAboutWhatIsNoEvent(t *testing.T) {
	s := newScript(t, false)
	config := s.config()
	config.OnReceipt = func(client.Receipt) {}
	socket, c := s.open(config, 0)
	for _, about := range []struct {
		orderID string
		version int64
	}{{"o-1", 0}, {"o-1", -1}, {"", 1}, {"o/1", 1}, {strings.Repeat("o", 65), 1}} {
		if err := socket.AskReceipt(about.orderID, about.version); !errors.Is(err, callout.Invalid) {
			t.Errorf("%q at version %d: %v", about.orderID, about.version, err)
		}
	}
	ask(t, socket, "o-1", 1)
	if q, ok := c.read().(wire.Ask); !ok || q != (wire.Ask{OrderID: "o-1", Version: 1}) {
		t.Errorf("what is asked is %+v", q)
	}
}

func ask(t *testing.T, s *client.Socket, orderID string, version int64) {
	t.Helper()
	if err := s.AskReceipt(orderID, version); err != nil {
		t.Error(err)
	}
}
