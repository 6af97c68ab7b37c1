package postgres

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// writing is what a group writes: one statement with arrays for each table. An INSERT writes its rows, and so locks them,
// in the order of its arrays.
type writing struct {
	placed   []*callout.Order // orders that are new, as they are after the group, by id
	moved    []*callout.Order // and those that were there before
	before   map[string]*callout.Order
	told     map[string]int64 // how many rows of inboxes the group adds, by order
	records  []store.Record
	delivery *delivery

	acks       []store.Ack
	places     []store.Place // of the devices of the acks
	maxDevices int
	forgotten  int // devices that were too many; known once the statements have been run
}

// listing is an order's place in a list.
type listing struct {
	list     string
	placedAt int64
	orderID  string
}

// involvement is a user's in an order that has not ended: as a party, or as one of those on offer.
type involvement struct{ userID, orderID string }

const (
	// A plain INSERT, because ON CONFLICT would wait for the lock of an order that another transaction has placed in the
	// meantime and a third has locked, perhaps while it waits for this one.
	placeOrders = `
		INSERT INTO callout.orders (id, version, status, client_id, serviceman_id, former, placed_at, updated_at, due_at, due_code, told)
		SELECT id, version, status, client_id, serviceman_id, former, placed_at, updated_at, due_at, due_code, told FROM ` + orderRows

	// An order is moved from the version that was decided on. Where it is at another, because that was only remembered, the
	// division by zero ends the transaction before its commit.
	moveOrders = `
		WITH moved AS (
			UPDATE callout.orders o SET version = n.version, status = n.status, serviceman_id = n.serviceman_id,
				former = n.former, updated_at = n.updated_at, due_at = n.due_at, due_code = n.due_code, told = o.told + n.told
			FROM ` + orderRows + ` WHERE o.id = n.id AND o.version = n.before
			RETURNING 1
		)
		SELECT 1 / (count(*) = cardinality($1::text[]))::int FROM moved`

	orderRows = `(
		SELECT id, version, status, client_id, nullif(serviceman_id, '') AS serviceman_id, string_to_array(former, ',') AS former,
			placed_at, updated_at, CASE WHEN due_code <> 0 THEN due_at END AS due_at, nullif(due_code, 0::smallint) AS due_code, told, before
		FROM (SELECT unnest($1::text[]) AS id, unnest($2::bigint[]) AS version, unnest($3::smallint[]) AS status,
			unnest($4::text[]) AS client_id, unnest($5::text[]) AS serviceman_id, unnest($6::text[]) AS former,
			unnest($7::bigint[]) AS placed_at, unnest($8::bigint[]) AS updated_at, unnest($9::bigint[]) AS due_at,
			unnest($10::smallint[]) AS due_code, unnest($11::bigint[]) AS told, unnest($12::bigint[]) AS before) AS r) AS n`

	writeEvents = `
		INSERT INTO callout.events
			(order_id, version, status, order_status, sender_id, sender_role, command_id, digest, at, party, offer, extra)
		SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::smallint[]), unnest($4::smallint[]), unnest($5::text[]), unnest($6::text[]),
			unnest($7::text[]), unnest($8::bytea[]), unnest($9::bigint[]), unnest($10::text[]), unnest($11::text[]), unnest($12::text[])`

	// One statement for all, since most groups have something of each, and a statement costs more than a few rows.
	keepLists = `
		WITH begun AS (
			INSERT INTO callout.open_orders (user_id, order_id) SELECT unnest($1::text[]), unnest($2::text[])
		), ended AS (
			INSERT INTO callout.ended_orders (look_at, order_id) SELECT unnest($5::bigint[]), unnest($6::text[])
		), listed AS (
			INSERT INTO callout.lists (list, placed_at, order_id) SELECT unnest($7::text[]), unnest($8::bigint[]), unnest($9::text[])
		), closed AS (
			DELETE FROM callout.lists l USING (SELECT unnest($10::bigint[]) AS placed_at, unnest($6::text[]) AS order_id) AS gone
			WHERE l.list = '` + listOfOpen + `' AND l.placed_at = gone.placed_at AND l.order_id = gone.order_id
		)
		DELETE FROM callout.open_orders o USING (SELECT unnest($3::text[]) AS user_id, unnest($4::text[]) AS order_id) AS over
		WHERE o.user_id = over.user_id AND o.order_id = over.order_id`
)

// newWriting prepares what records write, unless one of them cannot be. before are the orders as they were found.
func newWriting(records []store.Record, before map[string]*callout.Order, m *memory) (*writing, error) {
	w := &writing{records: records, before: before, told: make(map[string]int64)}
	after := make(map[string]*callout.Order, len(records))
	for i := range records {
		r := &records[i]
		if err := r.Check(); err != nil {
			return nil, err
		}
		after[r.OrderID] = &r.Order
		w.told[r.OrderID] += int64(len(r.To))
	}
	for _, id := range slices.Sorted(maps.Keys(after)) {
		if before[id] == nil {
			w.placed = append(w.placed, after[id])
		} else {
			w.moved = append(w.moved, after[id])
		}
	}
	w.delivery = newDelivery(records, m.heads)
	return w, nil
}

// script takes the statements of a transaction.
type script interface {
	exec(sql string, args ...any) // one of the written statements, whose rows are of no interest
	flush()                       // has the server begin with what there is
}

// commit writes and commits on a connection on which nothing else is under way. Inboxes come last, so that nobody waits for their
// places longer than a commit takes.
func (w *writing) commit(p *pipeline) error {
	w.change(p)
	w.sendAcks(p)
	w.delivery.send(p)
	return p.commit()
}

// transact writes and commits what a whole transaction consists of, with inboxes that are remembered.
func (w *writing) transact(s script) {
	s.exec(begin)
	w.change(s)
	w.delivery.add(s)
	s.exec(end)
}

// change writes orders and events. Each part is made when it is its turn, while the server is at the one before.
func (w *writing) change(s script) {
	if len(w.moved) > 0 {
		s.exec(moveOrders, w.orderRows(w.moved)...)
		s.flush()
	}
	if len(w.placed) > 0 {
		s.exec(placeOrders, w.orderRows(w.placed)...)
	}
	if len(w.records) > 0 {
		w.addEvents(s)
		s.flush()
		w.keepLists(s)
	}
}

// events are the rows of inboxes, as their readers get them.
func (w *writing) events() []wire.Event { return w.delivery.events(w.records) }

// keepLists brings up to date who has which orders open, in which lists they stand, and which have ended.
func (w *writing) keepLists(s script) {
	var begun, over []involvement
	var listed []listing
	var ended []*callout.Order
	for _, orders := range [][]*callout.Order{w.placed, w.moved} {
		for _, o := range orders {
			if o.Status.Ends() {
				ended = append(ended, o)
			}
			before := w.before[o.ID]
			was, is := involved(before), involved(o)
			begun = appendMissing(begun, o.ID, is, was)
			over = appendMissing(over, o.ID, was, is)
			listed = appendListings(listed, before, o)
		}
	}
	if len(begun)+len(over)+len(ended)+len(listed) == 0 {
		return
	}
	s.exec(keepLists, column(begun, userOf), column(begun, orderOf), column(over, userOf), column(over, orderOf),
		column(ended, func(o *callout.Order) int64 { return o.UpdatedAt.UnixMilli() }),
		column(ended, func(o *callout.Order) string { return o.ID }),
		column(listed, func(l listing) string { return l.list }),
		column(listed, func(l listing) int64 { return l.placedAt }),
		column(listed, func(l listing) string { return l.orderID }),
		column(ended, func(o *callout.Order) int64 { return o.PlacedAt.UnixMilli() }))
}

// appendListings appends the lists that an order stands in from now on: since it is new, or since somebody has it.
func appendListings(list []listing, before, o *callout.Order) []listing {
	add := func(name string) { list = append(list, listing{name, o.PlacedAt.UnixMilli(), o.ID}) }
	if before == nil {
		add(listOfAll)
		add(o.ClientID)
		if !o.Status.Ends() {
			add(listOfOpen)
		}
	}
	if o.ServicemanID != "" && (before == nil || before.ServicemanID == "") {
		add(o.ServicemanID)
	}
	return list
}

func (w *writing) orderRows(orders []*callout.Order) []any {
	return []any{
		column(orders, func(o *callout.Order) string { return o.ID }),
		column(orders, func(o *callout.Order) int64 { return o.Version }),
		column(orders, func(o *callout.Order) int16 { return int16(o.Status) }),
		column(orders, func(o *callout.Order) string { return o.ClientID }),
		column(orders, func(o *callout.Order) string { return o.ServicemanID }),
		column(orders, func(o *callout.Order) string { return strings.Join(o.Former, ",") }), // no id has a comma
		column(orders, func(o *callout.Order) int64 { return o.PlacedAt.UnixMilli() }),
		column(orders, func(o *callout.Order) int64 { return o.UpdatedAt.UnixMilli() }),
		column(orders, func(o *callout.Order) int64 { return o.DueAt.UnixMilli() }),
		column(orders, func(o *callout.Order) int16 { return int16(o.DueEvent) }),
		column(orders, func(o *callout.Order) int64 { return w.told[o.ID] }),
		column(orders, w.versionBefore),
	}
}

func (w *writing) versionBefore(o *callout.Order) int64 {
	if before := w.before[o.ID]; before != nil {
		return before.Version
	}
	return 0
}

// addEvents adds events in the order of their keys.
func (w *writing) addEvents(s script) {
	events := make([]*store.Record, len(w.records))
	for i := range w.records {
		events[i] = &w.records[i]
	}
	slices.SortFunc(events, func(a, b *store.Record) int {
		return cmp.Or(cmp.Compare(a.CommandID, b.CommandID), cmp.Compare(a.Sender.ID, b.Sender.ID))
	})
	s.exec(writeEvents,
		column(events, func(r *store.Record) string { return r.OrderID }),
		column(events, func(r *store.Record) int64 { return r.Version }),
		column(events, func(r *store.Record) int16 { return int16(r.Status) }),
		column(events, func(r *store.Record) int16 { return int16(r.Order.Status) }),
		column(events, func(r *store.Record) string { return r.Sender.ID }),
		column(events, func(r *store.Record) string { return string(r.Sender.Role) }),
		column(events, func(r *store.Record) string { return r.CommandID }),
		column(events, digestOf),
		column(events, func(r *store.Record) int64 { return r.At.UnixMilli() }),
		column(events, func(r *store.Record) []byte { return r.Party }),
		column(events, func(r *store.Record) []byte { return r.Offer }),
		column(events, func(r *store.Record) []byte { return r.Extra }),
	)
}

// digestOf is nil for an event of the system's.
func digestOf(r *store.Record) []byte {
	if r.Sender.Role == callout.System {
		return nil
	}
	return r.Digest[:]
}

func userOf(i involvement) string  { return i.userID }
func orderOf(i involvement) string { return i.orderID }

// involved lists who is a party to an order, or has it on offer, unless it has ended or does not exist.
func involved(o *callout.Order) []string {
	if o == nil || o.Status.Ends() {
		return nil
	}
	users := append(make([]string, 0, 2+len(o.Receivers)), o.ClientID)
	if o.ServicemanID != "" {
		users = append(users, o.ServicemanID)
	}
	return append(users, o.Receivers...)
}

// appendMissing appends an involvement for each of the users who is not among the others.
func appendMissing(list []involvement, orderID string, users, others []string) []involvement {
	if slices.Equal(users, others) {
		return list
	}
	for _, id := range users {
		if !slices.Contains(others, id) {
			list = append(list, involvement{id, orderID})
		}
	}
	return list
}
