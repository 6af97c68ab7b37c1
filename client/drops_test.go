package client_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server/servertest"
)

// The original's standing trouble was that after a reconnect, received states no longer arrived ("every second
// connection"). Here two parties are dropped a thousand times in the middle of whatever they say and hear.
func TestAThousandDropsMissAndRepeatNothing(t *testing.T) {
	const drops, atOnce, limit = 1000, 2, 4 * time.Minute
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := servertest.Start(t, nil)
	p := newProxy(t, s.URL, seed)
	c, man := open(t, clientConfig(p.URL, "c-1")), open(t, servicemanConfig(p.URL, "s-9"))

	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	say := func(by *client.Socket, cmd callout.Command) {
		if _, err := by.Send(ctx, cmd); err != nil && ctx.Err() == nil {
			t.Errorf("%s of %s: %v", cmd.Status, by.UserID, err)
			cancel()
		}
	}
	heardByClient, heardByServiceman := make(chan []client.Received, 1), make(chan []client.Received, 1)
	ended := make(chan struct{}, 10_000) // one in it for each order that the serviceman has heard the end of
	go func() {
		done := 0
		heardByClient <- follow(ctx, c, func(r client.Received) bool {
			switch r.Status {
			case callout.Accepted:
				say(c, callout.Command{OrderID: r.OrderID, Status: callout.Started})
			case callout.Started:
				say(c, callout.Command{OrderID: r.OrderID, Status: callout.Payment, Extra: callout.Extra{Method: callout.UPI}})
			case callout.PaymentVerification:
				say(c, callout.Command{OrderID: r.OrderID, Status: callout.OrderComplete})
			case callout.OrderComplete:
				if p.dropped.Load() < drops {
					say(c, place("s-9"))
				} else if done++; done == atOnce {
					p.soothe()
					return false
				}
			}
			return true
		})
	}()
	go func() {
		heardByServiceman <- follow(ctx, man, func(r client.Received) bool {
			switch r.Status {
			case callout.Placed:
				say(man, callout.Command{OrderID: r.OrderID, Status: callout.Accepted})
			case callout.Payment:
				say(man, callout.Command{OrderID: r.OrderID, Status: callout.PaymentVerification})
			case callout.OrderComplete:
				ended <- struct{}{}
			}
			return true
		})
	}()
	for range atOnce {
		say(c, place("s-9"))
	}
	orders := holdToThePromise(t, s, <-heardByClient)
	t.Logf("%d drops, %d orders", p.dropped.Load(), orders)
	for range orders {
		within(t, ended, "the end of an order")
	}
	cancel()
	holdToThePromise(t, s, <-heardByServiceman)
}

// follow gives the events to f until it has enough.
func follow(ctx context.Context, s *client.Socket, f func(client.Received) bool) (all []client.Received) {
	for r := range s.OrderStatuses(ctx) {
		all = append(all, r)
		if !f(r) {
			break
		}
	}
	return all
}

// holdToThePromise checks that an inbox has no gap and nothing twice, and that every order went through its whole life
// once, in the inbox and in the database.
func holdToThePromise(t *testing.T, s *servertest.Server, all []client.Received) (orders int) {
	t.Helper()
	life := []callout.Status{
		callout.Placed, callout.Accepted, callout.Started, callout.Payment, callout.PaymentVerification, callout.OrderComplete,
	}
	at := make(map[string]int)
	for i, r := range all {
		n := at[r.OrderID]
		if r.Seq != int64(i+1) || n >= len(life) || r.Status != life[n] || r.Version != int64(n+1) {
			t.Fatalf("%s's event %d is number %d, %s at version %d", r.ReceiverID, i+1, r.Seq, r.Status, r.Version)
		}
		at[r.OrderID]++
	}
	for id, n := range at {
		events, err := s.DB.Events(t.Context(), id)
		if err != nil || len(events) != n || n != len(life) {
			t.Errorf("of order %s %d events were heard; the database has %d (%v)", id, n, len(events), err)
		}
	}
	return len(at)
}
