package session_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// tolds checks what the senders of events have been told since it was last looked at.
func (w *world) tolds(want ...session.Tell) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.told); diff != "" {
		w.t.Fatalf("what senders were told (-want +got):\n%s", diff)
	}
	w.told = nil
}

func TestTheSenderIsToldOfAnAcknowledgement(t *testing.T) {
	w := opened(t, ana)
	sent := w.now.Truncate(time.Millisecond)
	w.tells("o-1", callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged) // ana's own are 1 and 3
	w.pass(3 * time.Second)
	w.tolds()
	receipt := func(version int64) session.Tell {
		to := wire.ReceiptTo{UserID: ana.ID, SentAt: sent, AckedAt: w.now.Truncate(time.Millisecond)}
		return session.Tell{SenderID: sam.ID, Receipt: wire.Receipt{OrderID: "o-1", Version: version, To: []wire.ReceiptTo{to}}}
	}
	w.acks(1)
	w.tolds()
	w.acks(3)
	w.tolds(receipt(2))
	w.pass(time.Second)
	w.acks(4)
	w.tolds(receipt(4))
	w.acks(4)
	w.tolds()
}

func TestNobodyIsToldOfTheSystemsEventsNorByWhoseOfferIsClosed(t *testing.T) {
	w := opened(t, sue)
	offer := w.shop.say(ana, "o-1", callout.Placed)
	offer.Receivers = []string{sam.ID, sue.ID}
	w.decides(offer)
	w.happens("o-1", callout.Accepted)
	w.hints(1, 2, 3)
	w.gets("1 PLACED", "2 BROADCASTED", "3 ACCEPTED")
	w.acks(3)
	if len(w.told) != 1 || w.told[0].SenderID != ana.ID || w.told[0].Receipt.Version != 1 {
		t.Errorf("told: %+v", w.told)
	}
}

func TestReceiptsGoToSessionsThatWantThem(t *testing.T) {
	r := &wire.Receipt{OrderID: "o-1", Version: 2, To: []wire.ReceiptTo{{UserID: sam.ID}}}
	for _, c := range []struct {
		hello string
		want  []string
	}{{`,"receipts":true`, []string{"receipt o-1/2"}}, {`,"receipts":false`, nil}, {"", nil}} {
		w := newWorld(t, ana)
		w.connect(c.hello)
		w.forget()
		w.do(w.s.Receipt(r))
		w.gets(c.want...)
	}
}

func TestASenderMayAskWhatBecameOfAnEvent(t *testing.T) {
	w := opened(t, ana)
	w.says(`{"type":"receipt","orderId":"o-1","version":3}`)
	w.asks(session.Inquire{UserID: ana.ID, About: wire.Ask{OrderID: "o-1", Version: 3}})
	w.settle()
	w.gets("receipt o-1/3")
	w.says(`{"type":"receipt","orderId":"o-1","version":3}`)
	fail[session.Inquire](w)
	w.gets()
}

func TestAQuestionThatMakesNoSenseIsMalformed(t *testing.T) {
	for _, frame := range []string{
		`{"type":"receipt"}`, `{"type":"receipt","orderId":"o-1"}`, `{"type":"receipt","orderId":"o/1","version":1}`,
		`{"type":"receipt","orderId":"o-1","version":0}`, `{"type":"receipt","orderId":"o-1","version":"1"}`,
	} {
		w := opened(t, ana)
		w.says(frame)
		w.gets("goodbye 4101", "close 4101")
	}
}

func TestWhoIsSentAwayReadsNothingMore(t *testing.T) {
	for _, c := range []struct {
		barred bool
		want   []string
	}{{true, []string{"goodbye 4103", "close 4103"}}, {false, []string{"goodbye 4106", "close 4106"}}} {
		w := opened(t, ana)
		w.do(w.s.Dismissed(c.barred))
		w.gets(c.want...)
		w.commands("mine-1", "o-1", callout.Placed)
		w.asks()
	}
}

func TestWhoIsBarredIsNotWelcomed(t *testing.T) {
	w := newWorld(t, ana)
	w.start()
	w.hello("")
	answer[session.Verify](w)
	w.asked = nil
	w.do(w.s.Opened(session.Snapshot{Barred: true, Matches: true}, true, w.now))
	w.gets("goodbye 4103", "close 4103")
	w.asks()
}

func TestASessionAsksOneQuestionAtATimeAndNoMoreThanItMay(t *testing.T) {
	w := newWorld(t, ana)
	w.config.Rate, w.config.Burst = 1, 3
	w.connect("")
	w.forget()
	for range 5 {
		w.says(`{"type":"receipt","orderId":"o-1","version":1}`)
	}
	w.asks(session.Inquire{UserID: ana.ID, About: wire.Ask{OrderID: "o-1", Version: 1}})
	w.settle()
	w.gets("receipt o-1/1", "receipt o-1/1", "receipt o-1/1")
	if w.s.Busy() {
		t.Error("a question is taken for a command")
	}
}

func TestAResetAcknowledgesNothing(t *testing.T) {
	s := session.New(&testConfig, time.Unix(0, 0))
	s.Frame([]byte(`{"type":"hello","device":"d","resume":{"seq":9,"of":"o-9/1"}}`), time.Unix(0, 0))
	s.Verified(session.Identity{UserID: ana.ID, Role: ana.Role}, 0, "")
	want := session.Acknowledge{UserID: ana.ID, Device: "d", From: 5, Seq: 5}
	a := s.Opened(session.Snapshot{Head: 5, Cursor: 2, Known: true}, true, time.Unix(0, 0))
	if len(a.Requests) != 1 || a.Requests[0] != want {
		t.Errorf("it asks for %+v", a.Requests)
	}
}
