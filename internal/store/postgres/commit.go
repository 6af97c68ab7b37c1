package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

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
		c := &commitment{db: db, conn: conn, memory: db.memoryFor(conn), group: &g, decide: decide}
		rows, err = c.run(ctx)
		return err
	})
	if err != nil {
		undone := errors.Is(err, store.TryAgain) || errors.Is(err, store.BadData)
		if !undone && g.Commands > 0 { // something may have been written, and acks are not remembered
			db.forget()
		}
		return nil, err
	}
	return rows, nil
}

// memoryFor is the memory that a connection shares; of a connection to another server than the newest, one of its own.
func (db *DB) memoryFor(conn *pgx.Conn) *memory {
	m := db.memory.Load()
	if server := serverOf(conn); !server.Equal(m.server) {
		return newMemory(server, 0, 0)
	}
	return m
}

// forget begins a new memory of the same server, unless that of another has been begun meanwhile.
func (db *DB) forget() {
	m := db.memory.Load()
	db.memory.CompareAndSwap(m, db.nothing(m.server))
}

// begin begins the memory of a server.
func (db *DB) begin(server time.Time) { db.memory.Store(db.nothing(server)) }

func (db *DB) nothing(server time.Time) *memory {
	return newMemory(server, db.remembers, db.remembers*4)
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

// fromMemory commits a group that is decided on what is remembered, if the database agrees.
func (c *commitment) fromMemory(ctx context.Context) (rows []wire.Event, done bool, err error) {
	w, err := c.memory.decide(c.group, c.db.clock, c.decide)
	if w == nil || err != nil {
		return nil, false, err
	}
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("write a group: %w", err)
	}
	p := startPipeline(ctx, c.conn)
	p.exec(begin)
	switch err = w.commit(p); {
	case isMoved(err), isTold(err), isThere(err):
		c.memory.correct(w, err)
		rollback(ctx, c.conn)
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("write a group: %w", err)
	}
	c.memory.put(w)
	return w.events(), true, nil
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
	w, err := newWriting(records, before, c.memory)
	if err != nil {
		return nil, err
	}
	w.acks, w.places, w.maxDevices = c.group.Acks, found.places, c.db.maxDevices
	if err := w.commit(startPipeline(ctx, c.conn)); err != nil {
		c.memory.correct(w, err)
		return nil, fmt.Errorf("write a group: %w", err)
	}
	if w.forgotten > 0 {
		c.db.forgot(w.forgotten)
	}
	c.memory.put(w)
	return w.events(), nil
}
