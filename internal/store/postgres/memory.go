package postgres

import (
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// memory is what has last been written to one server's database. With each new connection that may commit another begins: the
// database behind it may be a copy that is older.
//
// What is decided on orders and heads is written only if the database has them at the same versions, or ends before the same
// places. The clock and the numbers of open orders are held against nothing; they may be a little behind.
type memory struct {
	server time.Time                     // when the server began that has this database
	orders *store.Recent[*callout.Order] // that have not ended
	open   *store.Recent[int]            // how many open orders a client has
	heads  *store.Recent[int64]          // of inboxes
	clock  atomic.Pointer[reading]       // of the database's
	wary   atomic.Int32                  // for how many groups memory is left alone, since orders were not as remembered
}

// wariness is for how many groups memory is left alone after an order was not as remembered: another process moves the same ones.
const wariness = 16

// newMemory remembers at least so many orders and heads.
func newMemory(server time.Time, orders, heads int) *memory {
	return &memory{
		server: server, orders: store.NewRecent[*callout.Order](orders), open: store.NewRecent[int](orders),
		heads: store.NewRecent[int64](heads),
	}
}

// leaveAlone has the next groups decided on what the database holds.
func (m *memory) leaveAlone() { m.wary.Store(wariness) }

// trusted reports whether a group may be decided on memory.
func (m *memory) trusted() bool { return m.wary.Load() <= 0 || m.wary.Add(-1) < 0 }

// loaded is what a group would find in the database if it were as it is remembered; nil when not all of that is.
func (m *memory) loaded(g *store.Group, clock func() time.Time) *store.Loaded {
	if len(g.Acks) > 0 || g.Commands == 0 || g.Commands > len(g.Keys) || !m.trusted() {
		return nil
	}
	l := newLoaded(g)
	if l.Now = m.now(clock); l.Now.IsZero() {
		return nil
	}
	for _, id := range g.Orders {
		if o, ok := m.orders.Get(id); ok {
			l.Orders[id] = o
		} else if !slices.Contains(g.Placed, id) {
			return nil
		}
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

// decide decides a group on what is remembered, and prepares what it writes. It is nil where memory does not make the outcome
// certain: in a group with a command that has no effect, be it refused or a repeat, or with something that is not remembered.
func (m *memory) decide(g *store.Group, clock func() time.Time, decide func(store.Loaded) []store.Record) (*writing, error) {
	l := m.loaded(g, clock)
	if l == nil {
		return nil, nil
	}
	before := maps.Clone(l.Orders) // decide puts others in their place
	records := decide(*l)
	if !allTakeEffect(g.Keys, records) {
		return nil, nil
	}
	return newWriting(records, before, m)
}

// allTakeEffect reports whether there is a record of each of a group's commands.
func allTakeEffect(keys []store.Key, records []store.Record) bool {
	effects := make(map[store.Key]struct{}, len(records))
	for i := range records {
		effects[store.Key{SenderID: records[i].Sender.ID, CommandID: records[i].CommandID}] = struct{}{}
	}
	for _, key := range keys {
		if _, ok := effects[key]; !ok {
			return false
		}
	}
	return true
}

// now is what the clock shows, or the database's when there is none. It is zero when that is not known.
func (m *memory) now(clock func() time.Time) time.Time {
	if clock != nil {
		return millis(clock().UnixMilli())
	}
	return m.clock.Load().now()
}

// put remembers what a group has written.
func (m *memory) put(w *writing) {
	for _, o := range w.placed {
		m.open.Change(o.ClientID, func(n int) int { return n + 1 })
	}
	for _, orders := range [][]*callout.Order{w.placed, w.moved} {
		for _, o := range orders {
			if o.Status.Ends() {
				m.orders.Drop(o.ID)
				m.open.Change(o.ClientID, func(n int) int { return n - 1 })
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

// drop forgets all that a group was to change: it is not known any more.
func (m *memory) drop(w *writing) {
	for _, orders := range [][]*callout.Order{w.placed, w.moved} {
		for _, o := range orders {
			m.orders.Drop(o.ID)
			m.open.Drop(o.ClientID)
		}
	}
	for _, id := range w.delivery.users {
		m.heads.Drop(id)
	}
}

// correct forgets what the database has said of a group that it is not so.
func (m *memory) correct(w *writing, err error) {
	moved := isMoved(err)
	if moved {
		for _, o := range w.moved {
			m.orders.Drop(o.ID)
		}
		m.leaveAlone()
	}
	if moved || isTold(err) { // who has moved an order has told its parties
		for _, id := range w.delivery.users {
			m.heads.Drop(id)
		}
	}
}

// serverOf is when the server of a connection began, which tells it from every other.
func serverOf(conn *pgx.Conn) time.Time {
	began, _ := conn.PgConn().CustomData()[serverKey].(time.Time)
	return began
}

const serverKey = "server"

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
