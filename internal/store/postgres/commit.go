package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Commit implements [store.Ledger]. It takes two round trips to the server: one that locks and loads, and one that
// writes and commits.
func (db *DB) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	if db.seat == nil {
		return nil, errors.New("the database was opened read-only")
	}
	if held := db.seat.taken.Load(); held != nil {
		return nil, fmt.Errorf("%w: %w", store.Broken, held)
	}
	var rows []wire.Event
	err := db.commits.with(ctx, func(conn *pgx.Conn) (err error) {
		rows, err = db.commit(ctx, conn, &g, decide)
		return err
	})
	if err != nil {
		db.recent.Forget() // whatever the server is now, it need not be the one that was written to
		return nil, err
	}
	return rows, nil
}

// commit leaves its transaction open when nothing is to be written: what only read has nothing to make durable, and is
// rolled back.
func (db *DB) commit(ctx context.Context, conn *pgx.Conn, g *store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	found, err := db.load(ctx, conn, g)
	if err != nil {
		return nil, fmt.Errorf("load a group: %w", err)
	}
	before := maps.Clone(found.Orders) // decide may put others in their place
	records := decide(found.Loaded)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("write a group: %w", err)
	}
	if len(records) == 0 && len(g.Acks) == 0 {
		return nil, nil
	}
	w := newWriting(records, before)
	if err := w.run(ctx, conn, g.Acks, found.places, db.maxDevices); err != nil {
		return nil, fmt.Errorf("write a group: %w", err)
	}
	if w.forgotten > 0 {
		db.forgot(w.forgotten)
	}
	for _, orders := range [][]*callout.Order{w.placed, w.moved} {
		for _, o := range orders {
			db.recent.Put(*o)
		}
	}
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
		b.done++
		return rows.Err()
	})
}

// run sends the statements and waits for all of their answers.
func (b *batch) run(ctx context.Context, conn *pgx.Conn) error {
	return conn.SendBatch(ctx, &b.Batch).Close()
}

// commit is run for a batch that ends with COMMIT. Whether a transaction went through is only certain of an error that a
// statement before it has met: of such an error, fault says which kind it is. Every other leaves that open.
func (b *batch) commit(ctx context.Context, conn *pgx.Conn) error {
	ended := false
	b.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if ended = tag.String() == "COMMIT"; !ended {
			return fmt.Errorf("the server answered COMMIT with %s", tag)
		}
		return nil
	})
	err := b.run(ctx, conn)
	switch {
	case err == nil:
		return nil
	case b.done < b.Len()-1:
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
	}
	switch answer.Code[:2] {
	case "22", "23": // data exception, integrity constraint violation
		return fmt.Errorf("%w: %w", store.BadData, err)
	}
	return err
}
