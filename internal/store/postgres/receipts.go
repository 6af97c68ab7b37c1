package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

const (
	// No index leads from an event to its rows. The row of one version is looked for from the end of each inbox, where what
	// is asked about mostly is; those of all versions are looked for in the whole inbox.
	readTold = `SELECT i.user_id, i.seq, i.version, i.view FROM unnest($2::text[]) AS u (id)
		JOIN callout.inbox i ON i.user_id = u.id AND i.order_id = $1`

	readToldOf = `SELECT i.user_id, i.seq, i.version, i.view FROM unnest($2::text[]) AS u (id)
		JOIN LATERAL (
			SELECT user_id, seq, version, view FROM callout.inbox WHERE user_id = u.id AND order_id = $1 AND version = $3
			ORDER BY user_id DESC, seq DESC LIMIT 1
		) AS i ON true`

	// Of each device that a row was sent to or that is known, the marks that speak of it.
	readDeliveries = `
		SELECT r.place, d.device,
			(SELECT marks FROM callout.receipts s WHERE s.user_id = r.user_id AND s.device = d.device AND s.kind = 1 AND s.last >= r.seq
				ORDER BY s.last LIMIT 1),
			(SELECT marks FROM callout.receipts a WHERE a.user_id = r.user_id AND a.device = d.device AND a.kind = 2 AND a.last >= r.seq
				ORDER BY a.last LIMIT 1)
		FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS r (user_id, seq, place)
		JOIN LATERAL (
			WITH RECURSIVE named (device) AS (
				SELECT min(device) FROM callout.receipts WHERE user_id = r.user_id
				UNION ALL SELECT (SELECT min(device) FROM callout.receipts WHERE user_id = r.user_id AND device > named.device)
				FROM named WHERE device IS NOT NULL
			)
			SELECT device FROM callout.devices WHERE user_id = r.user_id
			UNION SELECT device FROM named WHERE device IS NOT NULL
		) AS d ON true
		ORDER BY r.place, d.device`
)

// Receipts implements [store.ReceiptReader].
func (db *DB) Receipts(ctx context.Context, orderID string, version int64, senderID string) (receipts []store.Receipt, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			receipts, err = readReceipts(ctx, tx, orderID, version, senderID)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the receipts of order %s: %w", orderID, err)
	}
	return receipts, nil
}

func readReceipts(ctx context.Context, tx pgx.Tx, orderID string, version int64, senderID string) ([]store.Receipt, error) {
	rows, err := tx.Query(ctx, readEvents, orderID)
	if err != nil {
		return nil, err
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil || len(events) == 0 || !store.Sent(events, version, senderID) {
		return nil, err
	}
	concerned := store.Concerned(events)
	if version == 0 {
		rows, err = tx.Query(ctx, readTold, orderID, concerned)
	} else {
		rows, err = tx.Query(ctx, readToldOf, orderID, concerned, version)
	}
	if err != nil {
		return nil, err
	}
	receipts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r store.Receipt, err error) {
		if err := row.Scan(&r.UserID, &r.Seq, &r.Version, &r.View); err != nil {
			return r, err
		}
		e := &events[r.Version-1]
		r.Status, r.SenderID, r.At = e.Status, e.Sender.ID, e.At
		return r, nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(receipts, func(a, b store.Receipt) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(slices.Index(concerned, a.UserID), slices.Index(concerned, b.UserID)))
	})
	return receipts, readDevicesOf(ctx, tx, receipts)
}

// readDevicesOf fills in what became of each of the rows on its user's devices.
func readDevicesOf(ctx context.Context, tx pgx.Tx, receipts []store.Receipt) error {
	rows, err := tx.Query(ctx, readDeliveries,
		column(receipts, func(r store.Receipt) string { return r.UserID }),
		column(receipts, func(r store.Receipt) int64 { return r.Seq }))
	if err != nil {
		return err
	}
	var place int
	var device string
	var sent, acked []byte
	_, err = pgx.ForEachRow(rows, []any{&place, &device, &sent, &acked}, func() error {
		r := &receipts[place-1]
		d := store.Delivery{Device: device}
		if d.SentAt, err = markedAt(sent, r.Seq); err != nil {
			return err
		}
		if d.AckedAt, err = markedAt(acked, r.Seq); err != nil {
			return err
		}
		r.Devices = append(r.Devices, d)
		return nil
	})
	return err
}

func markedAt(marks []byte, seq int64) (time.Time, error) {
	decoded, err := store.DecodeMarks(marks)
	return store.MarkedAt(decoded, seq), err
}
