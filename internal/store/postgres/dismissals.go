package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

const (
	readDismissals = `SELECT n, user_id, coalesce(device, ''), barred FROM callout.dismissals WHERE n > $1 ORDER BY n`
	lastDismissal  = `SELECT coalesce(max(n), 0) FROM callout.dismissals`
)

// Dismissals implements [store.DismissalReader].
func (db *DB) Dismissals(ctx context.Context, after int64) (list []store.Dismissal, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, readDismissals, after)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d store.Dismissal, err error) {
			err = row.Scan(&d.N, &d.UserID, &d.Device, &d.Barred)
			return d, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read whose sessions are to end: %w", err)
	}
	return list, nil
}

// LastDismissal implements [store.DismissalReader].
func (db *DB) LastDismissal(ctx context.Context) (n int64, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, lastDismissal).Scan(&n) })
	if err != nil {
		return 0, fmt.Errorf("read whose sessions are to end: %w", err)
	}
	return n, nil
}

// Barred implements [store.DismissalReader].
func (db *DB) Barred(ctx context.Context, userID string) (barred bool, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT EXISTS (`+readBarred+`)`, userID).Scan(&barred)
	})
	if err != nil {
		return false, fmt.Errorf("read whether %s is let in: %w", userID, err)
	}
	return barred, nil
}
