package sqlite

import (
	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// putAck moves a device's cursor on and keeps its receipts, or adds the device.
func (tx *transaction) putAck(a store.Ack) error {
	const query = `SELECT cursor, sent FROM devices WHERE user = ?1 AND device = ?2`
	const update = `UPDATE devices SET cursor = ?3, sent = ?4, seen_at = max(seen_at, ?5) WHERE user = ?1 AND device = ?2`
	const insert = `INSERT INTO devices (user, device, cursor, sent, seen_at) VALUES (?1, ?2, ?3, ?3, ?4)`
	u, err := tx.user(a.UserID)
	if err != nil {
		return err
	}
	var cursor, sent int64
	known := false
	err = run(tx.conn, query, func(row *sqlite3.Stmt) error {
		cursor, sent, known = row.ColumnInt64(0), row.ColumnInt64(1), true
		return nil
	}, u.n, a.Device)
	if err != nil {
		return err
	}
	switch {
	case !known && !a.New:
		return nil
	case !known:
		if err := run(tx.conn, insert, nil, u.n, a.Device, a.Seq, a.SeenAt.UnixMilli()); err != nil {
			return err
		}
		return tx.forgetDevices(u.n, a.Device)
	}
	if err := tx.putReceipts(u.n, &a, cursor, sent); err != nil {
		return err
	}
	return run(tx.conn, update, nil, u.n, a.Device, max(cursor, a.Seq), store.LastMark(a.Sent, sent), a.SeenAt.UnixMilli())
}

// The kinds of receipts.
const (
	sentKind  = 1
	ackedKind = 2
)

// putReceipts keeps what an ack says beyond what is known. What stays from a time before the device was forgotten is true.
func (tx *transaction) putReceipts(user int64, a *store.Ack, cursor, sent int64) error {
	const insert = `INSERT OR IGNORE INTO receipts (user, device, kind, last, marks) VALUES (?, ?, ?, ?, ?)`
	for _, r := range []struct {
		kind  int64
		marks []store.Mark
	}{{sentKind, store.MarksAfter(a.Sent, sent)}, {ackedKind, store.MarksAfter(a.Acked, cursor)}} {
		if len(r.marks) == 0 {
			continue
		}
		if err := run(tx.conn, insert, nil, user, a.Device, r.kind, store.LastMark(r.marks, 0), store.EncodeMarks(r.marks)); err != nil {
			return err
		}
	}
	return nil
}

// forgetDevices removes the user's longest unseen devices beyond the most, but not the one that has just come.
func (tx *transaction) forgetDevices(user int64, newest string) error {
	const query = `SELECT device FROM devices WHERE user = ? AND device <> ? ORDER BY seen_at DESC, device LIMIT -1 OFFSET ?`
	const remove = `DELETE FROM devices WHERE user = ? AND device = ?`
	var surplus []string
	err := run(tx.conn, query, func(row *sqlite3.Stmt) error {
		surplus = append(surplus, row.ColumnText(0))
		return nil
	}, user, newest, int64(tx.maxDevices-1))
	if err != nil {
		return err
	}
	for _, device := range surplus {
		if err := run(tx.conn, remove, nil, user, device); err != nil {
			return err
		}
	}
	return nil
}
