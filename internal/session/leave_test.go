package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

// leaving is a world whose session is to end when done, with one order that has just been called off.
func leaving(t *testing.T) *world {
	w := newWorld(t, ana)
	w.connect(`,"leave":"whenDone"`)
	w.tells("o-1", callout.Placed, callout.Cancelled)
	w.gets("welcome 0/0", "1 PLACED", "2 CANCELLED")
	return w
}

func TestSessionEndsOnceTheEndIsDeliveredAndAcknowledged(t *testing.T) {
	w := leaving(t)
	w.acks(1)
	w.asks()
	w.acks(2)
	w.asks(session.Stand{UserID: ana.ID})
	w.settle()
	w.gets("close 1000")
}

func TestSessionThatWasNotAskedToLeaveStays(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed, callout.Cancelled)
	w.acks(2)
	w.asks()
}

func TestEndThatWasDeliveredInAnotherSessionEndsNone(t *testing.T) {
	w := newWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Cancelled)
	w.connect(`,"leave":"whenDone","resume":{"seq":2}`)
	w.asks()
	w.tells("o-2", callout.Placed)
	w.acks(3)
	w.asks()
}

func TestSessionStaysWhileAnotherOrderIsOpen(t *testing.T) {
	w := leaving(t)
	w.tells("o-2", callout.Placed)
	w.acks(3)
	w.settle()
	w.gets("3 PLACED")
	w.tells("o-2", callout.Cancelled)
	w.acks(4)
	w.settle()
	w.gets("4 CANCELLED", "close 1000")
}

func TestSessionStaysWhileTheInboxHoldsMore(t *testing.T) {
	w := leaving(t)
	w.happens("o-2", callout.Placed, callout.Cancelled)
	w.acks(2)
	w.settle()
	w.gets("3 PLACED", "4 CANCELLED")
	w.acks(4)
	w.settle()
	w.gets("close 1000")
}

func TestOrderPlacedWhileTheEndIsDecidedKeepsTheSession(t *testing.T) {
	for name, placed := range map[string]func(*world){
		"and delivered":           func(w *world) { w.tells("o-2", callout.Placed) },
		"hint early":              func(w *world) { w.happens("o-2", callout.Placed, callout.Accepted); w.hints(4) },
		"and compared":            func(w *world) { w.happens("o-2", callout.Placed); w.do(w.s.Behind()) },
		"by this peer":            func(w *world) { w.commands("mine-1", "o-2", callout.Placed) },
		"by this peer, hint lost": func(w *world) { w.commands("mine-1", "o-2", callout.Placed); answer[session.Submit](w) },
	} {
		t.Run(name, func(t *testing.T) {
			w := leaving(t)
			w.acks(2)
			deliver := answerLate[session.Stand](w)
			placed(w)
			deliver()
			w.settle()
			if w.peer.over() {
				t.Fatalf("ended with an order open: %v", w.peer.got)
			}
			w.tells("o-2", callout.Cancelled)
			w.settle()
			w.acks(w.inbox.head())
			w.settle()
			if w.peer.close == nil || w.peer.close.Code != 1000 {
				t.Fatalf("goes on with nothing left: %v", w.peer.got)
			}
		})
	}
}

func TestOrderThatComesAndGoesWhileTheEndIsDecidedDoesNotKeepTheSession(t *testing.T) {
	w := leaving(t)
	w.acks(2)
	deliver := answerLate[session.Stand](w)
	w.tells("o-2", callout.Placed, callout.Cancelled)
	w.acks(4)
	deliver()
	w.settle()
	w.gets("3 PLACED", "4 CANCELLED", "close 1000")
}

func TestSessionStaysUntilItsCommandsAreAnswered(t *testing.T) {
	w := leaving(t)
	w.commands("mine-1", "o-1", callout.Cancelled)
	w.acks(2)
	w.asks(session.Submit{Command: callout.Command{ID: "mine-1", Sender: ana, OrderID: "o-1", Status: callout.Cancelled}})
	w.settle()
	w.gets("error mine-1 conflict", "close 1000")
}

func TestSessionLeavesOnceTheDatabaseIsBack(t *testing.T) {
	w := leaving(t)
	w.acks(2)
	fail[session.Stand](w)
	w.pass(time.Second - 1)
	w.asks()
	w.pass(1)
	w.settle()
	w.gets("close 1000")
}

func TestServicemanWhoseOfferIsClosedHasNoOpenOrder(t *testing.T) {
	w := newWorld(t, sue)
	w.connect(`,"leave":"whenDone"`)
	for _, order := range []string{"o-1", "o-2"} {
		c := w.shop.say(ana, order, callout.Placed)
		c.Receivers = []string{sam.ID, sue.ID}
		w.decides(c)
		w.settle()
	}
	w.happens("o-1", callout.Cancelled)
	w.do(w.s.Behind())
	w.settle()
	w.acks(4)
	w.settle()
	w.acks(5)
	w.settle()
	if w.peer.over() {
		t.Fatalf("ended while an offer is open: %v", w.peer.got)
	}
	w.tells("o-2", callout.Accepted)
	w.acks(6)
	w.settle()
	w.gets("welcome 0/0", "1 PLACED", "2 BROADCASTED", "3 PLACED", "4 BROADCASTED", "5 CANCELLED", "6 ACCEPTED", "close 1000")
}
