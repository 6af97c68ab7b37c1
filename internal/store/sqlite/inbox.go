package sqlite

import (
	"context"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// user is somebody's inbox. Who is not there has an empty one, and the number 0.
type user struct {
	n, head, floor int64
	devices        []devicePlace // as far as the writer knows them
}

// Page implements [store.Inbox].
func (r *Reader) Page(ctx context.Context, userID string, after int64, limit int) (rows []wire.Event, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		u, err := readUser(conn, userID)
		if err != nil {
			return err
		}
		after = max(after, u.floor)
		rows, err = readRows(conn, userID, after, after+min(int64(limit), max(u.head-after, 0)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s's inbox after %d: %w", userID, after, err)
	}
	return rows, nil
}

// Heads implements [store.Inbox].
func (r *Reader) Heads(ctx context.Context, userIDs []string) (map[string]int64, error) {
	heads := make(map[string]int64, len(userIDs))
	err := r.read(ctx, func(conn *sqlite3.Conn) error {
		for _, id := range userIDs {
			u, err := readUser(conn, id)
			if err != nil {
				return err
			}
			if u.head > 0 {
				heads[id] = u.head
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the heads of %d inboxes: %w", len(userIDs), err)
	}
	return heads, nil
}

// Standing implements [store.Inbox].
func (r *Reader) Standing(ctx context.Context, userID string) (head int64, open int, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		u, err := readUser(conn, userID)
		if err != nil {
			return err
		}
		head = u.head
		open, err = countOpenOrders(conn, u)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("read the standing of %s: %w", userID, err)
	}
	return head, open, nil
}

// countOpenOrders counts the orders that a user is party to or on offer for.
func countOpenOrders(conn *sqlite3.Conn, u user) (open int, err error) {
	err = run(conn, `SELECT count(*) FROM open_orders WHERE user = ?`, func(row *sqlite3.Stmt) error {
		open = row.ColumnInt(0)
		return nil
	}, u.n)
	return open, err
}

func readUser(conn *sqlite3.Conn, id string) (u user, err error) {
	const query = `SELECT n, floor, (SELECT max(seq) FROM inbox WHERE user = n) FROM users WHERE id = ?`
	err = run(conn, query, func(row *sqlite3.Stmt) error {
		u = user{n: row.ColumnInt64(0), floor: row.ColumnInt64(1)}
		u.head = max(u.floor, row.ColumnInt64(2))
		return nil
	}, id)
	return u, err
}

// readRows reads the rows of an inbox after a seq and up to another.
func readRows(conn *sqlite3.Conn, userID string, after, last int64) ([]wire.Event, error) {
	const query = `SELECT i.seq, i.view, e.order_id, e.version, e.status, e.order_status, e.sender_id, e.command_id, e.at,
		CASE i.view WHEN 1 THEN e.party END, CASE i.view WHEN 2 THEN e.offer END, CASE i.view WHEN 1 THEN e.extra END
		FROM inbox i JOIN events e ON e.id = i.event
		WHERE i.user = (SELECT n FROM users WHERE id = ?) AND i.seq > ? AND i.seq <= ? ORDER BY i.seq`
	var rows []wire.Event
	err := run(conn, query, func(row *sqlite3.Stmt) error {
		r := store.Row{
			UserID: userID, Seq: row.ColumnInt64(0), View: callout.View(row.ColumnInt(1)),
			OrderID: row.ColumnText(2), Version: row.ColumnInt64(3),
			Status: callout.Status(row.ColumnInt(4)), Rests: callout.Status(row.ColumnInt(5)),
			SenderID: row.ColumnText(6), CommandID: row.ColumnText(7), At: fromMillis(row.ColumnInt64(8)),
			Party: columnBytes(row, 9), Offer: columnBytes(row, 10), Extra: columnBytes(row, 11),
		}
		rows = append(rows, r.Event())
		return nil
	}, userID, after, last)
	return rows, err
}
