package session_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

// repeated is a world in which the peer has sent mine-1 and seen its event, and another one since.
func repeated(t *testing.T) *world {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	w.hints(1)
	w.tells("o-1", callout.Accepted)
	w.gets("1 PLACED", "2 ACCEPTED")
	return w
}

func TestRepeatOfAnEventThatTheSessionHasPassedIsSentOnceMore(t *testing.T) {
	w := repeated(t)
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	w.gets("repeat 1 PLACED")
}

func TestEventThatIsSentOnceMoreMovesNoCursor(t *testing.T) {
	w := repeated(t)
	w.acks(2)
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	if w.s.Sent() != 2 || w.inbox.cursors["phone-1"] != 2 {
		t.Fatalf("sent %d, stored %d, want 2 and 2", w.s.Sent(), w.inbox.cursors["phone-1"])
	}
	w.acks(1)
	w.tells("o-1", callout.Started)
	w.gets("repeat 1 PLACED", "3 STARTED")
	w.asks()
}

func TestEventThatIsSentOnceMoreTakesNoRoomInTheWindow(t *testing.T) {
	w := repeated(t)
	w.tells("o-1", callout.Started, callout.Payment)
	w.forget()
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	w.gets("repeat 1 PLACED")
	w.acks(1)
	w.tells("o-1", callout.PaymentVerification)
	w.gets("5 PAYMENT_VERIFICATION")
}

// The command was decided for a session of another process, or for this one before it was cut off.
func TestRepeatOfAnEventThatIsStillToComeIsAnsweredByItInItsTurn(t *testing.T) {
	w := newWorld(t, ana)
	w.happens("o-0", callout.Placed, callout.Accepted, callout.Started, callout.Payment)
	c := w.shop.say(ana, "o-1", callout.Placed)
	w.decides(c)
	w.inbox.acknowledge("phone-1", 0)
	w.connect("")
	w.settle()
	w.forget()
	w.commands(c.ID, "o-1", callout.Placed)
	w.settle()
	w.gets()
	w.acks(4)
	w.settle()
	w.gets("5 PLACED")
}

func TestRepeatWhoseEventIsDeliveredMeanwhileIsAnsweredByIt(t *testing.T) {
	w := opened(t, ana)
	c := w.shop.say(ana, "o-1", callout.Placed)
	w.decides(c)
	w.commands(c.ID, "o-1", callout.Placed)
	answer[session.Submit](w)
	deliver := answerLate[session.Find](w)
	w.hints(1)
	deliver()
	w.gets("1 PLACED")
	w.asks()
}

func TestRepeatBringsAnEventWhoseHintWasLost(t *testing.T) {
	w := opened(t, ana)
	c := w.shop.say(ana, "o-1", callout.Placed)
	w.decides(c)
	w.commands(c.ID, "o-1", callout.Placed)
	w.settle()
	w.gets("1 PLACED")
}

// Which of two commands of one id was sent before its event came, and which after, is kept apart.
func TestRepeatSentBehindItsOriginalIsAnswered(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	deliver := answerLate[session.Submit](w)
	w.hints(1)
	w.commands("mine-1", "o-1", callout.Placed)
	deliver()
	w.gets("1 PLACED")
	w.settle()
	w.gets("repeat 1 PLACED")
}

func TestAnswersMayComeInAnyOrder(t *testing.T) {
	w := opened(t, ana)
	c := w.shop.say(ana, "o-1", callout.Placed)
	w.decides(c)
	w.commands("mine-1", "o-2", callout.Started)
	w.hints(1)
	w.commands(c.ID, "o-1", callout.Placed)
	first := take[session.Submit](w)
	answer[session.Submit](w)
	w.settle()
	w.do(w.carryOut(first)())
	w.gets("1 PLACED", "repeat 1 PLACED", "error mine-1 not_found")
}

func TestRepeatSentBesideItsOriginalIsAnsweredByTheEvent(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	w.gets("1 PLACED")
}

func TestRepeatWithOtherContentIsAConflict(t *testing.T) {
	w := repeated(t)
	w.commands("mine-1", "o-1", callout.Started)
	w.settle()
	w.gets("error mine-1 conflict")
}

func TestRepeatWhoseEventCannotBeReadIsToBeSentAgain(t *testing.T) {
	w := repeated(t)
	w.commands("mine-1", "o-1", callout.Placed)
	answer[session.Submit](w)
	fail[session.Find](w)
	w.gets("error mine-1 unavailable")
	w.commands("mine-1", "o-1", callout.Placed)
	w.settle()
	w.gets("repeat 1 PLACED")
}
