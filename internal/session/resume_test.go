package session_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// fiveRows is a world in which five things have happened that nobody has been told of.
func fiveRows(t *testing.T) *world {
	w := newWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended)
	return w
}

func TestKnownDeviceGoesOnFromItsStoredCursor(t *testing.T) {
	w := fiveRows(t)
	w.inbox.acknowledge("phone-1", 3)
	w.inbox.acknowledge("phone-2", 5)
	w.connect("")
	w.settle()
	w.gets("welcome 3/5", "4 ORDER_CHANGED", "5 EXTENDED")
}

func TestNewDeviceIsToldWhatHappensFromNowOn(t *testing.T) {
	w := fiveRows(t)
	w.connect("")
	w.gets("welcome 5/5")
	w.tells("o-1", callout.Payment)
	w.gets("6 PAYMENT")
	if w.peer.welcome.Reset {
		t.Fatal("a new device has nothing to drop")
	}
}

func TestResumeGoesOnWhereTheDeviceIsAndAcknowledges(t *testing.T) {
	w := fiveRows(t)
	w.inbox.acknowledge("phone-1", 1)
	w.connect(`,"resume":{"seq":3,"of":"o-1/3"}`)
	if got := w.inbox.cursors["phone-1"]; got != 3 {
		t.Fatalf("the stored cursor is %d, want 3", got)
	}
	w.settle()
	w.gets("welcome 3/5", "4 ORDER_CHANGED", "5 EXTENDED")
}

func TestResumeBehindTheStoredCursorGetsItAllAgain(t *testing.T) {
	w := fiveRows(t)
	w.inbox.acknowledge("phone-1", 4)
	w.connect(`,"resume":{"seq":2}`)
	w.settle()
	w.gets("welcome 2/5", "3 STARTED", "4 ORDER_CHANGED", "5 EXTENDED")
}

func TestResumeOfADeviceThatIsNotKnownGoesOnWhereItIs(t *testing.T) {
	w := fiveRows(t)
	w.start()
	w.hello(`,"resume":{"seq":3,"of":"o-1/3"}`)
	answer[session.Verify](w)
	answer[session.Open](w)
	w.asks(session.Register{UserID: ana.ID, Device: "phone-1", Seq: 3})
	w.settle()
	w.gets("welcome 3/5", "4 ORDER_CHANGED", "5 EXTENDED")
}

func TestResumeThatTheInboxDoesNotKnowIsReset(t *testing.T) {
	for name, resume := range map[string]string{
		"above the head":                `,"resume":{"seq":6,"of":"o-1/6"}`,
		"above the head, event unsaid":  `,"resume":{"seq":6}`,
		"below the floor":               `,"resume":{"seq":1,"of":"o-1/1"}`,
		"below the floor, event unsaid": `,"resume":{"seq":1}`,
		"another event there":           `,"resume":{"seq":4,"of":"o-2/4"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := fiveRows(t)
			w.inbox.acknowledge("phone-1", 2)
			w.inbox.floor = 2
			w.connect(resume)
			if !w.peer.welcome.Reset || len(w.peer.welcome.Orders) != 1 {
				t.Fatalf("no reset with a snapshot: %+v", w.peer.welcome)
			}
			w.tells("o-1", callout.Payment)
			w.settle()
			w.gets("welcome 5/5", "6 PAYMENT")
		})
	}
}

func TestResumeAtTheFloorMissesNothing(t *testing.T) {
	w := fiveRows(t)
	w.inbox.floor = 3
	w.connect(`,"resume":{"seq":3}`)
	w.settle()
	w.gets("welcome 3/5", "4 ORDER_CHANGED", "5 EXTENDED")
}

func TestStoredCursorBelowTheFloorIsReset(t *testing.T) {
	w := fiveRows(t)
	w.inbox.acknowledge("phone-1", 2)
	w.inbox.floor = 3
	w.connect("")
	w.settle()
	w.gets("welcome 5/5")
	if !w.peer.welcome.Reset {
		t.Fatal("rows were cut off unseen, and the device is not told")
	}
}

// A session subscribes before it reads: a row committed after the snapshot is hinted at before the session is open.
func TestRowHintedAtWhileTheSessionOpensIsNotLost(t *testing.T) {
	for _, register := range []bool{false, true} {
		w := fiveRows(t)
		if !register {
			w.inbox.acknowledge("phone-1", 5)
		}
		w.start()
		w.hello("")
		answer[session.Verify](w)
		if register {
			answer[session.Open](w)
			w.tells("o-1", callout.Payment)
			answer[session.Register](w)
		} else {
			deliver := answerLate[session.Open](w)
			w.tells("o-1", callout.Payment)
			deliver()
		}
		w.settle()
		w.gets("welcome 5/5", "6 PAYMENT")
	}
}

func TestOpenAsksForTheDeviceThatSaidHello(t *testing.T) {
	w := fiveRows(t)
	w.start()
	w.hello(`,"resume":{"seq":3,"of":"o-1/3"}`)
	answer[session.Verify](w)
	w.asks(session.Open{UserID: ana.ID, Device: "phone-1", Resume: &wire.Resume{Seq: 3, Of: "o-1/3"}})
	if w.s.UserID() != ana.ID {
		t.Fatalf("the session is %q's", w.s.UserID())
	}
}
