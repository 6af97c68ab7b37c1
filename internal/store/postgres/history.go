package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

const (
	readEvents = `SELECT order_id, version, status, sender_id, sender_role, command_id, at, party, extra
		FROM callout.events WHERE order_id = $1 ORDER BY version`

	readOrderIDs = `SELECT id FROM callout.orders WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3`

	readDue = `SELECT id, version, due_code FROM callout.orders
		WHERE due_at <= coalesce($1, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)
		ORDER BY due_at, id LIMIT $2`
)

// Events implements [store.History]. The orders in them are as parties saw them, and who was told is left out.
func (db *DB) Events(ctx context.Context, orderID string) ([]callout.Event, error) {
	var events []callout.Event
	err := db.reads.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, readEvents, orderID)
		if err != nil {
			return err
		}
		events, err = pgx.CollectRows(rows, scanEvent)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of order %s: %w", orderID, err)
	}
	return events, nil
}

// OrderIDs implements [store.History].
func (db *DB) OrderIDs(ctx context.Context, prefix string, limit int) (ids []string, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, readOrderIDs, prefix, store.AfterPrefix(prefix), limit)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the ids that begin with %s: %w", prefix, err)
	}
	return ids, nil
}

// Due implements [store.Ledger].
func (db *DB) Due(ctx context.Context, limit int) ([]callout.Command, error) {
	var now *int64
	if db.clock != nil {
		ms := db.clock().UnixMilli()
		now = &ms
	}
	var due []callout.Command
	err := db.reads.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, readDue, now, limit)
		if err != nil {
			return err
		}
		due, err = pgx.CollectRows(rows, scanTimer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is due: %w", err)
	}
	return due, nil
}

func scanEvent(rows pgx.CollectableRow) (callout.Event, error) {
	var e callout.Event
	var at int64
	var party, extra []byte
	err := rows.Scan(&e.OrderID, &e.Version, &e.Status, &e.Sender.ID, &e.Sender.Role, &e.CommandID, &at, &party, &extra)
	if err != nil {
		return e, err
	}
	e.At = millis(at)
	o, err := decodeOrder(party, at)
	if err != nil {
		return e, err
	}
	e.Order = *o
	e.Extra, err = callout.ParseExtra(e.Status, extra)
	return e, err
}

func scanTimer(rows pgx.CollectableRow) (callout.Command, error) {
	var id string
	var version int64
	var status callout.Status
	err := rows.Scan(&id, &version, &status)
	return callout.TimerCommand(id, version, status), err
}
