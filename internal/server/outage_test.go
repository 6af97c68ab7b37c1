package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

func TestWhenTheDatabaseGoesAwaySessionsStayAndWorkGoesOnWhenItIsBack(t *testing.T) {
	var f faulty
	s := openShop(t, f.wrap)
	before := s.state()
	client, _ := s.Enter("c-1", callout.Client)
	man, _ := s.Enter("s-1", callout.Serviceman)
	f.goAway(true)

	pay := func(c *callout.Command) { c.Version, c.Extra = 3, callout.Extra{Method: callout.Cash} }
	for range 3 {
		client.Command("pay", "o-3", callout.Payment, pay)
		if e := client.Error(); e.ID != "pay" || e.Code != callout.Unavailable || e.Order != nil {
			t.Errorf("the answer is %+v", e)
		}
		client.Text(`{"type":"command","id":"bad","orderId":"o-3","statusCode":"1010"}`) // needs no database
		if e := client.Error(); e.ID != "bad" || e.Code != callout.Invalid {
			t.Errorf("the answer is %+v", e)
		}
	}
	late := s.Dial("/v1/socket")
	late.Send(wire.Hello{Device: "late", UserID: "c-1", Role: callout.Client})
	endsWith(t, late, wire.Overloaded)
	if code, goodbye := s.Dial("/order?userId=c-1").Closed(); code != wire.Overloaded || goodbye != nil {
		t.Errorf("a classic session ends with %d, %+v", code, goodbye)
	}
	if status, _, _ := get(t, s.URL+"/readyz"); status != 503 {
		t.Errorf("/readyz answers %d", status)
	}

	f.goAway(false)
	s.unharmed(before)
	client.Command("pay", "o-3", callout.Payment, pay)
	for _, p := range []*servertest.Peer{client, man} {
		if e := p.Event(); e.Status != callout.Payment || e.Version != 4 {
			t.Errorf("the event is %+v", e)
		}
	}
	if m := scrape(t, s.Server); m[commands("1010", "unavailable")] != 3 || m[commands("1010", "committed")] != 1 {
		t.Errorf("counted are %v unavailable, %v committed", m[commands("1010", "unavailable")], m[commands("1010", "committed")])
	}
}

// A commit that is reported as failed may have been made. Nobody announces its rows, and yet they arrive, long before the
// next comparison is due (every 25 s; these peers wait 20).
func TestWhatWasCommittedWithoutAWordArrivesWithinAMoment(t *testing.T) {
	for name, test := range map[string]struct {
		unsure int
		away   bool // is what is read of the inboxes, too, for a while
	}{
		"found when the group is run again":  {unsure: 1},
		"not found either":                   {unsure: 2},
		"and then the database is gone":      {unsure: 2, away: true},
		"and again for the command repeated": {unsure: 4},
	} {
		t.Run(name, func(t *testing.T) {
			var f faulty
			s := openShop(t, func(c *servertest.Config) {
				f.wrap(c)
				c.Server.Session.Retry = 20 * time.Millisecond
			})
			client, _ := s.Enter("c-1", callout.Client)
			man, _ := s.Enter("s-1", callout.Serviceman)
			f.beUnsure(test.unsure, test.away)
			for range (test.unsure + 1) / 2 {
				client.Command("cancel", "o-1", callout.Cancelled)
			}
			if test.away {
				eventually(t, "the answer is out", func() bool { return scrape(t, s.Server)[commands("1008", "unavailable")] > 0 })
				f.goAway(false)
			}
			events := 0
			for range 1 + test.unsure/2 { // the event, and a refusal for each time that both attempts failed
				switch e := client.Next().(type) {
				case wire.Error:
					if e.Code != callout.Unavailable {
						t.Errorf("the answer is %+v", e)
					}
				case wire.Event:
					if events++; e.Status != callout.Cancelled || e.CommandID != "cancel" || e.Repeat {
						t.Errorf("the event is %+v", e)
					}
				}
			}
			if e := man.Event(); e.Status != callout.Cancelled {
				t.Errorf("the serviceman hears of %+v", e)
			}
			if events != 1 {
				t.Errorf("the client hears of it %d times", events)
			}
		})
	}
}

func TestASessionTakesNoMoreCommandsThanItCanHoldWhileTheDatabaseIsSlow(t *testing.T) {
	var f faulty
	s := openShop(t, func(c *servertest.Config) {
		f.wrap(c)
		c.Server.Session.Commands = 4
	})
	busy, _ := s.Enter("c-1", callout.Client)
	held, release := f.hold(t)
	const commands = 50
	for i := range commands {
		busy.Command(fmt.Sprint("x-", i), "o-nowhere", callout.Started)
	}
	<-held
	quiet := dialRaw(t, s.Server, "/v1/socket", masked(fin|ping, "still there?"))
	if op, payload := quiet.next(); op != pong || string(payload) != "still there?" {
		t.Errorf("another's ping is answered by %x %q", op, payload)
	}
	release()
	for i := range commands {
		if e := busy.Error(); e.ID != fmt.Sprint("x-", i) || e.Code != callout.NotFound {
			t.Fatalf("answer %d is %+v", i, e)
		}
	}
}
