package check

import (
	"maps"
	"slices"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// orders replays the events of every order by the rules: each has to be what the rules make of its command, at its time.
// So no move is made that is not in the table, no timer fires before its time or twice, and totals add up. It collects
// whom the rules have told of each event.
func (c *checker) orders() {
	c.told = make(map[string][]record.Event)
	for _, id := range slices.Sorted(maps.Keys(c.db.Orders)) {
		events := c.db.Orders[id]
		c.winners(id, events)
		c.sound(id, events)
		var before *callout.Order
		for i := 0; i < len(events); {
			decided := c.replay(before, events[i:])
			if len(decided) == 0 {
				break // it has been said why
			}
			for k := range decided {
				c.tell(&decided[k])
			}
			before = &decided[len(decided)-1].Order
			i += len(decided)
		}
	}
}

// winners counts who has accepted an order.
func (c *checker) winners(id string, events []callout.Event) {
	var winners []string
	for _, e := range events {
		if e.Status == callout.Accepted {
			winners = append(winners, e.Sender.ID)
		}
	}
	if len(winners) > 1 {
		c.add(DoubleAccepted, "order "+id, "it was accepted by %v", winners)
	}
}

// sound holds an order to what must be whatever the rules say, since it is by them that the rest is judged: it is worth
// what its services are, and what happens by itself happens no earlier than it was announced.
func (c *checker) sound(id string, events []callout.Event) {
	for i := range events {
		e := &events[i]
		total := int64(0)
		for _, s := range e.Order.Services {
			total += s.Quantity * s.UnitPrice
		}
		if total != e.Order.Total {
			c.add(Wrong, "order "+id, "at version %d its total is %d and its services are worth %d", e.Version, e.Order.Total, total)
		}
		if i == 0 || e.Sender.Role != callout.System || e.Status == callout.Broadcasted {
			continue
		}
		before := &events[i-1].Order
		unwanted := e.Status == callout.Expired && len(before.Receivers) == 0
		if !unwanted && e.At.Before(before.DueAt) {
			c.add(Wrong, "order "+id, "version %d is %s at %s, by itself; that was due at %s", e.Version, e.Status, e.At, before.DueAt)
		}
	}
}

// replay decides the first of the events again, and gives it with what followed by itself; nothing, if that is not what
// the database holds.
func (c *checker) replay(before *callout.Order, events []callout.Event) []callout.Event {
	e := &events[0]
	where := "order " + e.OrderID
	cmd := callout.Command{
		ID: e.CommandID, Sender: e.Sender, OrderID: e.OrderID, Status: e.Status, Extra: e.Extra, Classic: c.classic[e.Sender.ID],
	}
	if before != nil {
		cmd.Version = before.Version
	} else {
		cmd.Receivers = e.Order.Receivers
	}
	decided, err := c.rules.Apply(before, cmd, e.At)
	if err != nil {
		c.add(Wrong, where, "version %d is %s by %s at %s, which the rules refuse: %v", e.Version, e.Status, e.Sender.ID, e.At, err)
		return nil
	}
	for i := range decided {
		if i == len(events) {
			c.add(Lost, where, "%s follows version %d by itself, and is not there", decided[i].Status, events[i-1].Version)
			return nil
		}
		if !c.same(where, &decided[i], &events[i]) {
			return nil
		}
	}
	return decided
}

// same reports whether the database holds an event as the rules make it, and says so if not.
func (c *checker) same(where string, want, have *callout.Event) bool {
	switch {
	case have.Version > want.Version:
		c.add(Lost, where, "version %d comes after version %d", have.Version, want.Version-1)
	case have.Version < want.Version:
		c.add(Repeated, where, "version %d comes once more after version %d", have.Version, want.Version-1)
	case have.OrderID != want.OrderID || have.Status != want.Status || have.Sender != want.Sender || have.CommandID != want.CommandID:
		c.add(Wrong, where, "version %d is %s by %v (%s), where the rules have %s by %v (%s)",
			have.Version, have.Status, have.Sender, have.CommandID, want.Status, want.Sender, want.CommandID)
	case !have.At.Equal(want.At):
		c.add(Wrong, where, "version %d is dated %s, before the event that it follows", have.Version, have.At)
	case record.Digest(have.Order, have.Extra) != record.Digest(want.Order.As(callout.PartyView), want.Extra):
		c.add(Wrong, where, "version %d has the order as %+v, where the rules have %+v", have.Version, have.Order, want.Order)
	default:
		return true
	}
	return false
}

// tell notes an event for everybody whom the rules tell of it, as each sees it.
func (c *checker) tell(e *callout.Event) {
	for _, to := range e.To {
		extra, sender := e.Extra, e.Sender.ID
		if to.View != callout.PartyView {
			extra = callout.Extra{}
		}
		if to.View == callout.ClosedView {
			sender = ""
		}
		seen := record.Event{
			OrderID: e.OrderID, Version: e.Version, Status: e.Status, Rests: e.Order.Status, SenderID: sender,
			At: e.At.UnixMilli(), Content: record.Digest(e.Order.As(to.View), extra),
		}
		if e.Sender.ID == to.UserID {
			seen.CommandID = e.CommandID
		}
		c.told[to.UserID] = append(c.told[to.UserID], seen)
	}
}
