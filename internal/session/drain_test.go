package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

func TestDrainWaitsForTheAnswersUnderWay(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	w.commands("mine-2", "o-9", callout.Started)
	w.do(w.s.Drain(time.Second))
	w.gets()
	if !w.s.Busy() {
		t.Error("a session with commands under way is not busy")
	}
	w.settle() // the answers come; the event is still to be told
	w.gets("error mine-2 not_found")
	w.hints(1)
	w.gets("1 PLACED", "goodbye 4000", "close 4000")
}

func TestDrainKnowsAnEventThatCameBeforeItsAnswer(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	deliver := answerLate[session.Submit](w)
	w.hints(1)
	w.gets("1 PLACED")
	w.do(w.s.Drain(time.Second))
	w.gets()
	deliver()
	w.gets("goodbye 4000", "close 4000")
}

func TestACommandThatComesWhileTheSessionDrainsIsToComeAgain(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	w.do(w.s.Drain(time.Second))
	w.commands("mine-2", "o-2", callout.Placed)
	w.gets("error mine-2 unavailable")
	w.settle()
	w.hints(1)
	w.gets("1 PLACED", "goodbye 4000", "close 4000")
}

func TestDrainDoesNotWaitForAPeerThatTakesNoEvents(t *testing.T) {
	w := full(t)
	w.commands("mine-1", "o-1", callout.PaymentVerification)
	w.commands("mine-2", "o-2", callout.Placed)
	w.do(w.s.Drain(time.Second))
	w.gets()
	w.settle()
	w.gets("error mine-1 forbidden", "goodbye 4000", "close 4000")
}

func TestASessionThatIsToLeaveDoesNotWaitForAnswers(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	w.do(w.s.Leave()) // nobody has told it to drain
	w.gets()
	w.do(w.s.Drain(time.Second))
	w.gets()
	w.do(w.s.Leave())
	w.gets("goodbye 4000", "close 4000")
	w.settle()
	w.hints(1)
	w.gets()
}

func TestDrainWaitsForTheEventThatAnswersARepeat(t *testing.T) {
	w := newWorld(t, ana)
	w.happens("o-1", callout.Placed)
	sent := w.shop.say(ana, "o-2", callout.Placed)
	w.decides(sent) // it was sent in a session before
	w.connect(`,"resume":{"seq":0}`)
	w.forget()
	read := answerLate[session.Read](w)
	w.says(string(wire.Encode(wire.Command{Command: sent})))
	answer[session.Submit](w)
	answer[session.Find](w)
	w.do(w.s.Drain(time.Second))
	w.gets()
	read()
	w.gets("1 PLACED", "2 PLACED", "goodbye 4000", "close 4000")
}
