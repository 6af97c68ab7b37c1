package postgres

import (
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// delivery puts events into inboxes. Its rows are sorted by user, and a user's are in the order of the records.
type delivery struct {
	users  []string // each once, in order
	counts []int64  // how many rows each user gets
	heads  []int64  // the last seq of each user after them; known once the statement has been run
	rows   []deliveryRow
	slots  []int // the places in rows of the records' recipients, in the order of the records and of their To
}

type deliveryRow struct {
	userID  string
	user    int32 // the place in users, from 1
	back    int64 // how many rows of this user follow
	orderID string
	version int64
	view    int16
}

// Heads and rows are written by one statement, so that nothing waits for an answer while the heads are locked. What it
// answers are the heads, in the order of the users.
const deliver = `
	WITH heads AS (
		INSERT INTO callout.users AS u (id, head)
		SELECT id, n FROM unnest($1::text[], $2::bigint[]) AS told (id, n) ORDER BY id COLLATE "C"
		ON CONFLICT (id) DO UPDATE SET head = u.head + excluded.head
		RETURNING id, head
	), sorted AS MATERIALIZED (
		SELECT array_agg(head ORDER BY id) AS head FROM heads
	), delivered AS (
		INSERT INTO callout.inbox (user_id, seq, order_id, version, view)
		SELECT r.user_id, sorted.head[r.place] - r.back, r.order_id, r.version, r.view
		FROM sorted, unnest($3::text[], $4::int[], $5::bigint[], $6::text[], $7::bigint[], $8::smallint[])
			AS r (user_id, place, back, order_id, version, view)
	)
	SELECT head FROM sorted`

func newDelivery(records []store.Record) *delivery {
	counts := make(map[string]int64)
	for i := range records {
		for _, to := range records[i].To {
			counts[to.UserID]++
		}
	}
	d := &delivery{users: slices.Sorted(maps.Keys(counts))}
	place := make(map[string]int, len(d.users))
	next := make([]int, len(d.users)) // where in rows each user's next goes
	total := 0
	for i, id := range d.users {
		d.counts = append(d.counts, counts[id])
		place[id], next[i] = i, total
		total += int(counts[id])
	}
	d.rows = make([]deliveryRow, total)
	for i := range records {
		for _, to := range records[i].To {
			user := place[to.UserID]
			counts[to.UserID]--
			d.rows[next[user]] = deliveryRow{
				userID: to.UserID, user: int32(user) + 1, back: counts[to.UserID],
				orderID: records[i].OrderID, version: records[i].Version, view: int16(to.View),
			}
			d.slots = append(d.slots, next[user])
			next[user]++
		}
	}
	return d
}

func (d *delivery) queue(b *batch) {
	b.query(func(rows pgx.Rows) error { return rows.Scan(&d.heads) }, deliver,
		d.users, d.counts,
		column(d.rows, func(r deliveryRow) string { return r.userID }),
		column(d.rows, func(r deliveryRow) int32 { return r.user }),
		column(d.rows, func(r deliveryRow) int64 { return r.back }),
		column(d.rows, func(r deliveryRow) string { return r.orderID }),
		column(d.rows, func(r deliveryRow) int64 { return r.version }),
		column(d.rows, func(r deliveryRow) int16 { return r.view }),
	)
}

// events are the rows as their readers get them, in the order of the records.
func (d *delivery) events(records []store.Record) []wire.Event {
	events := make([]wire.Event, 0, len(d.slots))
	for i := range records {
		for _, to := range records[i].To {
			slot := &d.rows[d.slots[len(events)]]
			row := records[i].Row(to, d.heads[slot.user-1]-slot.back)
			events = append(events, row.Event())
		}
	}
	return events
}
