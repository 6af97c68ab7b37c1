package sqlite

import (
	"context"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Open implements [store.Inbox].
func (r *Reader) Open(ctx context.Context, userID, device string, resume *wire.Resume) (s store.Snapshot, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		u, err := readUser(conn, userID)
		if err != nil {
			return err
		}
		s.Head, s.Floor = u.head, u.floor
		if s.Cursor, s.Known, err = readDevice(conn, u, device); err != nil {
			return err
		}
		if resume != nil {
			if s.Matches, err = matches(conn, u, resume); err != nil {
				return err
			}
		}
		if s.Barred, err = isBarred(conn, userID); err != nil {
			return err
		}
		s.Orders, err = readOpenOrders(conn, userID)
		return err
	})
	if err != nil {
		return store.Snapshot{}, fmt.Errorf("read what %s's %s starts from: %w", userID, device, err)
	}
	return s, nil
}

func readDevice(conn *sqlite3.Conn, u user, device string) (cursor int64, known bool, err error) {
	err = run(conn, `SELECT cursor FROM devices WHERE user = ? AND device = ?`, func(row *sqlite3.Stmt) error {
		cursor, known = row.ColumnInt64(0), true
		return nil
	}, u.n, device)
	return cursor, known, err
}

// matches reports whether the inbox holds what the device says it has. The row at the floor has been cut off, so that
// it can no longer be asked which event it was.
func matches(conn *sqlite3.Conn, u user, resume *wire.Resume) (bool, error) {
	switch {
	case resume.Seq == 0:
		return resume.Of == "", nil
	case resume.Seq == u.floor:
		return true, nil
	case resume.Seq < u.floor || resume.Seq > u.head:
		return false, nil
	}
	event, err := eventAt(conn, u, resume.Seq)
	if err != nil {
		return false, err
	}
	var of string
	err = run(conn, `SELECT order_id, version FROM events WHERE id = ?`, func(row *sqlite3.Stmt) error {
		of = wire.EventName(row.ColumnText(0), row.ColumnInt64(1))
		return nil
	}, event)
	return resume.Of == "" || resume.Of == of, err
}

// readOpenOrders reads the user's open orders as they see them, the oldest first.
func readOpenOrders(conn *sqlite3.Conn, userID string) ([]callout.Order, error) {
	const query = `SELECT o.former, o.updated_at, o.due_code, e.party
		FROM open_orders p JOIN orders o ON o.n = p."order" JOIN events e ON e.id = o.last_event
		WHERE p.user = (SELECT n FROM users WHERE id = ?) ORDER BY o.placed_at, o.id`
	var orders []callout.Order
	err := run(conn, query, func(row *sqlite3.Stmt) error {
		o, err := scanOrder(row, 0)
		if err != nil {
			return err
		}
		orders = append(orders, o.As(o.ViewOf(userID)))
		return nil
	}, userID)
	return orders, err
}
