package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// The lists that are nobody's.
const (
	listOfAll  = "*"
	listOfOpen = "*open"
)

const (
	readList = `SELECT l.placed_at, l.order_id, o.status FROM callout.lists l JOIN callout.orders o ON o.id = l.order_id
		WHERE l.list = $1 AND (l.placed_at, l.order_id) < ($2, $3) AND l.placed_at >= $4
		ORDER BY l.placed_at DESC, l.order_id DESC LIMIT $5`

	countOpenByStatus = `SELECT o.status, count(*) FROM callout.lists l JOIN callout.orders o ON o.id = l.order_id
		WHERE l.list = '` + listOfOpen + `' GROUP BY o.status`
)

// List implements [store.Lister].
func (db *DB) List(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		before := q.Before()
		rows, err := conn.Query(ctx, readList, listOf(&q), before.At, before.ID, q.From(), q.Looks())
		if err != nil {
			return err
		}
		looked, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l store.Listed, err error) {
			err = row.Scan(&l.At.At, &l.At.ID, &l.Status)
			return l, err
		})
		if err != nil {
			return err
		}
		var chosen []store.Cursor
		chosen, page.Next = q.Choose(looked)
		page.Orders, err = ordersAt(ctx, conn, chosen)
		page.Orders = slices.DeleteFunc(page.Orders, func(o callout.Order) bool { return !q.Matches(o.Status) }) // it has moved on meanwhile
		return err
	})
	if err != nil {
		return store.Page{}, fmt.Errorf("list orders: %w", err)
	}
	return page, nil
}

func listOf(q *store.Query) string {
	switch {
	case q.UserID != "":
		return q.UserID
	case q.IsOpen():
		return listOfOpen
	}
	return listOfAll
}

// ordersAt reads orders at places of a list, and leaves those out that have gone meanwhile.
func ordersAt(ctx context.Context, conn *pgx.Conn, at []store.Cursor) ([]callout.Order, error) {
	ids := column(at, func(c store.Cursor) string { return c.ID })
	rows, err := conn.Query(ctx, readOrders, ids)
	if err != nil {
		return nil, err
	}
	orders := make([]callout.Order, 0, len(ids))
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			rows.Close()
			return nil, err
		}
		orders = append(orders, *o)
	}
	slices.SortFunc(orders, func(a, b callout.Order) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return orders, rows.Err()
}

// Order implements [store.Lister].
func (db *DB) Order(ctx context.Context, id string) (callout.Order, bool, error) {
	var orders []callout.Order
	err := db.reads.with(ctx, func(conn *pgx.Conn) (err error) {
		orders, err = ordersAt(ctx, conn, []store.Cursor{{ID: id}})
		return err
	})
	if err != nil {
		return callout.Order{}, false, fmt.Errorf("read order %s: %w", id, err)
	}
	if len(orders) == 0 {
		return callout.Order{}, false, nil
	}
	return orders[0], true, nil
}

// CountOpen implements [store.Lister].
func (db *DB) CountOpen(ctx context.Context) (map[callout.Status]int, error) {
	counts := make(map[callout.Status]int)
	err := db.reads.with(ctx, func(conn *pgx.Conn) error {
		var status callout.Status
		var n int
		rows, err := conn.Query(ctx, countOpenByStatus)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&status, &n}, func() error {
			counts[status] = n
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count open orders: %w", err)
	}
	return counts, nil
}
