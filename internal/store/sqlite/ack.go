package sqlite

import (
	"slices"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// putAck moves a device's cursor on and keeps its receipts, or adds the device.
func (tx *transaction) putAck(a store.Ack) error {
	const update = `UPDATE devices SET cursor = ?3, sent = ?4, seen_at = max(seen_at, ?5) WHERE user = ?1 AND device = ?2`
	const insert = `INSERT INTO devices (user, device, cursor, sent, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)`
	u, err := tx.user(a.UserID)
	if err != nil {
		return err
	}
	place, err := tx.place(u, a.Device)
	if err != nil {
		return err
	}
	next, sent, acked := a.After(place)
	if !next.Known {
		return nil
	}
	write := update
	if !place.Known {
		write = insert
	}
	if err := run(tx.conn, write, nil, u.n, a.Device, next.Cursor, next.Sent, a.SeenAt.UnixMilli()); err != nil {
		return err
	}
	if err := changedOne(tx.conn); err != nil {
		return err
	}
	u.setPlace(a.Device, next)
	if !place.Known {
		return tx.forgetDevices(u, a.Device)
	}
	if err := putReceipt(tx.conn, u, a.Device, store.SentKind, sent); err != nil {
		return err
	}
	return putReceipt(tx.conn, u, a.Device, store.AckedKind, acked)
}

// devicePlace is the place of a device of some user.
type devicePlace struct {
	device string
	store.Place
}

// place is where a device is that is known.
func (tx *transaction) place(u *user, device string) (p store.Place, err error) {
	if i := u.device(device); i >= 0 {
		return u.devices[i].Place, nil
	}
	err = run(tx.conn, `SELECT cursor, sent FROM devices WHERE user = ? AND device = ?`, func(row *sqlite3.Stmt) error {
		p = store.Place{Known: true, Cursor: row.ColumnInt64(0), Sent: row.ColumnInt64(1)}
		return nil
	}, u.n, device)
	return p, err
}

// device finds a device among those that are remembered, or -1.
func (u *user) device(name string) int {
	return slices.IndexFunc(u.devices, func(p devicePlace) bool { return p.device == name })
}

func (u *user) setPlace(device string, p store.Place) {
	if i := u.device(device); i >= 0 {
		u.devices[i].Place = p
	} else {
		u.devices = append(u.devices, devicePlace{device, p})
	}
}

func (u *user) dropPlace(device string) {
	if i := u.device(device); i >= 0 {
		u.devices = slices.Delete(u.devices, i, i+1)
	}
}

// putReceipt keeps marks of one kind. What stays from a time before the device was forgotten is true.
func putReceipt(conn *sqlite3.Conn, u *user, device string, kind int64, marks []store.Mark) error {
	if len(marks) == 0 {
		return nil
	}
	const insert = `INSERT OR IGNORE INTO receipts (user, device, kind, last, marks) VALUES (?, ?, ?, ?, ?)`
	return run(conn, insert, nil, u.n, device, kind, store.LastMark(marks, 0), store.EncodeMarks(marks))
}

// forgetDevices removes the user's longest unseen devices beyond the most, but not the one that has just come.
func (tx *transaction) forgetDevices(u *user, newest string) error {
	const query = `SELECT device FROM devices WHERE user = ? AND device <> ? ORDER BY seen_at DESC, device LIMIT -1 OFFSET ?`
	const remove = `DELETE FROM devices WHERE user = ? AND device = ?`
	var surplus []string
	err := run(tx.conn, query, func(row *sqlite3.Stmt) error {
		surplus = append(surplus, row.ColumnText(0))
		return nil
	}, u.n, newest, int64(tx.maxDevices-1))
	if err != nil {
		return err
	}
	tx.forgotten += len(surplus)
	for _, device := range surplus {
		if err := run(tx.conn, remove, nil, u.n, device); err != nil {
			return err
		}
		u.dropPlace(device)
	}
	return nil
}
