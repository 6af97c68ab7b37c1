package session_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

func TestClassicAppStartsFromTheBeginningTheFirstTime(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.startClassic()
	answer[session.Open](w)
	w.gets()
	w.asks(session.Register{UserID: ana.ID, Device: "classic", Seq: 0})
	answer[session.Register](w)
	w.settle()
	w.gets("1 PLACED", "2 ACCEPTED", "3 STARTED", "ping 3") // and nothing "again" before it was sent at all
}

func TestClassicAppStartsFromTheFloorWhereTheBeginningIsCutOff(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started)
	w.inbox.floor = 2
	w.connectClassic()
	w.settle()
	w.gets("3 STARTED", "ping 3")
}

// It cannot be told to start anew, so it is told all that there still is.
func TestClassicAppUnseenForLongGetsWhatThereIs(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted, callout.Started, callout.Payment)
	w.inbox.acknowledge("classic", 1)
	w.inbox.floor = 2
	w.connectClassic()
	w.settle()
	w.gets("3 STARTED", "4 PAYMENT", "ping 4")
}

func TestClassicAppStartsWithTheNewestEventOfEachOpenOrderInTheirOrder(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-3", callout.Placed)
	w.happens("o-1", callout.Placed)
	w.happens("o-2", callout.Placed, callout.Cancelled)
	w.happens("o-1", callout.Accepted)
	w.inbox.acknowledge("classic", 5)
	w.happens("o-3", callout.Accepted)
	w.startClassic()
	answer[session.Open](w)
	w.asks(session.Replay{UserID: ana.ID, Orders: []string{"o-1", "o-3"}, UpTo: 5})
	answer[session.Replay](w)
	w.gets("again 1 PLACED", "again 5 ACCEPTED", "ping 5")
	w.settle()
	w.gets("6 ACCEPTED", "ping 6")
}

func TestClassicAppWithoutOpenOrdersGoesOnAtOnce(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Cancelled)
	w.inbox.acknowledge("classic", 2)
	w.connectClassic()
	w.asks()
	w.tells("o-2", callout.Placed)
	w.gets("3 PLACED", "ping 3")
}

func TestClassicFramesWaitUntilTheSessionIsOpen(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.inbox.acknowledge("classic", 2)
	w.startClassic()
	w.sends("o-1", callout.Started)
	answer[session.Open](w)
	if w.s.Ready() {
		t.Fatal("takes frames before it is open")
	}
	answer[session.Replay](w)
	w.gets("again 2 ACCEPTED", "ping 2")
	take[session.Submit](w)
}

func TestRowHintedAtWhileAClassicSessionOpensIsNotLost(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed)
	w.inbox.acknowledge("classic", 1)
	w.startClassic()
	answer[session.Open](w)
	w.tells("o-1", callout.Accepted)
	answer[session.Replay](w)
	w.settle()
	w.gets("again 1 PLACED", "ping 1", "2 ACCEPTED", "ping 2")
}

func TestDatabaseThatIsAwayAtTheStartClosesAClassicSessionWithoutGoodbye(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed)
	w.inbox.acknowledge("classic", 1)
	w.startClassic()
	answer[session.Open](w)
	fail[session.Replay](w)
	w.gets("close 4002")

	w.startClassic()
	fail[session.Open](w)
	w.gets("close 4002")
}

func TestClassicPingsWaitForTheSessionToOpen(t *testing.T) {
	w := newClassicWorld(t, ana)
	w.happens("o-1", callout.Placed)
	w.inbox.acknowledge("classic", 1)
	w.startClassic()
	answer[session.Open](w)
	w.pass(time.Minute)
	w.gets()
	answer[session.Replay](w)
	w.gets("again 1 PLACED", "ping 1")
}

func TestClassicEventIsAnEventAndNothingElse(t *testing.T) {
	w := openedClassic(t, sam)
	c := w.shop.say(ana, "o-1", callout.Placed)
	c.Extra.Services = []callout.Service{{Service: "paint", Quantity: 1, UnitPrice: 5}}
	c.Extra.Currency = "EUR"
	w.decides(c)
	a := w.s.Hint(&w.inbox.rows[0], w.now)
	want := `{"type":"event","seq":1,"orderId":"o-1","version":1,"senderId":"c-ana","receiverId":"s-sam",` +
		`"status":{"statusCode":1001,"name":"PLACED","message":"The order has been placed"},"at":"2026-03-01T09:30:00.123Z",` +
		`"order":` + string(w.inbox.rows[0].Order) + `,"extra":{}}`
	if len(a.Send) != 2 || !a.Send[1].Ping {
		t.Fatalf("sent %+v", a.Send)
	}
	if diff := cmp.Diff(want, string(a.Send[0].Data)); diff != "" {
		t.Fatalf("the frame (-want +got):\n%s", diff)
	}
}
