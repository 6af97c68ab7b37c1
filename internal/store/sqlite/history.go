package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// Events implements [store.History]. The orders in them are as parties see them.
func (r *Reader) Events(ctx context.Context, orderID string) (events []callout.Event, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		events, err = readEvents(conn, orderID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of order %s: %w", orderID, err)
	}
	return events, nil
}

// OrderIDs implements [store.History].
func (r *Reader) OrderIDs(ctx context.Context, prefix string, limit int) (ids []string, err error) {
	const query = `SELECT id FROM orders WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		return run(conn, query, func(row *sqlite3.Stmt) error {
			ids = append(ids, row.ColumnText(0))
			return nil
		}, prefix, store.AfterPrefix(prefix), int64(limit))
	})
	if err != nil {
		return nil, fmt.Errorf("read the ids that begin with %s: %w", prefix, err)
	}
	return ids, nil
}

// Due implements [store.Ledger].
func (db *DB) Due(ctx context.Context, limit int) (due []callout.Command, err error) {
	const query = `SELECT id, version, due_code FROM orders WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?`
	err = db.read(ctx, func(conn *sqlite3.Conn) error {
		return run(conn, query, func(row *sqlite3.Stmt) error {
			due = append(due, callout.TimerCommand(row.ColumnText(0), row.ColumnInt64(1), callout.Status(row.ColumnInt(2))))
			return nil
		}, db.clock().UnixMilli(), int64(limit))
	})
	if err != nil {
		return nil, fmt.Errorf("read what is due: %w", err)
	}
	return due, nil
}

func readEvents(conn *sqlite3.Conn, orderID string) ([]callout.Event, error) {
	links, err := readChain(conn, orderID)
	if err != nil {
		return nil, err
	}
	return readLinks(conn, links)
}

// readLinks reads the events of a chain, the first first.
func readLinks(conn *sqlite3.Conn, links []link) ([]callout.Event, error) {
	const query = `SELECT order_id, version, status, sender_id, sender_role, command_id, at, extra, party FROM events WHERE id = ?`
	events := make([]callout.Event, 0, len(links))
	for i := len(links) - 1; i >= 0; i-- {
		err := run(conn, query, func(row *sqlite3.Stmt) error {
			e, err := scanEvent(row)
			events = append(events, e)
			return err
		}, links[i].id)
		if err != nil {
			return nil, fmt.Errorf("version %d: %w", links[i].version, err)
		}
	}
	return events, nil
}

func scanEvent(row *sqlite3.Stmt) (callout.Event, error) {
	e := callout.Event{
		OrderID: row.ColumnText(0), Version: row.ColumnInt64(1), Status: callout.Status(row.ColumnInt(2)),
		Sender:    callout.Actor{ID: row.ColumnText(3), Role: callout.Role(row.ColumnText(4))},
		CommandID: row.ColumnText(5), At: fromMillis(row.ColumnInt64(6)),
	}
	var err error
	if e.Extra, err = callout.ParseExtra(e.Status, columnBytes(row, 7)); err != nil {
		return e, fmt.Errorf("decode its extra: %w", err)
	}
	if err = json.Unmarshal(columnBytes(row, 8), &e.Order); err != nil {
		return e, fmt.Errorf("decode its order: %w", err)
	}
	e.Order.UpdatedAt = e.At
	return e, nil
}
