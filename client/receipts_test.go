package client_test

import (
	"testing"

	"github.com/calloutd/callout/client"
)

func TestASenderIsToldThatTheOtherHasFinishedTheEvent(t *testing.T) {
	url := startServer(t)
	receipts := make(chan client.Receipt, 10)
	config := clientConfig(url, "c-1")
	config.OnReceipt = func(r client.Receipt) { receipts <- r }
	c, man := open(t, config), open(t, servicemanConfig(url, "s-9"))
	c.AskReceipt("o-nobody-knows", 1) // nothing comes of that
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
	c.AskReceipt(placed.OrderID, 1)
	if r := within(t, receipts, "an answer"); r.OrderID != placed.OrderID || r.UserID != "s-9" {
		t.Errorf("the answer is %+v", r)
	}
}
