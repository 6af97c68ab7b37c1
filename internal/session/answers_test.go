package session_test

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// carryOut does now what is asked for, and gives the answer, which may be handed in later.
func (w *world) carryOut(r session.Request) func() session.Actions {
	switch r := r.(type) {
	case session.Verify:
		return func() session.Actions { return w.s.Verified(w.me, 0, "") }
	case session.Renew:
		return func() session.Actions { return w.s.Renewed(w.me, 0, "") }
	case session.Inquire:
		return func() session.Actions {
			return w.s.Inquired(&wire.Receipt{OrderID: r.About.OrderID, Version: r.About.Version}, true)
		}
	case session.Open:
		snap := w.inbox.open(r.Device, r.Resume)
		snap.Orders = w.shop.open()
		return func() session.Actions { return w.s.Opened(snap, true, w.now) }
	case session.Register:
		w.inbox.acknowledge(r.Device, r.Seq)
		return func() session.Actions { return w.s.Registered(true) }
	case session.Submit:
		answer := w.shop.decide(r.Command, w.now)
		return func() session.Actions { return w.s.Answered(&r.Command, answer) }
	case session.Read:
		rows := w.inbox.page(r.After, r.Limit)
		return func() session.Actions { return w.s.Paged(rows, r.Limit, true, w.now) }
	case session.Find:
		row, ok := w.inbox.find(r.OrderID, r.Version, r.UpTo)
		return func() session.Actions { return w.s.Found(&row, ok, r.Because) }
	case session.Replay:
		var rows []wire.Event
		for _, id := range r.Orders {
			if row, ok := w.inbox.find(id, 0, r.UpTo); ok {
				rows = append(rows, row)
			}
		}
		return func() session.Actions { return w.s.Replayed(rows, true) }
	case session.Stand:
		head, open := w.inbox.head(), len(w.shop.open())
		return func() session.Actions {
			w.stood = standing{head, open}
			return w.s.Stood(head, open, true, w.now)
		}
	}
	w.t.Fatalf("asked for %T", r)
	return nil
}

// failing is the answer to what is asked for when the database is away.
func (w *world) failing(r session.Request) func() session.Actions {
	switch r := r.(type) {
	case session.Verify:
		return func() session.Actions { return w.s.Verified(session.Identity{}, wire.Unauthenticated, "no") }
	case session.Inquire:
		return func() session.Actions { return w.s.Inquired(nil, false) }
	case session.Renew:
		return func() session.Actions { return w.s.Renewed(session.Identity{}, wire.Overloaded, "no") }
	case session.Open:
		return func() session.Actions { return w.s.Opened(session.Snapshot{}, false, w.now) }
	case session.Register:
		return func() session.Actions { return w.s.Registered(false) }
	case session.Submit:
		answer := session.Answer{Err: &callout.Error{Code: callout.Unavailable, Message: "the database is away"}}
		return func() session.Actions { return w.s.Answered(&r.Command, answer) }
	case session.Read:
		return func() session.Actions { return w.s.Paged(nil, r.Limit, false, w.now) }
	case session.Find:
		return func() session.Actions { return w.s.Found(&wire.Event{}, false, r.Because) }
	case session.Replay:
		return func() session.Actions { return w.s.Replayed(nil, false) }
	case session.Stand:
		return func() session.Actions { return w.s.Stood(0, 0, false, w.now) }
	}
	w.t.Fatalf("asked for %T", r)
	return nil
}

// take is the first request of a kind, which has to be there, and is not asked for any more.
func take[R session.Request](w *world) R {
	w.t.Helper()
	i := slices.IndexFunc(w.asked, func(r session.Request) bool { _, ok := r.(R); return ok })
	if i < 0 {
		w.t.Fatalf("no %T among %+v", *new(R), w.asked)
	}
	r, _ := w.asked[i].(R)
	w.asked = slices.Delete(w.asked, i, i+1)
	return r
}

// answer answers the first request of a kind.
func answer[R session.Request](w *world) R {
	w.t.Helper()
	r := take[R](w)
	w.do(w.carryOut(r)())
	return r
}

// answerLate carries out the first request of a kind now. What it gives back hands the answer in.
func answerLate[R session.Request](w *world) (deliver func()) {
	w.t.Helper()
	answer := w.carryOut(take[R](w))
	return func() { w.t.Helper(); w.do(answer()) }
}

// fail answers the first request of a kind as if the database were away.
func fail[R session.Request](w *world) {
	w.t.Helper()
	w.do(w.failing(take[R](w))())
}

// asks checks what the session waits for.
func (w *world) asks(want ...session.Request) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.asked, cmpopts.EquateEmpty()); diff != "" {
		w.t.Fatalf("what the session waits for (-want +got):\n%s", diff)
	}
}

// settle answers everything that is asked for, until nothing is.
func (w *world) settle() {
	w.t.Helper()
	for len(w.asked) > 0 {
		r := w.asked[0]
		w.asked = w.asked[1:]
		w.do(w.carryOut(r)())
	}
}

// pass lets time go by. The session is told the time when it wants to be, and at no other.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	end := w.now.Add(d)
	for next := w.s.Next(); !next.After(end); next = w.s.Next() {
		if !next.After(w.now) {
			w.t.Fatalf("the session wants to be told the time again and again")
		}
		w.tick(next)
	}
	w.now = end
}

func (w *world) tick(now time.Time) {
	w.t.Helper()
	w.now = now
	w.do(w.s.Tick(now))
	if !w.s.Next().After(now) {
		w.t.Fatalf("the session wants to be told the time again and again")
	}
}

// happens has things happen to an order, each by who usually does them. Nobody is hinted at them.
func (w *world) happens(orderID string, statuses ...callout.Status) {
	w.t.Helper()
	for _, status := range statuses {
		w.decides(w.shop.say(usual(status), orderID, status))
	}
}

// decides commits a command that the rules have to allow.
func (w *world) decides(c callout.Command) {
	w.t.Helper()
	if a := w.shop.decide(c, w.now); a.Err != nil {
		w.t.Fatalf("%s: %v", c.Status, a.Err)
	}
}

// hints tells the session of rows.
func (w *world) hints(seqs ...int64) {
	w.t.Helper()
	for _, seq := range seqs {
		w.do(w.s.Hint(&w.inbox.rows[seq-1], w.now))
	}
}

// tells is happens, with a hint at each new row.
func (w *world) tells(orderID string, statuses ...callout.Status) {
	w.t.Helper()
	head := w.inbox.head()
	w.happens(orderID, statuses...)
	for seq := head + 1; seq <= w.inbox.head(); seq++ {
		w.hints(seq)
	}
}
