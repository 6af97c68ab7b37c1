package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

const (
	beginSnapshot = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`

	readUser = `SELECT ` + headOfUser + `, floor FROM callout.users u WHERE id = $1`

	readDevice = `SELECT cursor FROM callout.devices WHERE user_id = $1 AND device = $2`

	readBarred = `SELECT true FROM callout.barred WHERE user_id = $1`

	readEventAt = `SELECT order_id, version FROM callout.inbox WHERE user_id = $1 AND seq = $2`

	readOpenOrders = `SELECT ` + orderColumns + `
		FROM callout.open_orders mine JOIN callout.orders o ON o.id = mine.order_id
		JOIN callout.events e ON e.order_id = o.id AND e.version = o.version
		WHERE mine.user_id = $1 ORDER BY o.placed_at, o.id`
)

// Open implements [store.Inbox]. It takes one round trip to the server.
func (db *DB) Open(ctx context.Context, userID, device string, resume *wire.Resume) (store.Snapshot, error) {
	s := opening{userID: userID, resume: resume}
	err := db.reads.with(ctx, func(conn *pgx.Conn) error { return s.read(ctx, conn, device) })
	if err != nil {
		return store.Snapshot{}, fmt.Errorf("open device %s of %s: %w", device, userID, err)
	}
	s.Matches = resume != nil && s.matches()
	return s.Snapshot, nil
}

// opening is a snapshot while it is read.
type opening struct {
	store.Snapshot
	userID string
	resume *wire.Resume
	at     string // the event at the resumed seq; empty: there is none
}

func (s *opening) read(ctx context.Context, conn *pgx.Conn, device string) error {
	var b batch
	b.exec(beginSnapshot)
	b.query(func(rows pgx.Rows) error { return rows.Scan(&s.Head, &s.Floor) }, readUser, s.userID)
	b.query(func(rows pgx.Rows) error { s.Known = true; return rows.Scan(&s.Cursor) }, readDevice, s.userID, device)
	b.query(func(rows pgx.Rows) error { return rows.Scan(&s.Barred) }, readBarred, s.userID)
	if s.resume != nil {
		b.query(s.scanEventAt, readEventAt, s.userID, s.resume.Seq)
	}
	b.query(s.scanOrder, readOpenOrders, s.userID)
	b.exec("COMMIT")
	return b.run(ctx, conn)
}

func (s *opening) scanEventAt(rows pgx.Rows) error {
	var orderID string
	var version int64
	if err := rows.Scan(&orderID, &version); err != nil {
		return err
	}
	s.at = wire.EventName(orderID, version)
	return nil
}

func (s *opening) scanOrder(rows pgx.Rows) error {
	o, err := scanOrder(rows)
	if err != nil {
		return err
	}
	s.Orders = append(s.Orders, o.As(o.ViewOf(s.userID)))
	return nil
}

// matches reports whether the inbox has at the resumed seq what the device says, or can no longer say otherwise: the row
// at the floor has been cut off. A device that does not say what it has there is believed that it has what was there.
func (s *opening) matches() bool {
	switch {
	case s.resume.Of == "":
		return s.at != "" || s.resume.Seq <= s.Floor
	case s.Floor > 0 && s.resume.Seq == s.Floor:
		return true
	}
	return s.at == s.resume.Of
}
