package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

const (
	readUserDevices = `SELECT device, cursor, seen_at FROM callout.devices WHERE user_id = $1 ORDER BY seen_at DESC, device`

	readBar = `SELECT since, reason FROM callout.barred WHERE user_id = $1`

	forgetDevice = `DELETE FROM callout.devices WHERE user_id = $1 AND ($2 = '' OR device = $2)`

	bar = `INSERT INTO callout.barred (user_id, since, reason) VALUES ($1, ` + nowMillis + `, $2)
		ON CONFLICT (user_id) DO UPDATE SET reason = excluded.reason`

	unbar = `DELETE FROM callout.barred WHERE user_id = $1`

	// Readers go by the number, so that none may become visible after a higher one.
	lockDismissals = `LOCK TABLE callout.dismissals IN SHARE ROW EXCLUSIVE MODE`
	dropDismissals = `DELETE FROM callout.dismissals WHERE at < ` + nowMillis + ` - 86400000` // a day
	dismiss        = `INSERT INTO callout.dismissals (user_id, device, barred, at) VALUES ($1, nullif($2, ''), $3, ` + nowMillis + `)`

	nowMillis = `floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`
)

// Users looks after the users of a database, whoever serves it.
type Users struct{ pool *pool }

// OpenUsers opens a database to look after its users. Its schema has to be that of this program. The caller closes it.
func OpenUsers(ctx context.Context, url string) (*Users, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	p, err := newPool(ctx, config, poolOptions{size: 1, check: checkServer})
	if err != nil {
		return nil, err
	}
	u := &Users{p}
	if err := p.with(ctx, func(conn *pgx.Conn) error { return requireSchema(ctx, conn) }); err != nil {
		return nil, errors.Join(err, u.Close())
	}
	return u, nil
}

// Close ends all connections.
func (u *Users) Close() error {
	u.pool.Close()
	return nil
}

// User implements [store.Users].
func (u *Users) User(ctx context.Context, userID string) (found store.User, err error) {
	err = u.pool.with(ctx, func(conn *pgx.Conn) error {
		var b batch
		b.exec(beginSnapshot)
		b.query(func(rows pgx.Rows) error { return rows.Scan(&found.Head, &found.Floor) }, readUser, userID)
		b.query(func(rows pgx.Rows) error { return rows.Scan(nil, &found.Open) }, readStanding, userID)
		b.query(func(rows pgx.Rows) error {
			var d store.Device
			var seen int64
			err := rows.Scan(&d.Name, &d.Cursor, &seen)
			d.SeenAt = millis(seen)
			found.Devices = append(found.Devices, d)
			return err
		}, readUserDevices, userID)
		b.query(func(rows pgx.Rows) error {
			var since int64
			err := rows.Scan(&since, &found.Reason)
			found.BarredAt = millis(since)
			return err
		}, readBar, userID)
		b.exec("COMMIT")
		return b.run(ctx, conn)
	})
	if err != nil {
		return store.User{}, fmt.Errorf("read user %s: %w", userID, err)
	}
	return found, nil
}

// Dismiss implements [store.Users].
func (u *Users) Dismiss(ctx context.Context, userID, device string, forget bool) error {
	err := u.write(ctx, func(tx pgx.Tx) error {
		if forget {
			if _, err := tx.Exec(ctx, forgetDevice, userID, device); err != nil {
				return err
			}
		}
		return addDismissal(ctx, tx, userID, device, false)
	})
	if err != nil {
		return fmt.Errorf("end the sessions of %s: %w", userID, err)
	}
	return nil
}

// Bar implements [store.Users].
func (u *Users) Bar(ctx context.Context, userID, reason string) error {
	err := u.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, bar, userID, reason); err != nil {
			return err
		}
		return addDismissal(ctx, tx, userID, "", true)
	})
	if err != nil {
		return fmt.Errorf("bar %s: %w", userID, err)
	}
	return nil
}

// Unbar implements [store.Users].
func (u *Users) Unbar(ctx context.Context, userID string) (was bool, err error) {
	err = u.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, unbar, userID)
		was = tag.RowsAffected() > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("let %s in again: %w", userID, err)
	}
	return was, nil
}

func addDismissal(ctx context.Context, tx pgx.Tx, userID, device string, barred bool) error {
	var b pgx.Batch
	b.Queue(lockDismissals)
	b.Queue(dropDismissals)
	b.Queue(dismiss, userID, device, barred)
	return tx.SendBatch(ctx, &b).Close()
}

func (u *Users) write(ctx context.Context, f func(pgx.Tx) error) error {
	return u.pool.with(ctx, func(conn *pgx.Conn) error { return pgx.BeginFunc(ctx, conn, f) })
}
