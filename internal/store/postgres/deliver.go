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
	heads  []int64  // the last seq of each user before them; where it is unknown, only once the statement has been run
	known  bool     // whether that of every user is
	rows   []deliveryRow
	slots  []int // the places in rows of the records' recipients, in the order of the records and of their To
}

type deliveryRow struct {
	userID  string
	user    int32 // the place in users, from 1
	step    int64 // which of the user's rows it is, from 1
	orderID string
	version int64
	view    int16
}

// unknownHead is that of a user of whom nothing is remembered.
const unknownHead = -1

const (
	deliver = `
		INSERT INTO callout.inbox (user_id, seq, order_id, version, view)
		SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::smallint[])`

	addUsers = `INSERT INTO callout.users (id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING`

	// What it answers are the heads, in the order of the users.
	deliverAfter = `
		WITH heads AS MATERIALIZED (
			SELECT array_agg(coalesce(nullif(known, -1), ` + headOfUser + `) ORDER BY place) AS head
			FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS u (id, known, place)
		), delivered AS (
			INSERT INTO callout.inbox (user_id, seq, order_id, version, view)
			SELECT r.user_id, heads.head[r.place] + r.step, r.order_id, r.version, r.view
			FROM heads, unnest($3::text[], $4::int[], $5::bigint[], $6::text[], $7::bigint[], $8::smallint[])
				AS r (user_id, place, step, order_id, version, view)
		)
		SELECT head FROM heads`

	// headOfUser is the last seq of the inbox of a user u.
	headOfUser = `coalesce(
		(SELECT last.seq FROM callout.inbox last WHERE last.user_id = u.id ORDER BY last.user_id DESC, last.seq DESC LIMIT 1),
		(SELECT cut.floor FROM callout.users cut WHERE cut.id = u.id), 0)`
)

// newDelivery prepares what records put into inboxes, whose heads are as they are remembered.
func newDelivery(records []store.Record, heads *store.Recent[int64]) *delivery {
	counts := make(map[string]int64)
	for i := range records {
		for _, to := range records[i].To {
			counts[to.UserID]++
		}
	}
	d := &delivery{users: slices.Sorted(maps.Keys(counts)), known: true}
	d.counts, d.heads = make([]int64, len(d.users)), make([]int64, len(d.users))
	place := make(map[string]int, len(d.users))
	first := make([]int, len(d.users)) // where in rows those of each user begin
	total := 0
	for i, id := range d.users {
		head, ok := heads.Get(id)
		if !ok {
			head, d.known = unknownHead, false
		}
		d.heads[i], d.counts[i] = head, counts[id]
		place[id], first[i] = i, total
		total += int(counts[id])
		counts[id] = 0
	}
	d.rows, d.slots = make([]deliveryRow, total), make([]int, 0, total)
	for i := range records {
		for _, to := range records[i].To {
			user := place[to.UserID]
			slot := first[user] + int(counts[to.UserID])
			counts[to.UserID]++
			d.rows[slot] = deliveryRow{
				userID: to.UserID, user: int32(user) + 1, step: counts[to.UserID],
				orderID: records[i].OrderID, version: records[i].Version, view: int16(to.View),
			}
			d.slots = append(d.slots, slot)
		}
	}
	return d
}

// send has the server find the heads that are unknown.
func (d *delivery) send(p *pipeline) {
	if d.known {
		d.add(p)
		return
	}
	p.exec(addUsers, d.strangers())
	p.query(func(rows pgx.Rows) error { return rows.Scan(&d.heads) }, deliverAfter, d.users, d.heads, d.userIDs(),
		column(d.rows, func(r deliveryRow) int32 { return r.user }), column(d.rows, func(r deliveryRow) int64 { return r.step }),
		d.orderIDs(), d.versions(), d.views())
}

// add takes all heads to be known.
func (d *delivery) add(s script) {
	if len(d.rows) > 0 {
		s.exec(deliver, d.userIDs(), column(d.rows, d.seq), d.orderIDs(), d.versions(), d.views())
	}
}

func (d *delivery) userIDs() []string {
	return column(d.rows, func(r deliveryRow) string { return r.userID })
}
func (d *delivery) orderIDs() []string {
	return column(d.rows, func(r deliveryRow) string { return r.orderID })
}
func (d *delivery) versions() []int64 {
	return column(d.rows, func(r deliveryRow) int64 { return r.version })
}
func (d *delivery) views() []int16 {
	return column(d.rows, func(r deliveryRow) int16 { return r.view })
}

// strangers are the users whose heads are unknown.
func (d *delivery) strangers() []string {
	var ids []string
	for i, id := range d.users {
		if d.heads[i] == unknownHead {
			ids = append(ids, id)
		}
	}
	return ids
}

func (d *delivery) seq(r deliveryRow) int64 { return d.heads[r.user-1] + r.step }

// events are the rows as their readers get them, in the order of the records.
func (d *delivery) events(records []store.Record) []wire.Event {
	events := make([]wire.Event, 0, len(d.slots))
	for i := range records {
		for _, to := range records[i].To {
			row := records[i].Row(to, d.seq(d.rows[d.slots[len(events)]]))
			events = append(events, row.Event())
		}
	}
	return events
}
