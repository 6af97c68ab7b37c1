package sim

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// judge holds what the database says in the end against the rules, and against what everybody was told.
func (w *world) judge() {
	told := make(map[string]map[string]callout.View)
	var all []callout.Event
	for _, id := range w.truth.orderIDs() {
		events := w.truth.events(id)
		all = append(all, events...)
		w.judgeOrder(id, events, told)
	}
	w.outcomes.judge(all)
	for _, p := range w.people {
		w.judgeInbox(p.plan.actor.ID, told[p.plan.actor.ID])
	}
	w.judgeOneOrderOfCommits()
	w.judgeReceipts()
}

// judgeOrder plays the events of an order once more by the rules, and notes who had to be told of each and what they had
// to see.
func (w *world) judgeOrder(id string, events []callout.Event, told map[string]map[string]callout.View) {
	var order *callout.Order
	accepted := 0
	for i := 0; i < len(events); {
		cmd := w.again(&events[i], order)
		replayed, err := w.plan.rules.Apply(order, cmd, events[i].At)
		if err != nil {
			w.broke("database", "%s, %s by %s, is against the rules: %v", wire.EventName(id, events[i].Version), events[i].Status, events[i].Sender.ID, err)
			return
		}
		for _, e := range replayed {
			if i == len(events) || !w.sameEvent(&e, &events[i]) {
				w.broke("database", "by the rules, %s is %s of %s", wire.EventName(id, e.Version), e.Status, e.Sender.ID)
				return
			}
			for _, to := range e.To {
				if told[to.UserID] == nil {
					told[to.UserID] = make(map[string]callout.View)
				}
				told[to.UserID][wire.EventName(id, e.Version)] = to.View
			}
			w.judgeTimer(order, &e)
			if e.Status == callout.Accepted {
				accepted++
			}
			order, i = &e.Order, i+1
		}
	}
	if accepted > 1 {
		w.broke("database", "order %s was accepted %d times", id, accepted)
	}
	w.judgeServiceman(id, events)
	if order != nil && !order.DueAt.IsZero() && w.clock.now().After(order.DueAt.Add(5*time.Second)) {
		w.broke("database", "%s of %s was due at %v, and it is %v", order.DueEvent, id, order.DueAt, w.clock.now())
	}
}

// again is the command that an event was.
func (w *world) again(e *callout.Event, order *callout.Order) callout.Command {
	cmd := callout.Command{
		ID: e.CommandID, Sender: e.Sender, OrderID: e.OrderID, Status: e.Status, Extra: e.Extra, Classic: w.plan.isClassic(e.Sender.ID),
	}
	if order == nil {
		cmd.Receivers = e.Order.Receivers
	} else {
		cmd.Version = order.Version
	}
	return cmd
}

// sameEvent reports whether the database has an event as the rules give it.
func (w *world) sameEvent(byRules, stored *callout.Event) bool {
	want, err := json.Marshal(byRules.Order.As(callout.PartyView))
	if err != nil {
		return false
	}
	got, err := json.Marshal(stored.Order)
	return err == nil && byRules.Version == stored.Version && byRules.Status == stored.Status && byRules.Sender == stored.Sender &&
		byRules.CommandID == stored.CommandID && byRules.At.Equal(stored.At) && bytes.Equal(want, got)
}

// judgeTimer holds what the system did by itself to its time. What follows another event at once is no timer's.
func (w *world) judgeTimer(before *callout.Order, e *callout.Event) {
	if e.Sender.Role != callout.System || e.Status == callout.Broadcasted || len(before.Receivers) == 0 && e.Status == callout.Expired {
		return
	}
	if before.DueAt.IsZero() || e.At.Before(before.DueAt) {
		w.broke("database", "%s of %s happened at %v, and was due at %v", e.Status, e.OrderID, e.At, before.DueAt)
	}
}

// judgeServiceman holds an order to the one serviceman who has accepted it, and its events to the passing of time.
func (w *world) judgeServiceman(id string, events []callout.Event) {
	man, at := "", time.Time{}
	for i := range events {
		e := &events[i]
		if man != "" && e.Order.ServicemanID != man || e.At.Before(at) || e.Version != int64(i+1) {
			w.broke("database", "%s is of %s at %v, after %s at %v", wire.EventName(id, e.Version), e.Order.ServicemanID, e.At, man, at)
		}
		man, at = e.Order.ServicemanID, e.At
	}
}

// judgeInbox holds an inbox, read once more, to what was read of it before and to what its user had to be told.
func (w *world) judgeInbox(userID string, told map[string]callout.View) {
	before := w.truth.inbox(userID)
	w.truth.forget(userID)
	rows := w.truth.inbox(userID)
	if !slices.EqualFunc(before, rows, func(a, b wire.Event) bool { return bytes.Equal(wire.Encode(a), wire.Encode(b)) }) {
		w.broke("database", "%s's inbox is not what it was before", userID)
	}
	for _, row := range rows {
		if _, ok := told[row.Of()]; !ok {
			w.broke("database", "%s is told of %s, twice or with no right to", userID, row.Of())
		}
		delete(told, row.Of())
	}
	for event := range told {
		w.broke("database", "%s has not been told of %s", userID, event)
	}
}

// judgeOneOrderOfCommits holds the inboxes to one order of commits: what came first for one user came first for all.
func (w *world) judgeOneOrderOfCommits() {
	for _, a := range w.people {
		at := make(map[string]int64)
		for _, row := range w.truth.inbox(a.plan.actor.ID) {
			at[row.Of()] = row.Seq
		}
		for _, b := range w.people {
			last := int64(0)
			for _, row := range w.truth.inbox(b.plan.actor.ID) {
				if seq, ok := at[row.Of()]; ok && seq < last {
					w.broke("database", "%s comes at another turn for %s than for %s", row.Of(), b.plan.actor.ID, a.plan.actor.ID)
				} else if ok {
					last = seq
				}
			}
		}
	}
}
