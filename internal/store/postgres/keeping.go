package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

const (
	// Of each user: whether a device is to be forgotten, or the first row of the inbox to be cut off.
	readUsersAfter = `
		SELECT u.id,
			EXISTS (SELECT FROM callout.devices d WHERE d.user_id = u.id AND d.seen_at < $2)
			OR coalesce((SELECT e.at < $2 FROM callout.inbox i JOIN callout.events e ON e.order_id = i.order_id AND e.version = i.version
				WHERE i.user_id = u.id AND i.seq = u.floor + 1
				AND i.seq <= coalesce((SELECT min(d.cursor) FROM callout.devices d WHERE d.user_id = u.id), i.seq)), false)
		FROM callout.users u WHERE u.id > $1 ORDER BY u.id LIMIT $3`

	// The rows that all devices have acknowledged which are not to be forgotten.
	readOldRows = `
		SELECT u.floor, i.seq, i.order_id, e.at FROM callout.users u
		JOIN callout.inbox i ON i.user_id = u.id AND i.seq > u.floor
			AND i.seq <= coalesce((SELECT min(d.cursor) FROM callout.devices d WHERE d.user_id = u.id AND d.seen_at >= $2), i.seq)
		JOIN callout.events e ON e.order_id = i.order_id AND e.version = i.version
		WHERE u.id = $1 ORDER BY i.seq LIMIT $3`

	// Rows are locked in the order of commits: orders, devices, the user.
	lockTold     = `SELECT FROM callout.orders WHERE id = ANY($1) ORDER BY id FOR UPDATE`
	forgetUnseen = `DELETE FROM callout.devices WHERE user_id = $1 AND seen_at < $2`
	lockFloor    = `SELECT floor FROM callout.users WHERE id = $1 FOR UPDATE`
	cutRows      = `
		WITH gone AS (
			DELETE FROM callout.inbox WHERE user_id = $1 AND seq <= $2 RETURNING order_id
		), counts AS (
			SELECT order_id, count(*) AS n FROM gone GROUP BY order_id
		)
		UPDATE callout.orders o SET told = o.told - counts.n FROM counts WHERE o.id = counts.order_id`
	cutReceipts = `DELETE FROM callout.receipts WHERE user_id = $1 AND last <= $2`
	raiseFloor  = `UPDATE callout.users SET floor = $2 WHERE id = $1`

	// An order that still stands in somebody's inbox is looked at again a day later.
	readEnded = `
		WITH next AS (
			SELECT look_at, order_id FROM callout.ended_orders WHERE look_at < $1 ORDER BY look_at, order_id LIMIT $2 FOR UPDATE SKIP LOCKED
		), locked AS MATERIALIZED (
			SELECT o.id, o.told FROM next JOIN callout.orders o ON o.id = next.order_id ORDER BY o.id FOR UPDATE OF o
		), later AS (
			UPDATE callout.ended_orders e SET look_at = e.look_at + 86400000
			FROM next JOIN locked l ON l.id = next.order_id WHERE e.look_at = next.look_at AND e.order_id = next.order_id AND l.told > 0
		)
		SELECT next.look_at, next.order_id, l.told = 0 FROM next JOIN locked l ON l.id = next.order_id`

	dropEnded = `DELETE FROM callout.ended_orders e USING unnest($1::bigint[], $2::text[]) AS gone (look_at, id) WHERE e.look_at = gone.look_at AND e.order_id = gone.id`
	dropLists = `DELETE FROM callout.lists l USING callout.orders o
		WHERE o.id = ANY($1) AND l.list = ANY(ARRAY['` + listOfAll + `', o.client_id, o.serviceman_id]) AND l.placed_at = o.placed_at AND l.order_id = o.id`
	dropEvents = `DELETE FROM callout.events e USING unnest($1::text[]) AS gone (id) WHERE e.order_id = gone.id`
	dropOrders = `DELETE FROM callout.orders o USING unnest($1::text[]) AS gone (id) WHERE o.id = gone.id`
)

// Cut implements [store.Keeper]. Each user's inbox is one transaction, and none when there is nothing to do.
func (db *DB) Cut(ctx context.Context, keep time.Duration, from store.Cut, limit int) (store.Cut, error) {
	next := store.Cut{After: from.After}
	err := db.keeping(ctx, keep, func(conn *pgx.Conn, before int64) error {
		users, err := usersAfter(ctx, conn, from.After, before)
		if err != nil {
			return err
		}
		for _, u := range users {
			if u.due {
				rows, devices, err := cutUser(ctx, conn, u.id, before, limit-next.Rows)
				if err != nil {
					return fmt.Errorf("of %s: %w", u.id, err)
				}
				next.Rows, next.Devices = next.Rows+rows, next.Devices+devices
			}
			if next.Rows >= limit { // there may be more of this one
				return nil
			}
			next.After = u.id
		}
		next.Done = len(users) < store.UsersAtOnce
		return nil
	})
	if err != nil {
		return next, fmt.Errorf("cut inboxes: %w", err)
	}
	return next, nil
}

// keeping runs f on a connection that may write, with the moment before which things are no longer kept.
func (db *DB) keeping(ctx context.Context, keep time.Duration, f func(conn *pgx.Conn, before int64) error) error {
	if held := db.seat.taken.Load(); held != nil {
		return fmt.Errorf("%w: %w", store.Broken, held)
	}
	return db.commits.with(ctx, func(conn *pgx.Conn) error {
		if db.clock != nil {
			return f(conn, db.clock().Add(-keep).UnixMilli())
		}
		var now int64
		if err := conn.QueryRow(ctx, readClock).Scan(&now); err != nil {
			return err
		}
		return f(conn, now-keep.Milliseconds())
	})
}

// dueUser is a user of whom something may have to be cut or forgotten.
type dueUser struct {
	id  string
	due bool
}

func usersAfter(ctx context.Context, conn *pgx.Conn, after string, before int64) ([]dueUser, error) {
	rows, err := conn.Query(ctx, readUsersAfter, after, before, store.UsersAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (u dueUser, err error) {
		err = row.Scan(&u.id, &u.due)
		return u, err
	})
}

// cutUser forgets a user's devices and cuts at most limit rows. It reports what it has committed.
func cutUser(ctx context.Context, conn *pgx.Conn, id string, before int64, limit int) (rows, devices int, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		old, err := readOld(ctx, tx, id, before, limit)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, lockTold, old.orders); err != nil {
			return err
		}
		forgotten, err := tx.Exec(ctx, forgetUnseen, id, before)
		if err != nil {
			return err
		}
		devices = int(forgotten.RowsAffected())
		if old.rows == 0 {
			return nil
		}
		var floor int64
		if err := tx.QueryRow(ctx, lockFloor, id).Scan(&floor); err != nil {
			return err
		}
		if floor != old.floor {
			return fmt.Errorf("%w: another has cut this inbox", store.TryAgain)
		}
		rows = old.rows
		var b pgx.Batch
		b.Queue(cutRows, id, old.last)
		b.Queue(cutReceipts, id, old.last)
		b.Queue(raiseFloor, id, old.last)
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return 0, 0, err
	}
	return rows, devices, nil
}

// oldRows are the rows at the beginning of an inbox that may be cut off.
type oldRows struct {
	floor  int64 // before the first of them
	last   int64 // the seq of the last
	rows   int
	orders []string
}

func readOld(ctx context.Context, tx pgx.Tx, id string, before int64, limit int) (old oldRows, err error) {
	found, err := tx.Query(ctx, readOldRows, id, before, limit)
	if err != nil {
		return old, err
	}
	var floor, seq, at int64
	var order string
	young := false
	_, err = pgx.ForEachRow(found, []any{&floor, &seq, &order, &at}, func() error {
		if young = young || at >= before; !young {
			old.floor, old.last, old.rows = floor, seq, old.rows+1
			old.orders = append(old.orders, order)
		}
		return nil
	})
	return old, err
}

// DropOrders implements [store.Keeper].
func (db *DB) DropOrders(ctx context.Context, keep time.Duration, limit int) (dropped int, err error) {
	err = db.keeping(ctx, keep, func(conn *pgx.Conn, before int64) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			times, ids, err := readGone(ctx, tx, before, limit)
			if err != nil || len(ids) == 0 {
				return err
			}
			dropped = len(ids)
			var b pgx.Batch
			b.Queue(dropEnded, times, ids)
			b.Queue(dropLists, ids)
			b.Queue(dropEvents, ids)
			b.Queue(dropOrders, ids)
			return tx.SendBatch(ctx, &b).Close()
		})
	})
	if err != nil {
		return 0, fmt.Errorf("drop orders that have ended: %w", err)
	}
	return dropped, nil
}

// readGone reads which orders may go. Those that may not yet are put off.
func readGone(ctx context.Context, tx pgx.Tx, before int64, limit int) (times []int64, ids []string, err error) {
	rows, err := tx.Query(ctx, readEnded, before, limit)
	if err != nil {
		return nil, nil, err
	}
	var at int64
	var id string
	var gone bool
	_, err = pgx.ForEachRow(rows, []any{&at, &id, &gone}, func() error {
		if gone {
			times, ids = append(times, at), append(ids, id)
		}
		return nil
	})
	return times, ids, err
}
