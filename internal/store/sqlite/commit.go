package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// writer is the one connection that writes.
type writer struct {
	conn       *sqlite3.Conn
	maxDevices int   // of a user
	broken     error // what every commit fails with since the database cannot be trusted any longer
}

// Commit implements [store.Ledger]. One group is committed at a time.
func (db *DB) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	w, err := db.takeWriter(ctx)
	if err != nil {
		return nil, fmt.Errorf("wait for the writer: %w", err)
	}
	defer func() { db.writer <- w }()
	if w.broken != nil {
		return nil, w.broken
	}
	rows, err := w.commit(ctx, g, db.clock, decide)
	if err != nil {
		if errors.Is(err, store.Broken) {
			w.broken = err
		}
		return nil, fmt.Errorf("commit a group: %w", err)
	}
	return rows, nil
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

// commit runs a transaction, which ctx interrupts up to COMMIT and not in it. Whatever goes wrong, decide panicking
// included, the transaction is over when it returns.
func (w *writer) commit(
	ctx context.Context, g store.Group, clock func() time.Time, decide func(store.Loaded) []store.Record,
) (rows []wire.Event, err error) {
	w.conn.SetInterrupt(ctx.Done())
	defer func() {
		if undoErr := w.rollBack(); undoErr != nil {
			err = errors.Join(err, fmt.Errorf("%w: roll back: %w", store.Broken, undoErr))
		}
	}()
	tx, err := w.begin(g)
	if err != nil {
		return nil, beforeCommit(ctx, err)
	}
	tx.loaded.Now = fromMillis(clock().UnixMilli())
	records := decide(tx.loaded)
	if len(records)+len(g.Acks) == 0 {
		return nil, nil
	}
	if rows, err = tx.write(records, g.Acks); err != nil {
		return nil, beforeCommit(ctx, err)
	}
	w.conn.SetInterrupt(nil)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := run(w.conn, "COMMIT", nil); err != nil {
		return nil, ofCommit(fmt.Errorf("COMMIT: %w", err))
	}
	return rows, nil
}

// begin starts a transaction that nobody else writes beside, and loads the group.
func (w *writer) begin(g store.Group) (*transaction, error) {
	if err := run(w.conn, "BEGIN IMMEDIATE", nil); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	tx := &transaction{conn: w.conn, maxDevices: w.maxDevices, chains: make(map[string]*chain, len(g.Orders)), users: make(map[string]*user)}
	if err := tx.load(g); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return tx, nil
}

// rollBack undoes the transaction unless it is over, and lets the connection be used again.
func (w *writer) rollBack() error {
	w.conn.SetInterrupt(nil)
	if w.conn.AutocommitEnabled() {
		return nil
	}
	return run(w.conn, "ROLLBACK", nil)
}
