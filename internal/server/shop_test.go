package server_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// shop is a server with some orders: o-1 of c-1, on offer to s-1; o-2 of c-2, on offer to s-2; o-3 of c-1, on which s-1
// works for 500. c-9 has none and watches.
type shop struct {
	*servertest.Server
	t     testing.TB
	watch *servertest.Peer
}

const secretNote = "the key is under the mat"

func openShop(t testing.TB, change func(*servertest.Config)) *shop {
	t.Helper()
	s := &shop{Server: servertest.Start(t, change), t: t}
	c1, s1, c2 := s.setUp("c-1", callout.Client), s.setUp("s-1", callout.Serviceman), s.setUp("c-2", callout.Client)
	s.watch = s.setUp("c-9", callout.Client)
	place(c1, "p-1", "o-1", "s-1")
	place(c2, "p-2", "o-2", "s-2")
	place(c1, "p-3", "o-3", "s-1")
	for c2.Event().OrderID != "o-2" {
	}
	for s1.Event().OrderID != "o-3" {
	}
	s1.Command("a-3", "o-3", callout.Accepted)
	for c1.Event().Status != callout.Accepted {
	}
	c1.Command("b-3", "o-3", callout.Started)
	for c1.Event().Status != callout.Started {
	}
	return s
}

// in is the same shop as seen from a subtest.
func (s *shop) in(t testing.TB) *shop { return &shop{s.Server.In(t), t, s.watch.In(t)} }

func (s *shop) setUp(userID string, role callout.Role) *servertest.Peer {
	s.t.Helper()
	p, _ := s.Enter(userID, role, func(h *wire.Hello) { h.Device = "first" })
	return p
}

// place places an order worth 500.
func place(p *servertest.Peer, id, orderID string, receivers ...string) {
	p.Command(id, orderID, callout.Placed, func(c *callout.Command) {
		c.Receivers = receivers
		c.Extra = callout.Extra{
			Services: []callout.Service{{Service: "tap", Quantity: 1, UnitPrice: 500}}, Currency: "INR",
			Note: secretNote, Place: &callout.Place{Area: "north", Address: "2 High Street"},
		}
	})
}

// state is what the database holds, as far as these tests write.
type state struct {
	Heads  map[string]int64
	Events map[string]int
}

func (s *shop) state() state {
	s.t.Helper()
	heads, err := s.DB.Heads(s.t.Context(), []string{"c-1", "c-2", "c-9", "s-1", "s-2", "s-9", "op-1"})
	if err != nil {
		s.t.Fatal(err)
	}
	events := make(map[string]int)
	for _, id := range []string{"o-1", "o-2", "o-3", "o-9"} {
		found, err := s.DB.Events(s.t.Context(), id)
		if err != nil {
			s.t.Fatal(err)
		}
		events[id] = len(found)
	}
	return state{heads, events}
}

// unharmed holds the server to still serving others, and to having written nothing.
func (s *shop) unharmed(before state) {
	s.t.Helper()
	answers(s.t, s.watch)
	if diff := cmp.Diff(before, s.state()); diff != "" {
		s.t.Errorf("something was written:\n%s", diff)
	}
}

// answers holds a session to being served by the ledger.
func answers(t testing.TB, p *servertest.Peer) {
	t.Helper()
	p.Command("are-you-there", "o-nowhere", callout.Started)
	if e := p.Error(); e.ID != "are-you-there" || e.Code != callout.NotFound {
		t.Errorf("the answer is %+v", e)
	}
}

// endsWith holds a session to its end: a goodbye where there has to be one, and the close frame.
func endsWith(t testing.TB, p *servertest.Peer, want wire.CloseCode) {
	t.Helper()
	code, goodbye := p.Closed()
	if code != want {
		t.Fatalf("the session ends with %d, not %d", code, want)
	}
	switch {
	case !want.GoodbyeFirst():
		if goodbye != nil {
			t.Errorf("%d is announced by %+v", want, goodbye)
		}
	case goodbye == nil:
		t.Errorf("no goodbye before %d", want)
	case goodbye.Code != want || goodbye.Reconnect != want.Reconnect() || goodbye.Reason == "" || want.Reconnect() != (goodbye.AfterMs > 0):
		t.Errorf("the goodbye before %d is %+v", want, goodbye)
	}
}

// order reads the order that a frame carries.
func order(t testing.TB, data json.RawMessage) callout.Order {
	t.Helper()
	var o callout.Order
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return o
}

// eventually waits for what tells nobody when it has happened.
func eventually(t testing.TB, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !happened() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("in 20 s it has not happened: %s", what)
		}
	}
}
