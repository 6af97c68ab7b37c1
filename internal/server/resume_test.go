package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// resume has a hello ask for what follows an event of the inbox.
func resume(seq int64, of string) func(*wire.Hello) {
	return func(h *wire.Hello) { h.Resume = &wire.Resume{Seq: seq, Of: of} }
}

// follows holds a session to sending the events from..to and then, at once, nothing else.
func follows(t testing.TB, p *servertest.Peer, from, to int64) {
	t.Helper()
	for seq := from; seq <= to; seq++ {
		if e := p.Event(); e.Seq != seq || e.Repeat {
			t.Fatalf("instead of event %d comes %+v", seq, e)
		}
	}
	answers(t, p)
}

func TestADeviceThatComesBackGetsWhatItMissed(t *testing.T) {
	s := openShop(t, nil) // c-1's inbox: o-1/1, o-3/1, o-3/2, o-3/3
	for name, test := range map[string]struct {
		change func(*wire.Hello)
		from   int64
		reset  bool
	}{
		"a new device, from now on":           {func(h *wire.Hello) { h.Device = "new" }, 4, false},
		"a new device, from the beginning":    {func(h *wire.Hello) { resume(0, "")(h); h.Device = "newer" }, 0, false},
		"from the beginning":                  {resume(0, ""), 0, false},
		"from the middle":                     {resume(2, "o-3/1"), 2, false},
		"from the middle, without its name":   {resume(2, ""), 2, false},
		"from the end":                        {resume(4, "o-3/3"), 4, false},
		"from another event":                  {resume(2, "o-1/1"), 4, true},
		"from beyond the end":                 {resume(5, "o-3/4"), 4, true},
		"from the beginning, with some event": {resume(0, "o-1/1"), 4, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			p, w := s.Enter("c-1", callout.Client, test.change)
			if w.From != test.from || w.Seq != 4 || w.Reset != test.reset || w.UserID != "c-1" || len(w.Orders) != 2 {
				t.Errorf("the welcome is %+v", w)
			}
			follows(t, p, test.from+1, 4)
		})
	}
}

func TestADeviceGoesOnFromWhatItHasAcknowledged(t *testing.T) {
	s := openShop(t, func(c *servertest.Config) {
		c.Ledger.AckEvery = 10 * time.Millisecond
		c.Server.Linger = 50 * time.Millisecond // these peers do not close by themselves
	})
	phone := func(h *wire.Hello) { h.Device = "phone" }
	p, _ := s.Enter("c-1", callout.Client, phone, resume(0, ""))
	p.Event()
	p.Event()
	p.Next() // event 3, not acknowledged
	eventually(t, "the acknowledgement is written", func() bool {
		snapshot, err := s.DB.Open(t.Context(), "c-1", "phone", nil)
		return err == nil && snapshot.Cursor == 2
	})
	if err := p.Conn.CloseNow(); err != nil {
		t.Fatal(err)
	}
	p, w := s.Enter("c-1", callout.Client, phone)
	if w.From != 2 || w.Seq != 4 {
		t.Errorf("the welcome is %+v", w)
	}
	follows(t, p, 3, 4)
	s.Stop() // acknowledgements are kept when a server stops
	s.Again()
	if _, w := s.Enter("c-1", callout.Client, phone); w.From != 4 {
		t.Errorf("after a restart the welcome is %+v", w)
	}
	if _, w := s.Enter("c-1", callout.Client, phone, resume(2, "o-3/1")); w.From != 2 {
		t.Errorf("a device that says itself where it is gets %+v", w)
	}
}

func TestNoMoreEventsAreUnderWayThanTheWindowLets(t *testing.T) {
	s := openShop(t, func(c *servertest.Config) { c.Server.Session.Page = 2 })
	p, _ := s.Enter("c-1", callout.Client, resume(0, ""), func(h *wire.Hello) { h.Window = 3 })
	ahead := func(seqs ...int64) {
		t.Helper()
		for _, seq := range seqs {
			if e, ok := p.Next().(wire.Event); !ok || e.Seq != seq {
				t.Fatalf("instead of event %d comes %+v", seq, e)
			}
		}
		answers(t, p) // and nothing else
	}
	ahead(1, 2, 3)
	p.Send(wire.Ack{Seq: 1})
	ahead(4)
	place(p, "p-9", "o-9", "s-9")
	place(p, "p-10", "o-10", "s-9")
	ahead()
	p.Send(wire.Ack{Seq: 2})
	ahead(5)
	p.Send(wire.Ack{Seq: 5})
	ahead(6)
}

func TestEachDeviceOfAUserGetsEverything(t *testing.T) {
	s := openShop(t, nil)
	var devices []*servertest.Peer
	for i := range 3 {
		p, _ := s.Enter("c-1", callout.Client, func(h *wire.Hello) { h.Device = fmt.Sprint("device-", i) })
		devices = append(devices, p)
	}
	const orders = 20
	for i := range orders {
		place(devices[i%3], fmt.Sprint("q-", i), fmt.Sprint("q-", i), "s-9")
	}
	for _, p := range devices {
		for i := range int64(orders) {
			if e := p.Event(); e.Seq != 5+i || e.CommandID == "" {
				t.Fatalf("event %d is %+v", 5+i, e)
			}
		}
	}
}

func TestALaterSessionOfADeviceTakesOver(t *testing.T) {
	s := openShop(t, nil)
	first, _ := s.Enter("c-1", callout.Client)
	bystander, _ := s.Enter("c-2", callout.Client, func(h *wire.Hello) { h.Device = "d-c-1" })
	second, _ := s.Enter("c-1", callout.Client)
	endsWith(t, first, wire.Replaced)
	third, _ := s.Enter("c-1", callout.Client)
	endsWith(t, second, wire.Replaced)
	place(third, "p-9", "o-9", "s-9")
	if e := third.Event(); e.Seq != 5 {
		t.Errorf("the event is %+v", e)
	}
	answers(t, bystander)

	classic := s.Dial("/order?userId=c-1")
	for range 5 { // the whole inbox: its first time
		classic.Next()
	}
	later := s.Dial("/order?userId=c-1")
	if code, goodbye := classic.Closed(); code != wire.Replaced || goodbye != nil {
		t.Errorf("the classic session ends with %d, %+v", code, goodbye)
	}
	later.Next()
	answers(t, third)
}

func TestSessionsThatLeaveWhenDoneEndWithTheOrder(t *testing.T) {
	s := servertest.Start(t, nil)
	leaves := func(h *wire.Hello) { h.WhenDone = true }
	client, _ := s.Enter("c-1", callout.Client, leaves)
	man, _ := s.Enter("s-1", callout.Serviceman, leaves)
	stays, _ := s.Enter("c-1", callout.Client, func(h *wire.Hello) { h.Device = "other" })
	place(client, "p-1", "o-1", "s-1")
	place(client, "p-2", "o-2", "s-1")
	for _, p := range []*servertest.Peer{client, man, stays} {
		follows(t, p, 1, 2)
	}
	client.Command("x-1", "o-1", callout.Cancelled)
	for _, p := range []*servertest.Peer{client, man, stays} {
		follows(t, p, 3, 3) // o-2 is still open
	}
	client.Command("x-2", "o-2", callout.Cancelled)
	for _, p := range []*servertest.Peer{client, man} {
		if e, ok := p.Next().(wire.Event); !ok || e.Seq != 4 {
			t.Errorf("event 4 is %+v", e)
		}
		answers(t, p) // not before it is acknowledged
		p.Send(wire.Ack{Seq: 4})
		endsWith(t, p, wire.Done)
	}
	follows(t, stays, 4, 4)
}
