package postgres

import (
	"cmp"
	"slices"

	"github.com/calloutd/callout/internal/store"
)

const (
	// A device that is not known is left alone unless it is new.
	writeAcks = `
		INSERT INTO callout.devices AS d (user_id, device, cursor, sent, seen_at)
		SELECT a.user_id, a.device, a.cursor, a.sent, a.seen_at
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[])
			AS a (user_id, device, cursor, sent, seen_at, new)
		WHERE a.new OR EXISTS (SELECT FROM callout.devices k WHERE k.user_id = a.user_id AND k.device = a.device)
		ON CONFLICT (user_id, device) DO UPDATE SET cursor = greatest(d.cursor, excluded.cursor),
			sent = greatest(d.sent, excluded.sent), seen_at = greatest(d.seen_at, excluded.seen_at)`

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
		DELETE FROM callout.devices d USING unseen u WHERE d.user_id = u.user_id AND d.device = u.device`
)

// The kinds of receipts.
const (
	sentKind  int16 = 1
	ackedKind int16 = 2
)

// ackRow is what an ack makes of its device.
type ackRow struct {
	*store.Ack
	sent int64
}

// receipt is a row of receipts.
type receipt struct {
	ack   *store.Ack
	kind  int16
	marks []store.Mark
}

// queueAcks writes acks and what they say beyond what is known, and forgets whom the newcomers among them push out.
func queueAcks(b *batch, acks []store.Ack, places []place, maxDevices int) {
	if len(acks) == 0 {
		return
	}
	var newcomers []store.Ack
	var receipts []receipt
	rows := make([]ackRow, len(acks))
	for i := range acks {
		a, at := &acks[i], places[i]
		rows[i] = ackRow{a, store.LastMark(a.Sent, at.sent)}
		switch {
		case at.known:
			receipts = addReceipt(receipts, a, sentKind, store.MarksAfter(a.Sent, at.sent))
			receipts = addReceipt(receipts, a, ackedKind, store.MarksAfter(a.Acked, at.cursor))
		case a.New:
			newcomers = append(newcomers, *a)
			rows[i].sent = a.Seq
		}
	}
	slices.SortFunc(rows, func(a, b ackRow) int {
		return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Device, b.Device))
	})
	b.exec(writeAcks,
		column(rows, func(r ackRow) string { return r.UserID }),
		column(rows, func(r ackRow) string { return r.Device }),
		column(rows, func(r ackRow) int64 { return r.Seq }),
		column(rows, func(r ackRow) int64 { return r.sent }),
		column(rows, func(r ackRow) int64 { return r.SeenAt.UnixMilli() }),
		column(rows, func(r ackRow) bool { return r.New }),
	)
	if len(receipts) > 0 {
		b.exec(writeReceipts,
			column(receipts, func(r receipt) string { return r.ack.UserID }),
			column(receipts, func(r receipt) string { return r.ack.Device }),
			column(receipts, func(r receipt) int16 { return r.kind }),
			column(receipts, func(r receipt) int64 { return store.LastMark(r.marks, 0) }),
			column(receipts, func(r receipt) []byte { return store.EncodeMarks(r.marks) }),
		)
	}
	if len(newcomers) > 0 {
		b.exec(forgetDevices, column(newcomers, ackUser), column(newcomers, ackDevice), maxDevices)
	}
}

func addReceipt(receipts []receipt, a *store.Ack, kind int16, marks []store.Mark) []receipt {
	if len(marks) == 0 {
		return receipts
	}
	return append(receipts, receipt{a, kind, marks})
}

func ackUser(a store.Ack) string   { return a.UserID }
func ackDevice(a store.Ack) string { return a.Device }
