package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

// full is a world with a full window: four rows under way, two more in the inbox.
func full(t *testing.T) *world {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended, callout.Payment)
	w.gets("1 PLACED", "2 ACCEPTED", "3 STARTED", "4 ORDER_CHANGED")
	w.asks()
	return w
}

func TestAcknowledgementsReopenTheWindow(t *testing.T) {
	w := full(t)
	w.acks(1)
	w.asks(session.Read{UserID: ana.ID, After: 4, Limit: 1})
	w.settle()
	w.gets("5 EXTENDED")
	w.acks(3)
	w.settle()
	w.gets("6 PAYMENT")
	w.tells("o-1", callout.PaymentVerification)
	w.gets("7 PAYMENT_VERIFICATION")
	w.asks()
}

func TestOneAcknowledgementStandsForAllBeforeIt(t *testing.T) {
	w := full(t)
	w.acks(4)
	w.settle()
	w.gets("5 EXTENDED", "6 PAYMENT")
	if got := w.inbox.cursors["phone-1"]; got != 4 {
		t.Fatalf("the stored cursor is %d, want 4", got)
	}
}

func TestAcknowledgementWhileAPageIsReadMakesRoomForTheNext(t *testing.T) {
	w := full(t)
	w.acks(1)
	deliver := answerLate[session.Read](w)
	w.acks(4)
	w.asks()
	deliver()
	w.settle()
	w.gets("5 EXTENDED", "6 PAYMENT")
}

func TestRepeatedAndOlderAcknowledgementsAreNothing(t *testing.T) {
	w := full(t)
	w.acks(4)
	w.settle()
	w.forget()
	for _, seq := range []int64{4, 2, 0} {
		a := w.s.Frame([]byte(`{"type":"ack","seq":`+string(rune('0'+seq))+`}`), w.now)
		if len(a.Requests)+len(a.Send) > 0 || a.Close != nil {
			t.Fatalf("ack %d is answered with %+v", seq, a)
		}
	}
	w.happens("o-1", callout.PaymentVerification, callout.OrderComplete)
	w.hints(7, 8)
	w.gets("7 PAYMENT_VERIFICATION", "8 ORDER_COMPLETE") // 5 to 8 fill the window
	w.tells("o-2", callout.Placed)
	w.gets()
}

func TestAcknowledgementOfWhatIsInTheInboxButWasNotSentIsIgnored(t *testing.T) {
	w := full(t)
	w.acks(6)
	w.gets()
	w.asks()
	if got := w.inbox.cursors["phone-1"]; got != 0 {
		t.Fatalf("the stored cursor is %d, want 0", got)
	}
	w.acks(4)
	w.settle()
	w.gets("5 EXTENDED", "6 PAYMENT")
}

func TestAcknowledgementAboveTheHeadIsMalformed(t *testing.T) {
	w := full(t)
	w.acks(7)
	w.gets()
	w.asks(session.Stand{UserID: ana.ID})
	w.settle()
	w.gets("goodbye 4101", "close 4101")
}

func TestAcknowledgementThatIsIgnoredIsLookedUpOnce(t *testing.T) {
	w := full(t)
	w.happens("o-1", callout.PaymentVerification)
	w.acks(7)
	answer[session.Stand](w)
	w.acks(7)
	w.gets()
	w.asks()
}

// The session need not have heard of the head: its hint may be lost.
func TestAcknowledgementBelowAHeadUnheardOfIsIgnored(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.acks(2)
	w.settle()
	w.gets("1 PLACED", "2 ACCEPTED")
	if got := w.inbox.cursors["phone-1"]; got != 0 {
		t.Fatalf("the stored cursor is %d, want 0", got)
	}
	w.acks(2)
	w.asks()
}

// What was read before the acknowledgement came says nothing about it.
func TestAcknowledgementIsNotJudgedByAnOlderReading(t *testing.T) {
	w := opened(t, ana)
	w.happens("o-1", callout.Placed)
	w.acks(1)
	deliver := answerLate[session.Stand](w)
	w.happens("o-1", callout.Accepted)
	w.acks(2)
	deliver()
	w.settle()
	w.gets("1 PLACED", "2 ACCEPTED")
	w.acks(3)
	w.settle()
	w.gets("goodbye 4101", "close 4101")
}

func TestDoubtfulAcknowledgementIsJudgedOnceTheDatabaseIsBack(t *testing.T) {
	w := opened(t, ana)
	w.acks(9)
	fail[session.Stand](w)
	w.acks(9)
	w.asks()
	w.pass(time.Second)
	w.settle()
	w.gets("goodbye 4101", "close 4101")
}

func TestPeerThatAcknowledgesNothingIsSentBackLater(t *testing.T) {
	w := opened(t, ana)
	w.peer.alive = w
	w.tells("o-1", callout.Placed)
	w.pass(60*time.Second - 1)
	w.gets("1 PLACED", "ping ", "ping ")
	w.pass(1)
	w.gets("goodbye 4001", "close 4001")
	if !w.peer.goodbye.Reconnect || w.peer.goodbye.AfterMs <= 0 {
		t.Fatalf("the device is not asked to come back: %+v", w.peer.goodbye)
	}
}

func TestPeerThatAcknowledgesSlowlyIsWaitedFor(t *testing.T) {
	w := full(t)
	w.peer.alive = w
	for seq := range int64(4) {
		w.pass(50 * time.Second)
		w.acks(seq + 1)
		w.settle()
	}
	w.acks(6)
	w.pass(time.Hour)
	if w.peer.over() {
		t.Fatalf("closed: %+v", w.peer.goodbye)
	}
}
