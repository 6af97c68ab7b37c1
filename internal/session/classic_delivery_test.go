package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

func TestClassicAppHearsNoCodeThatItDoesNotKnow(t *testing.T) {
	w := openedClassic(t, ana)
	w.peer.alive = w
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.tells("o-1", callout.OrderChanged, callout.ChangeDeclined) // work goes on as STARTED
	w.tells("o-1", callout.Payment, callout.PaymentRejected)
	w.tells("o-1", callout.OrderChanged, callout.Extended)
	w.tells("o-1", callout.OrderChanged, callout.ChangeDeclined) // as EXTENDED
	w.tells("o-1", callout.Payment, callout.PaymentRejected)
	w.gets("1 PLACED", "ping 1", "2 ACCEPTED", "ping 2", "3 STARTED", "ping 3",
		"4 ORDER_CHANGED", "ping 4", "5 STARTED", "ping 5",
		"6 PAYMENT", "ping 6", "7 STARTED", "ping 7",
		"8 ORDER_CHANGED", "ping 8", "9 EXTENDED", "ping 9",
		"10 ORDER_CHANGED", "ping 10", "11 EXTENDED", "ping 11",
		"12 PAYMENT", "ping 12", "13 EXTENDED", "ping 13")
}

func TestDeclinedOfferIsNotSentToAClassicAppAndCounts(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.OfferDeclined) // the only one on offer: the order expires with it
	w.settle()
	w.gets("1 PLACED", "ping 1", "ping 2", "3 EXPIRED", "ping 3")
	w.pongs("2")
	if got := w.inbox.cursors["classic"]; got != 2 {
		t.Fatalf("the stored cursor is %d, want 2", got)
	}
}

func TestPingBehindAPageCarriesItsLastRow(t *testing.T) {
	w := openedClassic(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.do(w.s.Behind())
	answer[session.Read](w)
	w.gets("1 PLACED", "2 ACCEPTED", "3 STARTED", "ping 3")
}

func TestPongThatRepeatsAPingAcknowledgesWhatItWentBehind(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started, callout.Payment, callout.PaymentVerification, callout.OrderComplete)
	w.gets("1 PLACED", "ping 1", "2 ACCEPTED", "ping 2", "3 STARTED", "ping 3", "4 PAYMENT", "ping 4")
	w.pongs("3") // a stack may answer the last of several pings alone
	w.settle()
	w.gets("5 PAYMENT_VERIFICATION", "6 ORDER_COMPLETE", "ping 6")
	if got := w.inbox.cursors["classic"]; got != 3 {
		t.Fatalf("the stored cursor is %d, want 3", got)
	}
}

func TestAnyOtherPongAcknowledgesNothing(t *testing.T) {
	w := openedClassic(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.do(w.s.Behind())
	w.settle()
	w.tells("o-1", callout.Payment)
	w.gets("1 PLACED", "2 ACCEPTED", "3 STARTED", "ping 3", "4 PAYMENT", "ping 4")
	for _, payload := range []string{"", "x", "2", "1", "5", "999999999999999999999", "03", "+3", " 3", "3 ", "-1", "0", "3\x00"} {
		w.pongs(payload)
	}
	w.gets()
	w.asks()
	if got := w.inbox.cursors["classic"]; got != 0 {
		t.Fatalf("the stored cursor is %d, want 0", got)
	}
	w.pongs("4")
	w.pongs("4")
	w.pongs("3")
	if got := w.inbox.cursors["classic"]; got != 4 {
		t.Fatalf("the stored cursor is %d, want 4", got)
	}
}

func TestClassicAppThatIsCutOffGetsWhatItDidNotAcknowledge(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.pongs("1")
	w.connectClassic()
	w.settle()
	w.gets("again 1 PLACED", "ping 1", "2 ACCEPTED", "3 STARTED", "ping 3")
}

func TestPingsOfAnIdleClassicSessionCarryWhatWasSent(t *testing.T) {
	w := openedClassic(t, ana)
	w.peer.alive = w
	w.tells("o-1", callout.Placed)
	w.pass(50 * time.Second)
	w.gets("1 PLACED", "ping 1", "ping 1", "ping 1")
}

func TestClassicAppWhoseStackAcknowledgesNothingIsSentBackWithoutGoodbye(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed)
	for range 3 {
		w.pass(25 * time.Second)
		w.pongs("")
	}
	w.gets("1 PLACED", "ping 1", "ping 1", "ping 1", "close 4001")
}

func TestClassicSessionEndsWhenDone(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed)
	w.pongs("1")
	w.asks()
	w.tells("o-1", callout.Cancelled)
	w.pongs("2")
	w.settle()
	w.gets("1 PLACED", "ping 1", "2 CANCELLED", "ping 2", "close 1000")
}

func TestClassicSessionIsDrainedAndReplacedWithoutGoodbye(t *testing.T) {
	w := openedClassic(t, ana)
	w.do(w.s.Drain(time.Second))
	w.gets("close 4000")

	w.connectClassic()
	w.do(w.s.Replaced())
	w.gets("close 4105")
	w.sends("o-1", callout.Placed)
	w.asks()
}
