package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

func TestDrainAsksThePeerToComeBackAfterAWhile(t *testing.T) {
	w := opened(t, ana)
	w.do(w.s.Drain(1200 * time.Millisecond))
	w.gets("goodbye 4000", "close 4000")
	if g := w.peer.goodbye; g.AfterMs != 1200 || !g.Reconnect {
		t.Fatalf("goodbye %+v", g)
	}
}

func TestDrainEndsASessionInEveryState(t *testing.T) {
	for name, state := range map[string]func(*world){
		"no hello yet": func(w *world) {},
		"verifying":    func(w *world) { w.hello("") },
		"opening":      func(w *world) { w.hello(""); answer[session.Verify](w) },
		"registering":  func(w *world) { w.hello(""); answer[session.Verify](w); answer[session.Open](w) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, ana)
			w.start()
			state(w)
			w.do(w.s.Drain(time.Second))
			w.gets("goodbye 4000", "close 4000")
			w.settle() // what was asked for before is answered all the same
			w.gets()
		})
	}
}

func TestSessionEndsOnce(t *testing.T) {
	w := opened(t, ana)
	w.do(w.s.Drain(time.Second))
	w.forget()
	w.do(w.s.Drain(time.Second))
	w.do(w.s.Replaced())
	w.says(`nonsense`)
	w.hello("")
	w.pongs("")
	w.do(w.s.Behind())
	w.pass(time.Hour)
	w.gets()
	w.asks()
}

func TestCommandAfterTheCloseFrameIsStillDecided(t *testing.T) {
	w := opened(t, ana)
	w.do(w.s.Drain(time.Second))
	w.forget()
	w.commands("mine-1", "o-1", callout.Placed)
	w.commands("mine-2", "o-1", callout.Started)
	w.commands("mine-1", "o-1", callout.Placed)
	for range 3 {
		answer[session.Submit](w)
	}
	w.hints(1)
	w.gets()
	w.asks()
	if w.shop.orders["o-1"] == nil {
		t.Fatal("the command was thrown away")
	}
}

func TestCommandAnsweredAfterTheCloseFrameIsNotAnsweredToThePeer(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Started)
	w.commands("mine-2", "o-1", callout.Started)
	w.do(w.s.Replaced())
	w.forget()
	w.settle()
	w.gets()
}

// The driver has to get at the peer's close frame.
func TestSessionThatIsOverTakesFramesAgainOnceItsCommandsAreAnswered(t *testing.T) {
	w := opened(t, ana)
	for _, id := range []string{"mine-1", "mine-2", "mine-3", "mine-4"} {
		w.commands(id, "o-1", callout.Started)
	}
	w.do(w.s.Drain(time.Second))
	w.settle()
	if !w.s.Ready() || len(w.unread) > 0 {
		t.Fatalf("ready %t, %d frames unread", w.s.Ready(), len(w.unread))
	}
}

func TestReplacedSessionEndsForGoodAndReadsNothingMore(t *testing.T) {
	w := opened(t, ana)
	w.do(w.s.Replaced())
	w.gets("goodbye 4105", "close 4105")
	w.commands("mine-1", "o-1", callout.Placed)
	w.says(`nonsense`)
	w.gets()
	w.asks()
}

func TestSessionReplacedWhileItLingersReadsNothingMore(t *testing.T) {
	w := opened(t, ana)
	w.says(`nonsense`)
	w.gets("goodbye 4101", "close 4101")
	w.do(w.s.Replaced())
	w.commands("mine-1", "o-1", callout.Placed)
	w.gets()
	w.asks()
}

func TestTokenThatExpiresEndsItsSession(t *testing.T) {
	w := newWorld(t, ana)
	w.me.Expires = w.now.Add(10 * time.Second)
	w.connect("")
	w.forget()
	w.pass(10*time.Second - 1)
	w.gets()
	w.pass(1)
	w.gets("goodbye 4104", "close 4104")
	w.commands("mine-1", "o-1", callout.Placed)
	w.asks()
}

func TestNobodyActsOnATokenThatHasExpired(t *testing.T) {
	w := newWorld(t, ana)
	w.me.Expires = w.now.Add(10 * time.Second)
	w.connect("")
	w.forget()
	w.now = w.me.Expires // and the tick is late
	w.commands("mine-1", "o-1", callout.Placed)
	w.gets("goodbye 4104", "close 4104")
	w.asks()
}

func TestSessionThatIsOverWantsNoMoreTime(t *testing.T) {
	for name, end := range map[string]func(*world){
		"drained": func(w *world) { w.do(w.s.Drain(0)) },
		"expired": func(w *world) { w.pass(10 * time.Second) },
		"silent":  func(w *world) { w.me.Expires = time.Time{}; w.pass(time.Minute) },
	} {
		w := newWorld(t, ana)
		w.me.Expires = w.now.Add(10 * time.Second)
		w.connect("")
		end(w)
		if !w.peer.over() || w.s.Next().Before(w.now.Add(24*time.Hour)) {
			t.Errorf("%s: over %t, next %s", name, w.peer.over(), w.s.Next())
		}
	}
}
