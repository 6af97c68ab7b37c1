package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/calloutd/callout/internal/store"
)

// Users looks after the users of a database, beside the process that serves it or without one.
type Users struct {
	conn  *sqlite3.Conn
	clock func() time.Time
}

// OpenUsers opens the database at path to look after its users. Like [OpenReadOnly] it makes no file and changes no schema.
//
// The caller closes it, and uses it from one goroutine at a time.
func OpenUsers(path string, clock func() time.Time) (*Users, error) {
	path, err := realPath(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	conn, err := sqlite3.OpenConn(path, sqlite3.OpenReadWrite)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	err = setPragmas(conn, pragmasOfAll())
	if err == nil {
		err = checkSchema(conn)
	}
	if err == nil {
		err = setPragmas(conn, pragmasOfWriter())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), conn.Close())
	}
	return &Users{conn, clock}, nil
}

// Close ends the use of the database. It is called once.
func (u *Users) Close() error { return u.conn.Close() }

// User implements [store.Users].
func (u *Users) User(ctx context.Context, userID string) (found store.User, err error) {
	err = u.do(ctx, func(conn *sqlite3.Conn) error {
		who, err := readUser(conn, userID)
		if err != nil {
			return err
		}
		found.Head, found.Floor = who.head, who.floor
		if found.Open, err = countOpenOrders(conn, who); err != nil {
			return err
		}
		if found.Devices, err = readDevices(conn, who); err != nil {
			return err
		}
		return run(conn, `SELECT since, reason FROM barred WHERE user_id = ?`, func(row *sqlite3.Stmt) error {
			found.BarredAt, found.Reason = fromMillis(row.ColumnInt64(0)), row.ColumnText(1)
			return nil
		}, userID)
	})
	if err != nil {
		return store.User{}, fmt.Errorf("read user %s: %w", userID, err)
	}
	return found, nil
}

// Dismiss implements [store.Users].
func (u *Users) Dismiss(ctx context.Context, userID, device string, forget bool) error {
	err := u.do(ctx, func(conn *sqlite3.Conn) error {
		if forget {
			const remove = `DELETE FROM devices WHERE user = (SELECT n FROM users WHERE id = ?1) AND (?2 = '' OR device = ?2)`
			if err := run(conn, remove, nil, userID, device); err != nil {
				return err
			}
		}
		return u.dismiss(conn, userID, device, false)
	})
	if err != nil {
		return fmt.Errorf("end the sessions of %s: %w", userID, err)
	}
	return nil
}

// Bar implements [store.Users].
func (u *Users) Bar(ctx context.Context, userID, reason string) error {
	const put = `INSERT INTO barred (user_id, since, reason) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason`
	err := u.do(ctx, func(conn *sqlite3.Conn) error {
		if err := run(conn, put, nil, userID, u.clock().UnixMilli(), reason); err != nil {
			return err
		}
		return u.dismiss(conn, userID, "", true)
	})
	if err != nil {
		return fmt.Errorf("bar %s: %w", userID, err)
	}
	return nil
}

// Unbar implements [store.Users].
func (u *Users) Unbar(ctx context.Context, userID string) (was bool, err error) {
	err = u.do(ctx, func(conn *sqlite3.Conn) error {
		err := run(conn, `DELETE FROM barred WHERE user_id = ?`, nil, userID)
		was = conn.Changes() > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("let %s in again: %w", userID, err)
	}
	return was, nil
}

// dismissalsKept is how long a dismissal is kept for servers to read, in milliseconds: a day.
const dismissalsKept = 24 * 60 * 60 * 1000

func (u *Users) dismiss(conn *sqlite3.Conn, userID, device string, barred bool) error {
	now := u.clock().UnixMilli()
	if err := run(conn, `DELETE FROM dismissals WHERE at < ?`, nil, now-dismissalsKept); err != nil {
		return err
	}
	flag := int64(0)
	if barred {
		flag = 1
	}
	return run(conn, `INSERT INTO dismissals (user_id, device, barred, at) VALUES (?, ?, ?, ?)`, nil, userID, orNull(device), flag, now)
}

func (u *Users) do(ctx context.Context, f func(*sqlite3.Conn) error) error {
	u.conn.SetInterrupt(ctx.Done())
	defer u.conn.SetInterrupt(nil)
	return orCancelled(ctx, inTransaction(u.conn, f))
}

// inTransaction runs f in a transaction that nobody else writes beside, and commits it unless f fails.
func inTransaction(conn *sqlite3.Conn, f func(*sqlite3.Conn) error) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return err
	}
	defer end(&err)
	return f(conn)
}

func readDevices(conn *sqlite3.Conn, u user) (devices []store.Device, err error) {
	const query = `SELECT device, cursor, seen_at FROM devices WHERE user = ? ORDER BY seen_at DESC, device`
	err = run(conn, query, func(row *sqlite3.Stmt) error {
		devices = append(devices, store.Device{Name: row.ColumnText(0), Cursor: row.ColumnInt64(1), SeenAt: fromMillis(row.ColumnInt64(2))})
		return nil
	}, u.n)
	return devices, err
}

func isBarred(conn *sqlite3.Conn, userID string) (barred bool, err error) {
	err = run(conn, `SELECT 1 FROM barred WHERE user_id = ?`, func(*sqlite3.Stmt) error {
		barred = true
		return nil
	}, userID)
	return barred, err
}
