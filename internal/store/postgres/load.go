package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// found is what a group found, and what has to be known beside it to write.
type found struct {
	store.Loaded
	locked map[string]int64 // the versions of the orders that are locked
	places []store.Place    // of the devices of the group's acks, in their order
}

const (
	begin = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`

	lockOrders = `SELECT id, version FROM callout.orders WHERE id = ANY($1) ORDER BY id FOR UPDATE`

	// A statement that has waited for a lock sees the locked row as it is now, but all others as they were before: so
	// events are read by a later one.
	readOrders = `SELECT ` + orderColumns + `
		FROM callout.orders o JOIN callout.events e ON e.order_id = o.id AND e.version = o.version
		WHERE o.id = ANY($1)`

	readRepeats = `SELECT e.sender_id, e.command_id, e.digest, e.order_id, e.version
		FROM unnest($1::text[], $2::text[]) AS k (sender_id, command_id)
		JOIN callout.events e ON e.sender_id = k.sender_id AND e.command_id = k.command_id AND e.sender_id <> 'system'`

	readDevices = `SELECT k.place, d.cursor, d.sent
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (user_id, device, place)
		JOIN callout.devices d ON d.user_id = k.user_id AND d.device = k.device`

	countOpen = `SELECT p.id, count(*) FROM unnest($1::text[]) AS p (id)
		JOIN callout.open_orders mine ON mine.user_id = p.id
		JOIN callout.orders o ON o.id = mine.order_id AND o.client_id = p.id GROUP BY p.id`

	readClock = `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`
)

// load begins a transaction, and locks and reads what the group names. Of orders that are remembered, only the version is read.
func (c *commitment) load(ctx context.Context) (*found, error) {
	g, clock := c.group, c.db.clock
	f := &found{Loaded: newLoaded(g), locked: make(map[string]int64, len(g.Orders)), places: make([]store.Place, len(g.Acks))}
	var b batch
	b.exec(begin)
	unknown := f.remember(c.memory, g.Orders)
	if len(g.Orders) > 0 {
		b.query(f.scanLocked, lockOrders, g.Orders)
	}
	if len(unknown) > 0 {
		b.query(f.scanOrder, readOrders, unknown)
	}
	if len(g.Keys) > 0 {
		b.query(f.scanRepeat, readRepeats,
			column(g.Keys, func(k store.Key) string { return k.SenderID }),
			column(g.Keys, func(k store.Key) string { return k.CommandID }))
	}
	if len(g.Placers) > 0 {
		b.query(f.scanOpen, countOpen, g.Placers)
	}
	if len(g.Acks) > 0 {
		b.query(f.scanDevice, readDevices, column(g.Acks, func(a store.Ack) string { return a.UserID }),
			column(g.Acks, func(a store.Ack) string { return a.Device }))
	}
	if clock == nil {
		b.query(f.scanClock, readClock)
	}
	if err := b.run(ctx, c.conn); err != nil {
		return nil, fault(err)
	}
	if clock != nil {
		f.Now = millis(clock().UnixMilli())
	} else {
		c.memory.clock.Store(&reading{f.Now, time.Now()})
	}
	for _, id := range g.Placers {
		c.memory.open.Put(id, f.Open[id])
	}
	return f, f.check(ctx, c.conn)
}

func newLoaded(g *store.Group) store.Loaded {
	return store.Loaded{
		Orders: make(map[string]*callout.Order, len(g.Orders)), Repeats: make(map[store.Key]store.Repeat), Open: make(map[string]int),
	}
}

// remember takes the orders that are remembered, and lists the others.
func (f *found) remember(m *memory, ids []string) (unknown []string) {
	for _, id := range ids {
		if o, ok := m.orders.Get(id); ok {
			f.Orders[id] = o
		} else {
			unknown = append(unknown, id)
		}
	}
	return unknown
}

// check holds to it that what was read is locked, and that what was remembered is what is stored. An order that was placed
// between the two statements is not locked, and one that another process has moved is read again.
func (f *found) check(ctx context.Context, conn *pgx.Conn) error {
	var moved []string
	for id, o := range f.Orders {
		version, locked := f.locked[id]
		switch {
		case !locked:
			return fmt.Errorf("%w: order %s was placed while the group was loaded, or is gone", store.TryAgain, id)
		case o.Version != version:
			moved = append(moved, id)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	var b batch
	b.query(f.scanOrder, readOrders, moved)
	return fault(b.run(ctx, conn))
}

func (f *found) scanLocked(rows pgx.Rows) error {
	var id string
	var version int64
	err := rows.Scan(&id, &version)
	f.locked[id] = version
	return err
}

func (f *found) scanOrder(rows pgx.Rows) error {
	o, err := scanOrder(rows)
	if err != nil {
		return err
	}
	f.Orders[o.ID] = o
	return nil
}

func (f *found) scanRepeat(rows pgx.Rows) error {
	var key store.Key
	var digest []byte
	var r store.Repeat
	if err := rows.Scan(&key.SenderID, &key.CommandID, &digest, &r.OrderID, &r.Version); err != nil {
		return err
	}
	if copy(r.Digest[:], digest) != len(r.Digest) {
		return fmt.Errorf("the digest of command %q of %s has %d bytes", key.CommandID, key.SenderID, len(digest))
	}
	f.Repeats[key] = r
	return nil
}

func (f *found) scanOpen(rows pgx.Rows) error {
	var id string
	var n int
	err := rows.Scan(&id, &n)
	f.Open[id] = n
	return err
}

func (f *found) scanDevice(rows pgx.Rows) error {
	var n int
	at := store.Place{Known: true}
	if err := rows.Scan(&n, &at.Cursor, &at.Sent); err != nil {
		return err
	}
	f.places[n-1] = at
	return nil
}

func (f *found) scanClock(rows pgx.Rows) error {
	var now int64
	if err := rows.Scan(&now); err != nil {
		return err
	}
	f.Now = millis(now)
	return nil
}
