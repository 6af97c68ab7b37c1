package server_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

const (
	ann = "64b2f0c9e1a2b3c4d5e6f701"
	bob = "64b2f0c9e1a2b3c4d5e6f702"
	eve = "64b2f0c9e1a2b3c4d5e6f703"
	job = "64b2f0c9e1a2b3c4d5e6f708"
)

// app is one of the original system's.
type app struct {
	*servertest.Peer
	t      testing.TB
	userID string
}

func openApp(t testing.TB, s *servertest.Server, userID string) app {
	t.Helper()
	return app{s.Dial("/order?userId=" + userID), t, userID}
}

// says sends a status in the way that such apps do. code is a number or a string of one.
func (a app) says(orderID string, code any, to string) {
	a.t.Helper()
	frame, err := json.Marshal(map[string]any{
		"orderId": orderID, "statusCode": code, "receivers": []string{a.userID, to}, "extra": struct{}{},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.Text(string(frame))
}

// hears reads the next frame and holds it to what such apps read of it.
func (a app) hears(orderID string, code callout.Status, sender string) wire.Event {
	a.t.Helper()
	e, ok := a.Next().(wire.Event)
	if !ok || e.OrderID != orderID || e.Status != code || e.SenderID != sender || e.ReceiverID != a.userID {
		a.t.Fatalf("instead of %v by %s, %s hears %+v", code, sender, a.userID, e)
	}
	return e
}

func TestAWholeOrderRunsBetweenTwoAppsOfTheOriginalSystem(t *testing.T) {
	s := servertest.Start(t, nil)
	client, man := openApp(t, s, ann), openApp(t, s, bob)
	apps := map[string]app{ann: client, bob: man}
	for i, step := range []struct {
		by   string
		code any
		want callout.Status
	}{
		{ann, "1001", callout.Placed},
		{bob, 1004, callout.Accepted},
		{ann, "1005", callout.Started},
		{bob, "1006", callout.OrderChanged},
		{ann, 1007, callout.Extended},
		{ann, "1010", callout.Payment},
		{bob, 1011, callout.PaymentVerification},
		{ann, "1009", callout.OrderComplete},
	} {
		to := ann
		if step.by == ann {
			to = bob
		}
		apps[step.by].says(job, step.code, to)
		for _, a := range apps {
			if e := a.hears(job, step.want, step.by); e.Seq != int64(i+1) {
				t.Errorf("%s hears %v as event %d", a.userID, step.want, e.Seq)
			}
		}
	}
	for _, a := range apps {
		if code, goodbye := a.Closed(); code != wire.Done || goodbye != nil {
			t.Errorf("the session of %s ends with %d, %+v", a.userID, code, goodbye)
		}
	}
	events, err := s.DB.Events(t.Context(), job)
	if err != nil || len(events) != 8 || events[5].Order.Payment.Method != callout.Unstated {
		t.Errorf("the database holds %+v (%v)", events, err)
	}
}

func TestAnAppThatStartsAgainGoesOnWhereItWas(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Ledger.AckEvery = 10 * time.Millisecond })
	client, man := openApp(t, s, ann), openApp(t, s, bob)
	client.says(job, "1001", bob)
	client.hears(job, callout.Placed, ann)
	client.says("a0b2f0c9e1a2b3c4d5e6f709", "1001", bob)
	client.hears("a0b2f0c9e1a2b3c4d5e6f709", callout.Placed, ann)
	man.hears(job, callout.Placed, ann)
	man.says(job, "1004", ann)
	client.hears(job, callout.Accepted, bob)
	read := make(chan struct{})
	go func() { // reading answers the ping behind the last event
		defer close(read)
		_, _, _ = client.Conn.Read(t.Context())
	}()
	eventually(t, "the pong has acknowledged everything", func() bool {
		snapshot, err := s.DB.Open(t.Context(), ann, wire.ClassicDevice, nil)
		return err == nil && snapshot.Cursor == 3
	})
	if err := client.Conn.CloseNow(); err != nil {
		t.Fatal(err)
	}
	<-read

	man.says(job, "1008", ann) // refused: he gives no reason. He hears how the order stands
	man.hears("a0b2f0c9e1a2b3c4d5e6f709", callout.Placed, ann)
	man.hears(job, callout.Accepted, bob)
	man.hears(job, callout.Accepted, bob)
	man.says("a0b2f0c9e1a2b3c4d5e6f709", "1004", ann) // while the client is away
	man.hears("a0b2f0c9e1a2b3c4d5e6f709", callout.Accepted, bob)
	client = openApp(t, s, ann)
	client.hears("a0b2f0c9e1a2b3c4d5e6f709", callout.Placed, ann) // the newest of each, up to where it was
	client.hears(job, callout.Accepted, bob)
	if e := client.hears("a0b2f0c9e1a2b3c4d5e6f709", callout.Accepted, bob); e.Seq != 4 { // and on from there
		t.Errorf("it goes on with event %d", e.Seq)
	}
}

func TestAnAppNeverHearsOfCodesThatItDoesNotKnow(t *testing.T) {
	s := servertest.Start(t, nil)
	client, man, other := openApp(t, s, ann), openApp(t, s, bob), openApp(t, s, eve)
	client.Text(fmt.Sprintf(`{"orderId":%q,"statusCode":"1001","receivers":[%q,%q,%q],"extra":{}}`, job, ann, bob, eve))
	all := func(code callout.Status, sender string, apps ...app) {
		t.Helper()
		for _, a := range apps {
			a.hears(job, code, sender)
		}
	}
	all(callout.Placed, ann, client, man, other)
	all(callout.Broadcasted, callout.SystemID, client, man, other)
	other.says(job, "1014", ann) // OFFER_DECLINED reaches neither him nor the client
	eventually(t, "the offer is declined", func() bool {
		events, err := s.DB.Events(t.Context(), job)
		return err == nil && len(events) == 3
	})
	man.says(job, "1004", ann)
	all(callout.Accepted, bob, client, man)
	client.says(job, 1005, bob)
	all(callout.Started, ann, client, man)
	man.says(job, 1006, ann)
	all(callout.OrderChanged, bob, client, man)
	client.says(job, 1012, bob)
	all(callout.Started, ann, client, man) // CHANGE_DECLINED
	client.says(job, 1010, bob)
	all(callout.Payment, ann, client, man)
	man.says(job, 1013, ann)
	all(callout.Started, bob, client, man) // PAYMENT_REJECTED
	events, err := s.DB.Events(t.Context(), job)
	if err != nil || len(events) != 9 || events[2].Status != callout.OfferDeclined || events[8].Status != callout.PaymentRejected {
		t.Errorf("the database holds %+v (%v)", events, err)
	}
}
