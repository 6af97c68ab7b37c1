package postgres

import (
	"cmp"
	"slices"

	"github.com/calloutd/callout/internal/store"
)

const (
	writeAcks = `
		INSERT INTO callout.devices AS d (user_id, device, cursor, seen_at)
		SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
		ON CONFLICT (user_id, device) DO UPDATE SET
			cursor = greatest(d.cursor, excluded.cursor), seen_at = greatest(d.seen_at, excluded.seen_at)`

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

// queueAcks writes acks, and forgets whom the newcomers among them push out.
func queueAcks(b *batch, acks, newcomers []store.Ack) {
	if len(acks) == 0 {
		return
	}
	acks = slices.SortedFunc(slices.Values(acks), func(a, b store.Ack) int {
		return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Device, b.Device))
	})
	b.exec(writeAcks,
		column(acks, ackUser), column(acks, ackDevice),
		column(acks, func(a store.Ack) int64 { return a.Seq }),
		column(acks, func(a store.Ack) int64 { return a.SeenAt.UnixMilli() }),
	)
	if len(newcomers) > 0 {
		b.exec(forgetDevices, column(newcomers, ackUser), column(newcomers, ackDevice), store.MaxDevices)
	}
}

func ackUser(a store.Ack) string   { return a.UserID }
func ackDevice(a store.Ack) string { return a.Device }
