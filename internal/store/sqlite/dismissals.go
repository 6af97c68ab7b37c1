package sqlite

import (
	"context"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// Dismissals implements [store.DismissalReader].
func (r *Reader) Dismissals(ctx context.Context, after int64) (list []store.Dismissal, err error) {
	const query = `SELECT n, user_id, device, barred FROM dismissals WHERE n > ? ORDER BY n`
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		return run(conn, query, func(row *sqlite3.Stmt) error {
			list = append(list, store.Dismissal{
				N: row.ColumnInt64(0), UserID: row.ColumnText(1), Device: row.ColumnText(2), Barred: row.ColumnInt(3) == 1,
			})
			return nil
		}, after)
	})
	if err != nil {
		return nil, fmt.Errorf("read whose sessions are to end: %w", err)
	}
	return list, nil
}

// LastDismissal implements [store.DismissalReader].
func (r *Reader) LastDismissal(ctx context.Context) (n int64, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		return run(conn, `SELECT max(n) FROM dismissals`, func(row *sqlite3.Stmt) error {
			n = row.ColumnInt64(0)
			return nil
		})
	})
	if err != nil {
		return 0, fmt.Errorf("read whose sessions are to end: %w", err)
	}
	return n, nil
}

// Barred implements [store.DismissalReader].
func (r *Reader) Barred(ctx context.Context, userID string) (barred bool, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		barred, err = isBarred(conn, userID)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read whether %s is let in: %w", userID, err)
	}
	return barred, nil
}
