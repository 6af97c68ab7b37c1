package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Commit implements [store.Ledger]. A group that does nothing but move on orders which are remembered, and place new ones,
// takes one round trip to the server. Every other takes two: one that locks and loads, and one that writes and commits.
func (db *DB) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	if db.seat == nil {
		return nil, errors.New("the database was opened read-only")
	}
	if held := db.seat.taken.Load(); held != nil {
		return nil, fmt.Errorf("%w: %w", store.Broken, held)
	}
	var rows []wire.Event
	err := db.commits.with(ctx, func(conn *pgx.Conn) (err error) {
		c := &commitment{db: db, conn: conn, memory: db.memory.Load(), group: &g, decide: decide}
		rows, err = c.run(ctx)
		return err
	})
	if err != nil {
		db.forget()
		return nil, err
	}
	return rows, nil
}

// Remembered implements [store.Ledger].
func (db *DB) Remembered(orderID string) (*callout.Order, time.Time) {
	m := db.memory.Load()
	o, _ := m.orders.Get(orderID)
	return o, m.now(db.clock)
}

// commitment is one call of Commit.
type commitment struct {
	db     *DB
	conn   *pgx.Conn
	memory *memory
	group  *store.Group
	decide func(store.Loaded) []store.Record
}

func (c *commitment) run(ctx context.Context) ([]wire.Event, error) {
	if rows, done, err := c.fromMemory(ctx); done || err != nil {
		return rows, err
	}
	return c.fromDatabase(ctx)
}

// fromMemory commits a group that is decided on what is remembered, if the database agrees: orders are moved from their versions
// alone, and the keys of orders and commands and the places in inboxes are unique. It leaves to be done what that does not make
// certain, a group with a command that has no effect, be it refused or a repeat; and one that the database does not take.
func (c *commitment) fromMemory(ctx context.Context) (rows []wire.Event, done bool, err error) {
	l := c.memory.loaded(c.group, c.db.clock)
	if l == nil {
		return nil, false, nil
	}
	before := maps.Clone(l.Orders) // decide puts others in their place
	records := c.decide(*l)
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("write a group: %w", err)
	}
	if !allTakeEffect(c.group.Keys, records) {
		return nil, false, nil
	}
	var b batch
	b.exec(begin)
	w, err := newWriting(records, before, c.memory)
	if err != nil {
		return nil, false, err
	}
	w.queue(&b)
	err = b.commit(ctx, c.conn)
	if certain := new(pgconn.PgError); errors.As(err, &certain) && !b.ended() {
		c.memory.wrong()
		rollback(ctx, c.conn)
		return nil, false, ctx.Err()
	}
	if err != nil {
		return nil, false, fmt.Errorf("write a group: %w", err)
	}
	c.memory.put(w)
	return w.delivery.events(records), true, nil
}

// allTakeEffect reports whether there is a record of each of a group's commands.
func allTakeEffect(keys []store.Key, records []store.Record) bool {
	if len(records) < len(keys) {
		return false
	}
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

// fromDatabase commits a group that is decided on what the database holds. It leaves its transaction open when nothing is to be
// written: what only read has nothing to make durable, and is rolled back.
func (c *commitment) fromDatabase(ctx context.Context) ([]wire.Event, error) {
	found, err := c.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load a group: %w", err)
	}
	before := maps.Clone(found.Orders)
	records := c.decide(found.Loaded)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("write a group: %w", err)
	}
	if len(records) == 0 && len(c.group.Acks) == 0 {
		return nil, nil
	}
	var b batch
	w, err := newWriting(records, before, c.memory)
	if err != nil {
		return nil, err
	}
	w.acks, w.places, w.maxDevices = c.group.Acks, found.places, c.db.maxDevices
	w.queue(&b)
	if err := b.commit(ctx, c.conn); err != nil {
		return nil, fmt.Errorf("write a group: %w", err)
	}
	if w.forgotten > 0 {
		c.db.forgot(w.forgotten)
	}
	c.memory.put(w)
	return w.delivery.events(records), nil
}

// batch is a pipeline of statements, sent at once, that counts those that have gone through.
type batch struct {
	pgx.Batch
	done int
}

func (b *batch) exec(sql string, args ...any) {
	b.Queue(sql, args...).Exec(func(pgconn.CommandTag) error {
		b.done++
		return nil
	})
}

// query hands each row of the answer to scan.
func (b *batch) query(scan func(pgx.Rows) error, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		b.done++
		return nil
	})
}

// run sends the statements and waits for all of their answers.
func (b *batch) run(ctx context.Context, conn *pgx.Conn) error {
	return conn.SendBatch(ctx, &b.Batch).Close()
}

// ended reports whether a batch that ends with COMMIT has come so far.
func (b *batch) ended() bool { return b.done >= b.Len()-1 }

// commit is run for a batch that ends with COMMIT. Whether a transaction went through is only certain of an error that a
// statement before it has met: of such an error, fault says which kind it is. Every other leaves that open.
func (b *batch) commit(ctx context.Context, conn *pgx.Conn) error {
	b.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return fmt.Errorf("the server answered COMMIT with %s", tag)
		}
		return nil
	})
	err := b.run(ctx, conn)
	switch {
	case err == nil:
		return nil
	case !b.ended():
		return fault(err)
	}
	return fmt.Errorf("commit: %w", err)
}

// fault says which kind of error a transaction has met that was not committed.
func fault(err error) error {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Code {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock timeout
		return fmt.Errorf("%w: %w", store.TryAgain, err)
	case "23505": // unique violation
		if answer.ConstraintName == "inbox_pkey" { // another has told the same user
			return fmt.Errorf("%w: %w", store.TryAgain, err)
		}
	}
	switch answer.Code[:2] {
	case "22", "23": // data exception, integrity constraint violation
		return fmt.Errorf("%w: %w", store.BadData, err)
	}
	return err
}
