package postgres

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

const (
	// Devices are locked in their order, before any is written. One that has been forgotten in this moment stays forgotten.
	moveDevices = `
		WITH locked AS MATERIALIZED (
			SELECT d.user_id, d.device, a.cursor, a.sent, a.seen_at
			FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS a (user_id, device, cursor, sent, seen_at)
			JOIN callout.devices d ON d.user_id = a.user_id AND d.device = a.device
			ORDER BY d.user_id, d.device FOR UPDATE OF d
		)
		UPDATE callout.devices d SET cursor = greatest(d.cursor, l.cursor), sent = greatest(d.sent, l.sent),
			seen_at = greatest(d.seen_at, l.seen_at)
		FROM locked l WHERE d.user_id = l.user_id AND d.device = l.device`

	addDevices = `
		INSERT INTO callout.devices AS d (user_id, device, cursor, sent, seen_at)
		SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
		ON CONFLICT (user_id, device) DO UPDATE SET cursor = greatest(d.cursor, excluded.cursor),
			seen_at = greatest(d.seen_at, excluded.seen_at)`

	// What stays from a time before the device was forgotten is true.
	writeReceipts = `
		INSERT INTO callout.receipts (user_id, device, kind, last, marks)
		SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::bytea[])
		ON CONFLICT DO NOTHING`

	// Of devices that were seen at the same time, a newcomer stays. One that is locked is being seen at this moment, and is
	// not waited for: rows are locked here in another order than that of the acks.
	forgetDevices = `
		WITH newcomers AS (
			SELECT * FROM unnest($1::text[], $2::text[]) AS n (user_id, device)
		), ranked AS (
			SELECT d.user_id, d.device, row_number() OVER (PARTITION BY d.user_id ORDER BY d.seen_at DESC,
				EXISTS (SELECT FROM newcomers n WHERE n.user_id = d.user_id AND n.device = d.device) DESC, d.device) AS place
			FROM callout.devices d WHERE d.user_id = ANY($1)
		), unseen AS (
			SELECT d.user_id, d.device FROM ranked r JOIN callout.devices d ON d.user_id = r.user_id AND d.device = r.device
			WHERE r.place > $3 FOR UPDATE OF d SKIP LOCKED
		)
		DELETE FROM callout.devices d USING unseen u WHERE d.user_id = u.user_id AND d.device = u.device
		RETURNING 1`
)

// deviceRow is what an ack makes of its device.
type deviceRow struct {
	ack  *store.Ack
	next store.Place
}

// receiptRow is what an ack says beyond what is known.
type receiptRow struct {
	ack   *store.Ack
	kind  int16
	marks []store.Mark
}

// sendAcks writes acks and what they say beyond what is known, and forgets whom the newcomers among them push out.
func (w *writing) sendAcks(p *pipeline) {
	var known, newcomers []deviceRow
	var receipts []receiptRow
	for i := range w.acks {
		next, sent, acked := w.acks[i].After(w.places[i])
		row := deviceRow{&w.acks[i], next}
		switch {
		case w.places[i].Known:
			known = append(known, row)
		case next.Known:
			newcomers = append(newcomers, row)
		}
		receipts = appendReceipt(receipts, &w.acks[i], store.SentKind, sent)
		receipts = appendReceipt(receipts, &w.acks[i], store.AckedKind, acked)
	}
	if len(known) > 0 {
		sendDevices(p, moveDevices, known)
	}
	if len(newcomers) > 0 {
		sendDevices(p, addDevices, newcomers)
		p.query(func(pgx.Rows) error { w.forgotten++; return nil }, forgetDevices,
			column(newcomers, deviceUser), column(newcomers, deviceName), w.maxDevices)
	}
	if len(receipts) > 0 {
		p.exec(writeReceipts,
			column(receipts, func(r receiptRow) string { return r.ack.UserID }),
			column(receipts, func(r receiptRow) string { return r.ack.Device }),
			column(receipts, func(r receiptRow) int16 { return r.kind }),
			column(receipts, func(r receiptRow) int64 { return store.LastMark(r.marks, 0) }),
			column(receipts, func(r receiptRow) []byte { return store.EncodeMarks(r.marks) }),
		)
	}
}

func sendDevices(p *pipeline, sql string, rows []deviceRow) {
	slices.SortFunc(rows, func(a, b deviceRow) int {
		return cmp.Or(cmp.Compare(a.ack.UserID, b.ack.UserID), cmp.Compare(a.ack.Device, b.ack.Device))
	})
	p.exec(sql, column(rows, deviceUser), column(rows, deviceName),
		column(rows, func(r deviceRow) int64 { return r.next.Cursor }),
		column(rows, func(r deviceRow) int64 { return r.next.Sent }),
		column(rows, func(r deviceRow) int64 { return r.ack.SeenAt.UnixMilli() }),
	)
}

func appendReceipt(rows []receiptRow, a *store.Ack, kind int16, marks []store.Mark) []receiptRow {
	if len(marks) == 0 {
		return rows
	}
	return append(rows, receiptRow{a, kind, marks})
}

func deviceUser(r deviceRow) string { return r.ack.UserID }
func deviceName(r deviceRow) string { return r.ack.Device }
