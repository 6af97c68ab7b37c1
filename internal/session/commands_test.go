package session_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// commands has the peer send a command.
func (w *world) commands(id, orderID string, status callout.Status) {
	w.t.Helper()
	c := callout.Command{ID: id, OrderID: orderID, Status: status}
	if status == callout.Placed {
		c.Receivers = []string{sam.ID}
	}
	w.says(string(wire.Encode(wire.Command{Command: c})))
}

func TestCommandGoesToTheLedgerInItsSendersName(t *testing.T) {
	w := opened(t, sam)
	w.says(`{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1004,"version":2,"receivers":["s-9"],"extra":{"x":1},"sender":"c-ana"}`)
	want := callout.Command{
		ID: "mine-1", Sender: sam, OrderID: "o-1", Status: callout.Accepted, Version: 2, Receivers: []string{"s-9"},
		Extra: callout.Extra{More: map[string]json.RawMessage{"x": json.RawMessage("1")}},
	}
	if diff := cmp.Diff(want, take[session.Submit](w).Command); diff != "" {
		t.Fatalf("the command (-want +got):\n%s", diff)
	}
}

func TestCommandThatSucceedsIsAnsweredByItsEventAlone(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	deliver := answerLate[session.Submit](w)
	w.hints(1)
	deliver()
	w.gets("1 PLACED")
	w.asks()
}

func TestRefusedCommandIsAnsweredWithTheOrderAsItIs(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-1", callout.Placed)
	w.forget()
	w.commands("mine-1", "o-1", callout.Started)
	w.settle()
	w.gets("error mine-1 conflict")
	e := w.peer.errors[0]
	if want := mustJSON(w.shop.orders["o-1"].As(callout.PartyView)); string(e.Order) != string(want) || e.Message == "" {
		t.Fatalf("refused with %s: %s", e.Message, e.Order)
	}
	if w.s.Sent() != 1 {
		t.Fatalf("a refusal moved the session to %d", w.s.Sent())
	}
}

func TestCommandThatMakesNoSenseIsAnsweredAndTheSessionGoesOn(t *testing.T) {
	for name, frame := range map[string]string{
		"no code":         `{"type":"command","id":"mine-1","orderId":"o-1"}`,
		"code no number":  `{"type":"command","id":"mine-1","orderId":"o-1","statusCode":"1004"}`,
		"order no string": `{"type":"command","id":"mine-1","orderId":7,"statusCode":1004}`,
		"extra no object": `{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1004,"extra":[]}`,
		"unknown code":    `{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1015}`,
		"no code of ours": `{"type":"command","id":"mine-1","orderId":"o-1","statusCode":-1}`,
		"order no id":     `{"type":"command","id":"mine-1","orderId":"o 1","statusCode":1004}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, sam)
			w.says(frame)
			w.settle()
			w.gets("error mine-1 invalid")
			w.tells("o-1", callout.Placed)
			w.gets("1 PLACED")
		})
	}
}

func TestCommandWithoutAnIDIsMalformed(t *testing.T) {
	for _, frame := range []string{`{"type":"command","orderId":"o-1","statusCode":1004}`, `{"type":"command","id":7,"orderId":"o-1","statusCode":1004}`} {
		w := opened(t, sam)
		w.says(frame)
		w.gets("goodbye 4101", "close 4101")
		w.asks()
	}
}

func TestDatabaseThatIsAwayLeavesACommandsOutcomeOpen(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	fail[session.Submit](w)
	w.gets("error mine-1 unavailable")
}

func TestOnlySoManyCommandsWaitAtOnce(t *testing.T) {
	w := opened(t, ana)
	for _, id := range []string{"mine-1", "mine-2", "mine-3"} {
		w.commands(id, "o-1", callout.Started)
	}
	if w.s.Ready() || len(w.unread) != 1 {
		t.Fatalf("%d frames are unread", len(w.unread))
	}
	w.acks(0)
	answer[session.Submit](w)
	if w.s.Ready() || len(w.unread) != 1 {
		t.Fatalf("%d frames are unread", len(w.unread))
	}
	w.settle()
	w.gets("error mine-1 not_found", "error mine-2 not_found", "error mine-3 not_found")
	if !w.s.Ready() {
		t.Fatal("takes no more commands")
	}
}

// Looking for the event of a repeat is work, too: repeats are no way around the limit.
func TestCommandCountsUntilItsAnswerHasGoneOut(t *testing.T) {
	w := opened(t, ana)
	w.commands("mine-1", "o-1", callout.Placed)
	answer[session.Submit](w)
	w.hints(1)
	w.forget()
	for range 2 {
		w.commands("mine-1", "o-1", callout.Placed)
		answer[session.Submit](w)
	}
	if w.s.Ready() {
		t.Fatal("takes more commands than it may have under way")
	}
	w.settle()
	w.gets("repeat 1 PLACED", "repeat 1 PLACED")
	if !w.s.Ready() {
		t.Fatal("takes no more commands")
	}
}
