package sqlite

import (
	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// putAck moves a device's cursor on, or adds the device.
func (tx *transaction) putAck(a store.Ack) error {
	const update = `UPDATE devices SET cursor = max(cursor, ?3), seen_at = max(seen_at, ?4) WHERE user = ?1 AND device = ?2`
	const insert = `INSERT INTO devices (user, device, cursor, seen_at) VALUES (?1, ?2, ?3, ?4)`
	u, err := tx.user(a.UserID)
	if err != nil {
		return err
	}
	if err := run(tx.conn, update, nil, u.n, a.Device, a.Seq, a.SeenAt.UnixMilli()); err != nil {
		return err
	}
	if tx.conn.Changes() > 0 {
		return nil
	}
	if err := run(tx.conn, insert, nil, u.n, a.Device, a.Seq, a.SeenAt.UnixMilli()); err != nil {
		return err
	}
	return tx.forgetDevices(u.n, a.Device)
}

// forgetDevices removes the user's longest unseen devices beyond store.MaxDevices, but not the one that has just come.
func (tx *transaction) forgetDevices(user int64, newest string) error {
	const query = `SELECT device FROM devices WHERE user = ? AND device <> ? ORDER BY seen_at DESC, device LIMIT -1 OFFSET ?`
	const remove = `DELETE FROM devices WHERE user = ? AND device = ?`
	var surplus []string
	err := run(tx.conn, query, func(row *sqlite3.Stmt) error {
		surplus = append(surplus, row.ColumnText(0))
		return nil
	}, user, newest, int64(store.MaxDevices-1))
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
