package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

const (
	// inboxRows are what scanRow reads. Of a body that the row's view does not show, nothing is read.
	inboxRows = `SELECT i.user_id, i.seq, i.view, i.order_id, i.version, e.status, e.order_status, e.sender_id, e.command_id, e.at,
			CASE i.view WHEN 1 THEN e.party END, CASE i.view WHEN 2 THEN e.offer END, CASE i.view WHEN 1 THEN e.extra END
		FROM callout.inbox i JOIN callout.events e ON e.order_id = i.order_id AND e.version = i.version`

	readPage = inboxRows + ` WHERE i.user_id = $1 AND i.seq > $2 ORDER BY i.seq LIMIT $3`

	readWanted = inboxRows + ` WHERE i.user_id = $1 AND i.order_id = $2 AND ($3 = 0 OR i.version = $3) AND ($4 = 0 OR i.seq <= $4)
		ORDER BY i.seq DESC LIMIT 1`

	readHeads = `SELECT id, ` + headOfUser + ` FROM callout.users u WHERE id = ANY($1)`

	readStanding = `SELECT ` + headOfUser + `, (SELECT count(*) FROM callout.open_orders WHERE user_id = u.id) FROM (SELECT $1::text AS id) AS u`
)

// Page implements [store.Inbox].
func (db *DB) Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error) {
	events, err := db.readRows(ctx, readPage, userID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the inbox of %s: %w", userID, err)
	}
	return events, nil
}

// Find implements [store.Inbox].
func (db *DB) Find(ctx context.Context, w store.Wanted) (wire.Event, bool, error) {
	events, err := db.readRows(ctx, readWanted, w.UserID, w.OrderID, w.Version, w.UpTo)
	if err != nil {
		return wire.Event{}, false, fmt.Errorf("look for order %s in the inbox of %s: %w", w.OrderID, w.UserID, err)
	}
	if len(events) == 0 {
		return wire.Event{}, false, nil
	}
	return events[0], true, nil
}

// Heads implements [store.Inbox].
func (db *DB) Heads(ctx context.Context, userIDs []string) (map[string]int64, error) {
	heads := make(map[string]int64, len(userIDs))
	err := db.reads.with(ctx, func(conn *pgx.Conn) error {
		var id string
		var head int64
		rows, err := conn.Query(ctx, readHeads, userIDs)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&id, &head}, func() error {
			heads[id] = head
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the heads of %d inboxes: %w", len(userIDs), err)
	}
	return heads, nil
}

// Standing implements [store.Inbox].
func (db *DB) Standing(ctx context.Context, userID string) (head int64, open int, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, readStanding, userID).Scan(&head, &open)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("read how %s stands: %w", userID, err)
	}
	return head, open, nil
}

func (db *DB) readRows(ctx context.Context, sql string, args ...any) ([]wire.Event, error) {
	var events []wire.Event
	err := db.reads.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		events, err = pgx.CollectRows(rows, scanRow)
		return err
	})
	return events, err
}

func scanRow(rows pgx.CollectableRow) (wire.Event, error) {
	var r store.Row
	var at int64
	err := rows.Scan(&r.UserID, &r.Seq, &r.View, &r.OrderID, &r.Version, &r.Status, &r.Rests, &r.SenderID, &r.CommandID, &at,
		(*[]byte)(&r.Party), (*[]byte)(&r.Offer), (*[]byte)(&r.Extra))
	r.At = millis(at)
	return r.Event(), err
}
