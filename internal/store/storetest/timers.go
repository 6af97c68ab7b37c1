package storetest

import (
	"fmt"
	"time"

	"github.com/calloutd/callout"
)

// due: a timer is listed once its time has come and as long as its order stands still.
func due(w *world) {
	for i, seconds := range []int64{30, 10, 20} {
		cmd := w.place(ana, fmt.Sprintf("o-%d", i), sam)
		cmd.Extra.OfferSeconds = seconds
		w.do(cmd)
	}
	w.mustBeDue(9)
	w.clock.advance(10*time.Second - time.Millisecond)
	w.mustBeDue(9)
	w.clock.advance(time.Millisecond)
	w.mustBeDue(9, callout.TimerCommand("o-1", 1, callout.Expired))
	w.clock.advance(time.Hour)
	w.mustBeDue(2, callout.TimerCommand("o-1", 1, callout.Expired), callout.TimerCommand("o-2", 1, callout.Expired))

	w.do(callout.TimerCommand("o-1", 1, callout.Expired))
	w.same("the order's status", w.order("o-1").Status, callout.Expired)
	w.do(w.say(ana, "o-0", callout.Cancelled))
	w.mustBeDue(9, callout.TimerCommand("o-2", 1, callout.Expired))
	w.do(w.say(olga, "o-2", callout.Cancelled))
	w.mustBeDue(9)

	w.do(w.life("o-3", ana, sam, sue)[:4]...)
	w.clock.advance(w.rules.Change)
	declined := callout.TimerCommand("o-3", 5, callout.ChangeDeclined)
	w.mustBeDue(9, declined)
	w.do(declined)
	w.mustBeDue(9)

	w.do(w.say(ana, "o-3", callout.Payment), w.say(sam, "o-3", callout.PaymentVerification))
	w.clock.advance(w.rules.Completion)
	completed := callout.TimerCommand("o-3", 8, callout.OrderComplete)
	w.mustBeDue(9, completed)
	w.do(completed)
	w.mustBeDue(9)
	w.same("the order's status", w.order("o-3").Status, callout.OrderComplete)
}

func (w *world) mustBeDue(limit int, want ...callout.Command) {
	w.t.Helper()
	got, err := w.s.Due(w.t.Context(), limit)
	if err != nil {
		w.t.Fatalf("due: %v", err)
	}
	w.same("what is due", got, want)
}

// history: the events of an order, as they happened, whoever else had events in between.
func history(w *world) {
	var want []callout.Event
	for i, cmd := range w.life("o-1", ana, sam, sue) {
		_, records := w.commit(cmd, w.place(ben, fmt.Sprintf("o-2.%d", i), sid))
		for _, r := range records {
			if r.OrderID == "o-1" {
				e := r.Event
				e.Order, e.To = e.Order.As(callout.PartyView), nil
				want = append(want, e)
			}
		}
		w.clock.advance(1001 * time.Millisecond)
	}
	got, err := w.s.Events(w.t.Context(), "o-1")
	if err != nil {
		w.t.Fatalf("events: %v", err)
	}
	w.same("the order's events", got, want)
	if got, err = w.s.Events(w.t.Context(), "o-9"); err != nil || len(got) > 0 {
		w.t.Fatalf("events of no order: %v and %v", got, err)
	}
}

func orderIDs(w *world) {
	for _, id := range []string{"b1", "ab", "a", "ab:2", "ab.1", "ab|z", "aa"} {
		w.do(w.place(ana, id, sam))
	}
	for _, c := range []struct {
		prefix string
		limit  int
		want   []string
	}{
		{"ab", 10, []string{"ab", "ab.1", "ab:2", "ab|z"}},
		{"ab", 2, []string{"ab", "ab.1"}},
		{"a", 10, []string{"a", "aa", "ab", "ab.1", "ab:2", "ab|z"}},
		{"", 1, []string{"a"}},
		{"b1", 10, []string{"b1"}},
		{"b11", 10, nil},
		{"%", 10, nil},
	} {
		got, err := w.s.OrderIDs(w.t.Context(), c.prefix, c.limit)
		if err != nil {
			w.t.Fatalf("order ids: %v", err)
		}
		w.same("the ids that begin with "+c.prefix, got, c.want)
	}
}
