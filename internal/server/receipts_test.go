package server_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

func wantsReceipts(h *wire.Hello) { h.Receipts = true }

// receipt reads a receipt.
func receipt(t *testing.T, p *servertest.Peer) wire.Receipt {
	t.Helper()
	frame := p.Next()
	r, ok := frame.(wire.Receipt)
	if !ok {
		t.Fatalf("the next frame is no receipt but %#v", frame)
	}
	return r
}

func TestASenderIsToldThatTheOtherHasGotIt(t *testing.T) {
	s := servertest.Start(t, nil)
	c, _ := s.Enter("c-1", callout.Client, wantsReceipts)
	deaf, _ := s.Enter("c-1", callout.Client, on("another"))
	m, _ := s.Enter("s-1", callout.Serviceman)
	before := time.Now().Truncate(time.Millisecond)
	place(c, "p-1", "o-1", "s-1")
	c.Event()
	deaf.Event()
	m.Event()
	r := receipt(t, c)
	if r.OrderID != "o-1" || r.Version != 1 || len(r.To) != 1 || r.To[0].UserID != "s-1" {
		t.Fatalf("the receipt is %+v", r)
	}
	if to := r.To[0]; to.SentAt.Before(before) || to.AckedAt.Before(to.SentAt) || to.AckedAt.After(time.Now()) {
		t.Errorf("sent at %v, acknowledged at %v, placed after %v", to.SentAt, to.AckedAt, before)
	}
	m.Command("a-1", "o-1", callout.Accepted)
	m.Event()
	if e := c.Event(); e.Status != callout.Accepted { // the sender of that has not asked for receipts
		t.Errorf("the next is %+v", e)
	}
	if e := deaf.Event(); e.Status != callout.Accepted {
		t.Errorf("a session that did not ask gets %+v", e)
	}
}

func TestASenderMayAskWhatBecameOfAnEvent(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Ledger.AckEvery = 10 * time.Millisecond })
	c, _ := s.Enter("c-1", callout.Client)
	m, _ := s.Enter("s-1", callout.Serviceman)
	place(c, "p-1", "o-1", "s-1", "s-2")
	c.Event()
	c.Event()
	m.Event()
	ask := func(p *servertest.Peer, version int64) wire.Receipt {
		p.Send(wire.Ask{OrderID: "o-1", Version: version})
		return receipt(t, p)
	}
	var r wire.Receipt
	eventually(t, "the acknowledgement is written", func() bool {
		r = ask(c, 1)
		return len(r.To) == 2 && !r.To[0].AckedAt.IsZero()
	})
	if r.To[0].UserID != "s-1" || r.To[0].SentAt.IsZero() || r.To[0].AckedAt.Before(r.To[0].SentAt) {
		t.Errorf("of s-1: %+v", r.To[0])
	}
	if to := r.To[1]; to != (wire.ReceiptTo{UserID: "s-2"}) {
		t.Errorf("of s-2, who was never here: %+v", to)
	}
	if e := m.Event(); e.Status != callout.Broadcasted {
		t.Fatalf("the next is %+v", e)
	}
	for version, who := range map[int64]*servertest.Peer{1: m, 2: c, 9: c} { // another's, the system's, none
		if r := ask(who, version); len(r.To) > 0 {
			t.Errorf("of version %d: %+v", version, r)
		}
	}
}
