package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// writer is the one connection that writes.
type writer struct {
	conn       *sqlite3.Conn
	known      known
	maxDevices int       // of a user
	forgot     func(int) // is told how many devices that has cost
	broken     error     // what every commit fails with since the database cannot be trusted any longer
}

// Commit implements [store.Ledger]. One group is committed at a time.
func (db *DB) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	var rows []wire.Event
	err := db.withWriter(ctx, func(w *writer) (err error) {
		rows, err = w.commit(ctx, g, db.clock, decide)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("commit a group: %w", err)
	}
	return rows, nil
}

// Remembered implements [store.Ledger].
func (db *DB) Remembered(orderID string) (*callout.Order, time.Time) {
	c, _ := db.orders.Get(orderID)
	return c.order, fromMillis(db.clock().UnixMilli())
}

// withWriter waits for its turn to write, and has f write. Once f has found the database broken, nobody writes any more.
func (db *DB) withWriter(ctx context.Context, f func(*writer) error) error {
	w, err := db.takeWriter(ctx)
	if err != nil {
		return fmt.Errorf("wait for the writer: %w", err)
	}
	defer func() { db.writer <- w }()
	if w.broken != nil {
		return w.broken
	}
	if err = f(w); errors.Is(err, store.Broken) {
		w.broken = err
	}
	return err
}

// takeWriter waits for its turn to write.
func (db *DB) takeWriter(ctx context.Context) (*writer, error) {
	select {
	case w, open := <-db.writer:
		if !open {
			return nil, errors.New("the database is closed")
		}
		return w, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// commit decides and writes a group in one transaction. One that writes nothing is rolled back.
func (w *writer) commit(
	ctx context.Context, g store.Group, clock func() time.Time, decide func(store.Loaded) []store.Record,
) (rows []wire.Event, err error) {
	tx := &transaction{
		conn: w.conn, known: &w.known, maxDevices: w.maxDevices,
		chains: make(map[string]*chain, len(g.Orders)), users: make(map[string]*user),
	}
	err = w.transact(ctx, func() (bool, error) {
		if err := tx.load(g); err != nil {
			return false, fmt.Errorf("load: %w", err)
		}
		tx.loaded.Now = fromMillis(clock().UnixMilli())
		records := decide(tx.loaded)
		if len(records)+len(g.Acks) == 0 {
			return false, nil
		}
		rows, err = tx.write(records, g.Acks)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	if tx.forgotten > 0 {
		w.forgot(tx.forgotten)
	}
	return rows, nil
}

// transact runs f in a transaction that nobody else writes beside, and commits it if f says so. ctx interrupts it up to
// COMMIT and not in it. Whatever goes wrong, f panicking included, the transaction is over when it returns, and what the writer
// knows is true or forgotten.
func (w *writer) transact(ctx context.Context, f func() (keep bool, err error)) (err error) {
	w.conn.SetInterrupt(ctx.Done())
	done := false
	defer func() {
		if !done {
			w.known.forget()
		}
		if undoErr := w.rollBack(); undoErr != nil {
			err = errors.Join(err, fmt.Errorf("%w: roll back: %w", store.Broken, undoErr))
		}
	}()
	if err := run(w.conn, "BEGIN IMMEDIATE", nil); err != nil {
		return beforeCommit(ctx, fmt.Errorf("begin: %w", err))
	}
	if err := w.known.refresh(w.conn); err != nil {
		return beforeCommit(ctx, fmt.Errorf("see whether others have written: %w", err))
	}
	keep, err := f()
	if err != nil {
		return beforeCommit(ctx, err)
	}
	if !keep {
		done = true
		return nil
	}
	w.conn.SetInterrupt(nil)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := run(w.conn, "COMMIT", nil); err != nil {
		return ofCommit(fmt.Errorf("COMMIT: %w", err))
	}
	done = true
	return nil
}

// rollBack undoes the transaction unless it is over, and lets the connection be used again.
func (w *writer) rollBack() error {
	w.conn.SetInterrupt(nil)
	if w.conn.AutocommitEnabled() {
		return nil
	}
	return run(w.conn, "ROLLBACK", nil)
}
