package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// model is what a store should hold, made by the rules alone.
type model struct {
	rules   callout.Rules
	orders  map[string]*callout.Order
	events  map[string][]callout.Event // by order, with the orders as parties see them
	inboxes map[string][]wire.Event    // by user
	repeats map[store.Key]store.Repeat
	cursors map[device]int64
}

type device struct{ userID, name string }

func newModel(rules callout.Rules) *model {
	return &model{
		rules: rules, orders: map[string]*callout.Order{}, events: map[string][]callout.Event{},
		inboxes: map[string][]wire.Event{}, repeats: map[store.Key]store.Repeat{}, cursors: map[device]int64{},
	}
}

// clone is the model as it is now, whatever becomes of the one or the other.
func (m *model) clone() *model {
	return &model{
		rules: m.rules, orders: maps.Clone(m.orders), events: cloneLists(m.events), inboxes: cloneLists(m.inboxes),
		repeats: maps.Clone(m.repeats), cursors: maps.Clone(m.cursors),
	}
}

func cloneLists[V any](lists map[string][]V) map[string][]V {
	cloned := make(map[string][]V, len(lists))
	for id, list := range lists {
		cloned[id] = slices.Clip(list)
	}
	return cloned
}

// apply decides one command and remembers what came of it. A repeat and a refusal come to nothing.
func (m *model) apply(cmd callout.Command, now time.Time) ([]store.Record, error) {
	key := store.Key{SenderID: cmd.Sender.ID, CommandID: cmd.ID}
	if _, repeat := m.repeats[key]; repeat {
		return nil, nil
	}
	events, err := m.rules.Apply(m.orders[cmd.OrderID], cmd, now)
	if err != nil {
		return nil, err
	}
	records, err := recordsOf(&cmd, events)
	if err != nil {
		return nil, err
	}
	if cmd.Sender.Role != callout.System {
		m.repeats[key] = store.Repeat{Digest: records[0].Digest, OrderID: cmd.OrderID, Version: records[0].Version}
	}
	for _, r := range records {
		m.orders[r.OrderID] = &r.Order
		e := r.Event
		e.Order, e.To = e.Order.As(callout.PartyView), nil
		m.events[r.OrderID] = append(m.events[r.OrderID], e)
	}
	return records, nil
}

// deliver puts records into the inboxes and gives the rows, in commit order.
func (m *model) deliver(records []store.Record) []wire.Event {
	var rows []wire.Event
	for i := range records {
		for _, to := range records[i].To {
			row := records[i].Row(to, int64(len(m.inboxes[to.UserID]))+1)
			m.inboxes[to.UserID] = append(m.inboxes[to.UserID], row.Event())
			rows = append(rows, row.Event())
		}
	}
	return rows
}

func (m *model) ack(a store.Ack) {
	d := device{a.UserID, a.Device}
	m.cursors[d] = max(m.cursors[d], a.Seq)
}

// open are the open orders of a user as they see them, the oldest first.
func (m *model) open(userID string) []callout.Order {
	var open []callout.Order
	for _, o := range m.orders {
		if v := o.ViewOf(userID); !o.Status.Ends() && (v == callout.PartyView || v == callout.OfferView) {
			open = append(open, o.As(v))
		}
	}
	slices.SortFunc(open, func(a, b callout.Order) int {
		return cmp.Or(a.PlacedAt.Compare(b.PlacedAt), cmp.Compare(a.ID, b.ID))
	})
	return open
}

// due are the timers whose time has come, by order.
func (m *model) due(now time.Time) map[string]callout.Command {
	due := map[string]callout.Command{}
	for id, o := range m.orders {
		if timer, set := o.Timer(); set && !now.Before(o.DueAt) {
			due[id] = timer
		}
	}
	return due
}

// nextDue is how long it is until the first timer whose time has not come.
func (m *model) nextDue(now time.Time) (wait time.Duration, any bool) {
	for _, o := range m.orders {
		if until := o.DueAt.Sub(now); o.DueEvent != 0 && until > 0 && (!any || until < wait) {
			wait, any = until, true
		}
	}
	return wait, any
}

// find is the newest row that is wanted.
func (m *model) find(w store.Wanted) (wire.Event, bool) {
	for _, row := range slices.Backward(m.inboxes[w.UserID]) {
		if row.OrderID == w.OrderID && (w.Version == 0 || row.Version == w.Version) && (w.UpTo == 0 || row.Seq <= w.UpTo) {
			return row, true
		}
	}
	return wire.Event{}, false
}

func (m *model) orderIDs() []string { return slices.Sorted(maps.Keys(m.orders)) }
