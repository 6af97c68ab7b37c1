package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

const (
	// The first row that stays of an inbox is looked at alone, unless a device is to be forgotten.
	readUsersAfter = `
		SELECT u.id,
			EXISTS (SELECT FROM callout.devices d WHERE d.user_id = u.id AND d.seen_at < $2)
			OR coalesce((SELECT e.at < $2 FROM callout.inbox i JOIN callout.events e ON e.order_id = i.order_id AND e.version = i.version
				WHERE i.user_id = u.id AND i.seq = u.floor + 1
				AND i.seq <= coalesce((SELECT min(d.cursor) FROM callout.devices d WHERE d.user_id = u.id), u.head)), false)
		FROM callout.users u WHERE u.id > $1 ORDER BY u.id LIMIT $3`

	forgetUnseen = `DELETE FROM callout.devices WHERE user_id = $1 AND seen_at < $2`

	readOldRows = `
		SELECT i.seq, i.order_id, e.at FROM callout.users u
		JOIN callout.inbox i ON i.user_id = u.id AND i.seq > u.floor
			AND i.seq <= coalesce((SELECT min(d.cursor) FROM callout.devices d WHERE d.user_id = u.id), u.head)
		JOIN callout.events e ON e.order_id = i.order_id AND e.version = i.version
		WHERE u.id = $1 ORDER BY i.seq LIMIT $2`

	// Orders are locked by id, before the inbox's head, as commits lock them.
	lockTold  = `SELECT FROM callout.orders WHERE id = ANY($1) ORDER BY id FOR UPDATE`
	countDown = `UPDATE callout.orders o SET told = o.told - cut.n
		FROM unnest($1::text[], $2::bigint[]) AS cut (id, n) WHERE o.id = cut.id`

	cutRows     = `DELETE FROM callout.inbox WHERE user_id = $1 AND seq <= $2`
	cutReceipts = `DELETE FROM callout.receipts WHERE user_id = $1 AND last <= $2`
	raiseFloor  = `UPDATE callout.users SET floor = $2 WHERE id = $1`

	dropOrders = `
		WITH over AS (
			SELECT id FROM callout.orders WHERE status IN (1003, 1008, 1009) AND updated_at < $1 AND told = 0
			ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED
		), events AS (
			DELETE FROM callout.events e USING over WHERE e.order_id = over.id
		)
		DELETE FROM callout.orders o USING over WHERE o.id = over.id`
)

// Cut implements [store.Keeper]. Each user's inbox is one transaction, and none when there is nothing to do.
func (db *DB) Cut(ctx context.Context, keep time.Duration, from store.Cut, limit int) (store.Cut, error) {
	next := store.Cut{After: from.After}
	err := db.commits.with(ctx, func(conn *pgx.Conn) error {
		before, err := db.longAgo(ctx, conn, keep)
		if err != nil {
			return err
		}
		users, err := usersAfter(ctx, conn, from.After, before)
		if err != nil {
			return err
		}
		for _, u := range users {
			if u.due {
				if err := cutUser(ctx, conn, u.id, before, limit, &next); err != nil {
					return fmt.Errorf("of %s: %w", u.id, err)
				}
			}
			if next.Rows >= limit {
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

// longAgo is the moment before which things are no longer kept.
func (db *DB) longAgo(ctx context.Context, conn *pgx.Conn, keep time.Duration) (int64, error) {
	if db.clock != nil {
		return db.clock().Add(-keep).UnixMilli(), nil
	}
	var now int64
	err := conn.QueryRow(ctx, readClock).Scan(&now)
	return now - keep.Milliseconds(), err
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

func cutUser(ctx context.Context, conn *pgx.Conn, id string, before int64, limit int, cut *store.Cut) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		forgotten, err := tx.Exec(ctx, forgetUnseen, id, before)
		if err != nil {
			return err
		}
		floor, counts, err := oldRows(ctx, tx, id, before, limit-cut.Rows)
		if err != nil {
			return err
		}
		cut.Devices += int(forgotten.RowsAffected())
		if len(counts) == 0 {
			return nil
		}
		var orders []string
		var told []int64
		for order, n := range counts {
			orders, told = append(orders, order), append(told, n)
			cut.Rows += int(n)
		}
		var b pgx.Batch
		b.Queue(lockTold, orders)
		b.Queue(countDown, orders, told)
		b.Queue(cutRows, id, floor)
		b.Queue(cutReceipts, id, floor)
		b.Queue(raiseFloor, id, floor)
		return tx.SendBatch(ctx, &b).Close()
	})
}

// oldRows reads up to where an inbox is to be cut, and how many rows each order loses by that.
func oldRows(ctx context.Context, tx pgx.Tx, id string, before int64, limit int) (floor int64, counts map[string]int64, err error) {
	type row struct {
		seq     int64
		orderID string
		at      int64
	}
	found, err := tx.Query(ctx, readOldRows, id, limit)
	if err != nil {
		return 0, nil, err
	}
	rows, err := pgx.CollectRows(found, func(r pgx.CollectableRow) (v row, err error) {
		err = r.Scan(&v.seq, &v.orderID, &v.at)
		return v, err
	})
	if err != nil {
		return 0, nil, err
	}
	if stays := slices.IndexFunc(rows, func(r row) bool { return r.at >= before }); stays >= 0 {
		rows = rows[:stays]
	}
	counts = make(map[string]int64)
	for _, r := range rows {
		floor = r.seq
		counts[r.orderID]++
	}
	return floor, counts, nil
}

// DropOrders implements [store.Keeper].
func (db *DB) DropOrders(ctx context.Context, keep time.Duration, limit int) (dropped int, err error) {
	err = db.commits.with(ctx, func(conn *pgx.Conn) error {
		before, err := db.longAgo(ctx, conn, keep)
		if err != nil {
			return err
		}
		tag, err := conn.Exec(ctx, dropOrders, before, limit)
		dropped = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("drop orders that have ended: %w", err)
	}
	return dropped, nil
}
