package sqlite

import (
	"context"
	"fmt"
	"strconv"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// The lists that are nobody's.
const (
	listOfAll  int64 = 0
	listOfOpen int64 = -1
)

// listQuery reads places of a list before another.
const listQuery = `SELECT l.placed_at, l."order", o.status FROM lists l JOIN orders o ON o.n = l."order"
	WHERE l.list = ? AND (l.placed_at, l."order") < (?, ?) AND l.placed_at >= ? ORDER BY l.placed_at DESC, l."order" DESC LIMIT ?`

// List implements [store.Lister].
func (r *Reader) List(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		looked, err := lookAt(conn, &q)
		if err != nil {
			return err
		}
		var chosen []store.Cursor
		chosen, page.Next = q.Choose(looked)
		for _, at := range chosen {
			n, err := strconv.ParseInt(at.ID, 10, 64)
			if err != nil {
				return err
			}
			if _, err := readOrder(conn, "o.n", n, func(o *callout.Order) { page.Orders = append(page.Orders, *o) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return store.Page{}, fmt.Errorf("list orders: %w", err)
	}
	return page, nil
}

// lookAt reads the orders that a page looks at, and one more.
func lookAt(conn *sqlite3.Conn, q *store.Query) (looked []store.Listed, err error) {
	list := listOfAll
	switch {
	case q.UserID != "":
		u, err := readUser(conn, q.UserID)
		if err != nil || u.n == 0 {
			return nil, err
		}
		list = u.n
	case q.IsOpen():
		list = listOfOpen
	}
	before := q.Before()
	var n int64 // the rows of a list begin with 1, so none is before 0
	if before.ID != "" {
		if n, err = strconv.ParseInt(before.ID, 10, 64); err != nil {
			return nil, store.BadCursor
		}
	}
	err = run(conn, listQuery, func(row *sqlite3.Stmt) error {
		looked = append(looked, store.Listed{
			At: store.Cursor{At: row.ColumnInt64(0), ID: row.ColumnText(1)}, Status: callout.Status(row.ColumnInt(2)),
		})
		return nil
	}, list, before.At, n, q.From(), int64(q.Looks()))
	return looked, err
}

// readOrder reads an order by one of its keys, and reports whether it is there.
func readOrder(conn *sqlite3.Conn, key string, value any, found func(*callout.Order)) (there bool, err error) {
	query := `SELECT o.former, o.updated_at, o.due_code, e.party FROM orders o JOIN events e ON e.id = o.last_event WHERE ` + key + ` = ?`
	err = run(conn, query, func(row *sqlite3.Stmt) error {
		o, err := scanOrder(row, 0)
		if err != nil {
			return err
		}
		there = true
		found(o)
		return nil
	}, value)
	return there, err
}

// Order implements [store.Lister].
func (r *Reader) Order(ctx context.Context, id string) (order callout.Order, there bool, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		there, err = readOrder(conn, "o.id", id, func(o *callout.Order) { order = *o })
		return err
	})
	if err != nil {
		return callout.Order{}, false, fmt.Errorf("read order %s: %w", id, err)
	}
	return order, there, nil
}

// CountOpen implements [store.Lister].
func (r *Reader) CountOpen(ctx context.Context) (map[callout.Status]int, error) {
	const query = `SELECT o.status, count(*) FROM lists l JOIN orders o ON o.n = l."order" WHERE l.list = -1 GROUP BY o.status`
	counts := make(map[callout.Status]int)
	err := r.read(ctx, func(conn *sqlite3.Conn) error {
		return run(conn, query, func(row *sqlite3.Stmt) error {
			counts[callout.Status(row.ColumnInt(0))] = row.ColumnInt(1)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count open orders: %w", err)
	}
	return counts, nil
}
