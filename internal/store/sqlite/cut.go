package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// Cut implements [store.Keeper]. Each user's inbox is one transaction, and none when there is nothing to do.
func (db *DB) Cut(ctx context.Context, keep time.Duration, from store.Cut, limit int) (store.Cut, error) {
	before := db.clock().Add(-keep).UnixMilli()
	next := store.Cut{After: from.After}
	users, err := db.usersAfter(ctx, from.After)
	if err != nil {
		return next, fmt.Errorf("list the users after %s: %w", from.After, err)
	}
	for _, id := range users {
		rows, devices, err := db.cutUser(ctx, id, before, limit-next.Rows)
		if err != nil {
			return next, fmt.Errorf("cut the inbox of %s: %w", id, err)
		}
		next.Rows += rows
		next.Devices += devices
		if next.Rows >= limit { // there may be more of this one
			return next, nil
		}
		next.After = id
	}
	next.Done = len(users) < store.UsersAtOnce
	return next, nil
}

func (db *DB) usersAfter(ctx context.Context, after string) (ids []string, err error) {
	const query = `SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ?`
	err = db.read(ctx, func(conn *sqlite3.Conn) error {
		return run(conn, query, func(row *sqlite3.Stmt) error {
			ids = append(ids, row.ColumnText(0))
			return nil
		}, after, int64(store.UsersAtOnce))
	})
	return ids, err
}

func (db *DB) cutUser(ctx context.Context, id string, before int64, limit int) (rows, devices int, err error) {
	idle := false
	err = db.read(ctx, func(conn *sqlite3.Conn) (err error) {
		idle, err = nothingToCut(conn, id, before)
		return err
	})
	if err != nil || idle {
		return 0, 0, err
	}
	err = db.write(ctx, func(conn *sqlite3.Conn, known *known) error {
		known.users.Drop(id)
		u, err := readUser(conn, id)
		if err != nil {
			return err
		}
		if err := run(conn, `DELETE FROM devices WHERE user = ? AND seen_at < ?`, nil, u.n, before); err != nil {
			return err
		}
		devices = conn.Changes()
		rows, err = cutInbox(conn, u, before, limit)
		return err
	})
	return rows, devices, err
}

// nothingToCut reports whether a user's devices have all been seen and the first row of their inbox stays.
func nothingToCut(conn *sqlite3.Conn, id string, before int64) (bool, error) {
	u, err := readUser(conn, id)
	if err != nil {
		return false, err
	}
	last, oldest, err := cursors(conn, u)
	if err != nil || oldest < before {
		return false, err
	}
	first, err := oldRows(conn, u, last, before, 1)
	return len(first) == 0, err
}

// cursors reads up to where all known devices of a user have acknowledged, and when the longest unseen was seen.
func cursors(conn *sqlite3.Conn, u user) (last, oldest int64, err error) {
	last, oldest = u.head, math.MaxInt64
	err = run(conn, `SELECT min(cursor), min(seen_at) FROM devices WHERE user = ?`, func(row *sqlite3.Stmt) error {
		if !row.ColumnIsNull(0) {
			last, oldest = row.ColumnInt64(0), row.ColumnInt64(1)
		}
		return nil
	}, u.n)
	return last, oldest, err
}

// oldRow is a row that may be cut off.
type oldRow struct {
	seq     int64
	orderID string
}

// oldRows reads the first rows of an inbox, up to seq last, that are older than a moment.
func oldRows(conn *sqlite3.Conn, u user, last, before int64, limit int) (rows []oldRow, err error) {
	const query = `SELECT i.seq, e.order_id, e.at FROM inbox i JOIN events e ON e.id = i.event
		WHERE i.user = (SELECT ?) AND i.seq > (SELECT ?) AND i.seq <= (SELECT ?) ORDER BY i.seq`
	err = run(conn, query, func(row *sqlite3.Stmt) error {
		if row.ColumnInt64(2) >= before || len(rows) == limit {
			return errEnough
		}
		rows = append(rows, oldRow{row.ColumnInt64(0), row.ColumnText(1)})
		return nil
	}, u.n, u.floor, last)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rows, err
}

// errEnough ends a query whose further rows are of no interest.
var errEnough = errors.New("enough")

// cutInbox cuts the first rows off an inbox, with what receipts say of them.
func cutInbox(conn *sqlite3.Conn, u user, before int64, limit int) (int, error) {
	last, _, err := cursors(conn, u)
	if err != nil {
		return 0, err
	}
	rows, err := oldRows(conn, u, last, before, limit)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	for _, row := range rows {
		if err := run(conn, `UPDATE orders SET told = told - 1 WHERE id = ?`, nil, row.orderID); err != nil {
			return 0, err
		}
	}
	floor := rows[len(rows)-1].seq
	for _, sql := range []string{
		`DELETE FROM inbox WHERE user = ? AND seq <= ?`,
		`DELETE FROM receipts WHERE user = ? AND last <= ?`,
		`UPDATE users SET floor = ?2 WHERE n = ?1`,
	} {
		if err := run(conn, sql, nil, u.n, floor); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// overQuery lists orders that may be dropped. It says what the index orders_over says, word for word, or that is not used.
const overQuery = `SELECT id FROM orders WHERE told = 0 AND (status = 1003 OR status = 1008 OR status = 1009)
	AND updated_at < ? ORDER BY updated_at LIMIT ?`

// DropOrders implements [store.Keeper].
func (db *DB) DropOrders(ctx context.Context, keep time.Duration, limit int) (dropped int, err error) {
	before := db.clock().Add(-keep).UnixMilli()
	err = db.write(ctx, func(conn *sqlite3.Conn, _ *known) error {
		var ids []string
		err := run(conn, overQuery, func(row *sqlite3.Stmt) error {
			ids = append(ids, row.ColumnText(0))
			return nil
		}, before, int64(limit))
		for _, id := range ids {
			err = errors.Join(err, dropOrder(conn, id))
		}
		dropped = len(ids)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("drop orders that have ended: %w", err)
	}
	return dropped, nil
}

func dropOrder(conn *sqlite3.Conn, id string) error {
	const unlist = `DELETE FROM lists
		WHERE list IN (SELECT 0 UNION ALL SELECT u.n FROM orders o JOIN users u ON u.id IN (o.client_id, o.serviceman_id) WHERE o.id = ?1)
		AND placed_at = (SELECT placed_at FROM orders WHERE id = ?1) AND "order" = (SELECT n FROM orders WHERE id = ?1)`
	links, err := readChain(conn, id)
	err = errors.Join(err, run(conn, unlist, nil, id))
	for _, link := range links {
		err = errors.Join(err, run(conn, `DELETE FROM events WHERE id = ?`, nil, link.id))
	}
	return errors.Join(err, run(conn, `DELETE FROM orders WHERE id = ?`, nil, id))
}

// write runs f in a transaction of the writer's. Of what the writer knows f drops what it changes.
func (db *DB) write(ctx context.Context, f func(*sqlite3.Conn, *known) error) error {
	return db.withWriter(ctx, func(w *writer) error {
		return w.transact(ctx, func() (bool, error) { return true, f(w.conn, &w.known) })
	})
}
