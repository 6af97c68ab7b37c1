package postgres

import (
	"sync/atomic"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// memory is what was last read of the database or written to it, through connections that belong together: with each new one
// that is made for commits, another begins. It is never relied upon: what is decided on it is written only if the database
// agrees.
type memory struct {
	orders *store.Recent[*callout.Order] // that have not ended
	open   *store.Recent[int]            // how many open orders a client has
	heads  *store.Recent[int64]          // of inboxes
	clock  atomic.Pointer[reading]       // of the database's
	wary   atomic.Int32                  // for how many groups memory is left alone, since it was wrong
}

// wariness is for how many groups memory is left alone after it was wrong: another process moves the same orders, or commands
// are repeated that were committed before this one began.
const wariness = 16

func newMemory() *memory {
	return &memory{
		orders: store.NewRecent[*callout.Order](store.RecentOrders), open: store.NewRecent[int](store.RecentOrders),
		heads: store.NewRecent[int64](store.RecentUsers),
	}
}

// wrong has the next groups find out for themselves.
func (m *memory) wrong() {
	m.heads.Forget()
	m.wary.Store(wariness)
}

// trusted reports whether a group may be decided on memory.
func (m *memory) trusted() bool { return m.wary.Load() <= 0 || m.wary.Add(-1) < 0 }

// loaded is what a group would find in the database if it were as it is remembered; nil when not all of that is.
func (m *memory) loaded(g *store.Group, clock func() time.Time) *store.Loaded {
	if len(g.Acks) > 0 || !m.trusted() {
		return nil
	}
	l := newLoaded(g)
	if l.Now = m.now(clock); l.Now.IsZero() {
		return nil
	}
	known := 0
	for _, id := range g.Orders {
		if o, ok := m.orders.Get(id); ok {
			l.Orders[id] = o
			known++
		}
	}
	for _, id := range g.Placed { // nothing is there, unless one is placed once more
		if l.Orders[id] == nil {
			known++
		}
	}
	if known < len(g.Orders) {
		return nil
	}
	for _, id := range g.Placers {
		n, ok := m.open.Get(id)
		if !ok {
			return nil
		}
		l.Open[id] = n
	}
	return &l
}

// now is what the clock shows, or the database's when there is none. It is zero when that is not known.
func (m *memory) now(clock func() time.Time) time.Time {
	if clock != nil {
		return millis(clock().UnixMilli())
	}
	return m.clock.Load().now()
}

// put remembers what a group has committed.
func (m *memory) put(w *writing) {
	for _, o := range w.placed {
		m.count(o.ClientID, 1)
	}
	for _, orders := range [][]*callout.Order{w.placed, w.moved} {
		for _, o := range orders {
			if o.Status.Ends() {
				m.orders.Drop(o.ID)
				m.count(o.ClientID, -1)
				continue
			}
			kept := *o // what it is a part of can go
			m.orders.Put(o.ID, &kept)
		}
	}
	for i, id := range w.delivery.users {
		m.heads.Put(id, w.delivery.heads[i]+w.delivery.counts[i])
	}
}

func (m *memory) count(clientID string, n int) {
	if open, ok := m.open.Get(clientID); ok {
		m.open.Put(clientID, open+n)
	}
}

// reading is what the database's clock showed at a time of this process's.
type reading struct{ database, here time.Time }

const (
	readingLasts = time.Second            // for so long it is gone by
	clockJump    = 100 * time.Millisecond // more is no drift: this process slept, or its clock was set
)

// now is what the database's clock shows, less what the reading took to arrive. It is zero when a new reading is to be made.
func (r *reading) now() time.Time {
	if r == nil {
		return time.Time{}
	}
	now := time.Now()
	passed, shown := now.Sub(r.here), now.Round(0).Sub(r.here.Round(0))
	if passed > readingLasts || (passed-shown).Abs() > clockJump {
		return time.Time{}
	}
	return r.database.Add(passed).Truncate(time.Millisecond)
}
