package session_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

func TestClassicCommandGetsAnIDAndNoReceiverThatIsItsSender(t *testing.T) {
	for _, code := range []string{`1001`, `"1001"`} {
		w := openedClassic(t, ana)
		w.says(`{"orderId":"5f1e8c0a9b3d4e2f6a7b8c9d","statusCode":` + code + `,"receivers":["c-ana","s-sam","s-sue"],"extra":{}}`)
		got := take[session.Submit](w).Command
		want := callout.Command{
			ID: got.ID, Sender: callout.Actor{ID: ana.ID}, OrderID: "5f1e8c0a9b3d4e2f6a7b8c9d", Status: callout.Placed,
			Receivers: []string{sam.ID, sue.ID}, Classic: true,
		}
		if diff := cmp.Diff(want, got); diff != "" || got.ID == "" {
			t.Fatalf("the command (-want +got):\n%s", diff)
		}
	}
}

func TestEqualClassicFramesAreTwoCommands(t *testing.T) {
	w := openedClassic(t, ana)
	w.sends("o-1", callout.Placed)
	w.sends("o-1", callout.Placed)
	if one, two := take[session.Submit](w), take[session.Submit](w); one.Command.ID == two.Command.ID {
		t.Fatalf("both are %s", one.Command.ID)
	}
}

func TestMalformedClassicFrameClosesItsSessionWithoutGoodbye(t *testing.T) {
	for _, frame := range []string{``, `[]`, `{}`, `{"orderId":"o-1"}`, `{"orderId":"o-1","statusCode":"x"}`, `{"orderId":1,"statusCode":1004}`, `{"orderId":"o-1","statusCode":1001,"receivers":"s-sam"}`} {
		w := openedClassic(t, ana)
		w.says(frame)
		w.gets("close 4101")
		w.asks()
	}
}

func TestClassicExtraThatMakesNoSenseIsNoAnswerAndNoEnd(t *testing.T) {
	w := openedClassic(t, ana)
	w.says(`{"orderId":"o-1","statusCode":1010,"extra":[]}`)
	w.gets()
	w.asks()
}

func TestRefusedClassicCommandIsAnsweredWithTheNewestEventPassed(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted)
	w.tells("o-2", callout.Placed)
	w.forget()
	w.happens("o-1", callout.Started)
	w.sends("o-1", callout.Payment)
	w.sends("o-1", callout.Started)
	w.settle()
	w.gets("again 2 ACCEPTED")
	w.pongs("2")
	w.hints(4, 5)
	w.gets("4 STARTED", "ping 4", "5 PAYMENT", "ping 5")
}

func TestRefusedClassicCommandIsNotAnsweredWithAnOrderThatLooksNew(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed)
	w.forget()
	w.sends("o-1", callout.Started)
	w.settle()
	w.gets()
}

func TestRefusedClassicCommandIsNotAnsweredWithWhatWasNotSentYet(t *testing.T) {
	w := openedClassic(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.sends("o-1", callout.Payment)
	w.settle()
	w.gets()
}

// The order has gone on while the newest event was looked for: the app is not sent back to an older one.
func TestAnswerToARefusedClassicCommandIsNeverOlderThanWhatWentBefore(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted)
	w.forget()
	w.sends("o-1", callout.Payment)
	answer[session.Submit](w)
	deliver := answerLate[session.Find](w)
	w.tells("o-1", callout.Started)
	deliver()
	w.settle()
	w.gets("3 STARTED", "ping 3", "again 3 STARTED")
}

func TestRefusedClassicCommandOfWhoIsNoPartyIsNotAnswered(t *testing.T) {
	w := openedClassic(t, sue)
	c := w.shop.say(ana, "o-1", callout.Placed)
	c.Receivers = []string{sam.ID, sue.ID}
	w.decides(c)
	w.happens("o-1", callout.Accepted)
	w.hints(1, 2, 3)
	w.forget()
	w.sends("o-1", callout.Accepted) // too late
	w.sends("o-2", callout.Accepted) // no such order
	w.settle()
	w.gets()
	if !w.s.Ready() {
		t.Fatal("takes no more commands")
	}
}

func TestClassicCommandWithAnOpenOutcomeIsNotAnswered(t *testing.T) {
	w := openedClassic(t, ana)
	w.tells("o-1", callout.Placed, callout.Accepted)
	w.forget()
	w.sends("o-1", callout.Payment)
	submit := take[session.Submit](w)
	w.do(w.s.Answered(&submit.Command, session.Answer{Err: &callout.Error{Code: callout.Unavailable}, View: callout.PartyView}))
	w.gets()
	w.asks()
}

func TestClassicCommandAfterTheCloseFrameIsStillDecided(t *testing.T) {
	w := openedClassic(t, ana)
	w.do(w.s.Drain(time.Second))
	w.forget()
	w.sends("o-1", callout.Placed)
	w.settle()
	w.gets()
	if w.shop.orders["o-1"] == nil {
		t.Fatal("the command was thrown away")
	}
}
