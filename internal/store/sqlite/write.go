package sqlite

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// write adds the records' events to the inboxes of their recipients, brings their orders up to date, and keeps the acks.
func (tx *transaction) write(records []store.Record, acks []store.Ack) ([]wire.Event, error) {
	rows := make([]wire.Event, 0, 2*len(records))
	added := make([]inboxRow, 0, 2*len(records))
	for i := range records {
		r := &records[i]
		event, err := tx.addEvent(r)
		if err != nil {
			return nil, fmt.Errorf("add %s: %w", wire.EventName(r.OrderID, r.Version), err)
		}
		tx.chains[r.OrderID].told += int64(len(r.To))
		for _, to := range r.To {
			u, err := tx.user(to.UserID)
			if err != nil {
				return nil, fmt.Errorf("find %s's inbox: %w", to.UserID, err)
			}
			u.head++
			added = append(added, inboxRow{u.n, u.head, event, to.View})
			row := r.Row(to, u.head)
			rows = append(rows, row.Event())
		}
	}
	if err := tx.addRows(added); err != nil {
		return nil, fmt.Errorf("add rows to inboxes: %w", err)
	}
	for i := range records {
		c := tx.chains[records[i].OrderID]
		if c.version != records[i].Version {
			continue // the order has moved on
		}
		if err := tx.putOrder(c); err != nil {
			return nil, fmt.Errorf("put order %s: %w", records[i].OrderID, err)
		}
		order := records[i].Order // by itself, or what is remembered would hold the whole group
		c.order, c.told = &order, 0
		tx.remember(c)
	}
	for i := range records {
		if err := tx.putOpen(&records[i]); err != nil {
			return nil, fmt.Errorf("put who has order %s open: %w", records[i].OrderID, err)
		}
	}
	if err := tx.putLists(records); err != nil {
		return nil, fmt.Errorf("put orders into lists: %w", err)
	}
	for _, a := range acks {
		if err := tx.putAck(a); err != nil {
			return nil, fmt.Errorf("put the ack of %s's %s: %w", a.UserID, a.Device, err)
		}
	}
	return rows, nil
}

// addEvent adds an event to the chain of its order.
func (tx *transaction) addEvent(r *store.Record) (int64, error) {
	const insert = `INSERT INTO events (order_id, version, status, order_status, sender_id, sender_role, command_id, digest, at,
		prev, party, offer, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	c := tx.chains[r.OrderID]
	if c == nil {
		c = new(chain)
		tx.chains[r.OrderID] = c
	}
	if r.Version != c.version+1 {
		return 0, fmt.Errorf("%w: version %d does not follow %d", store.BadData, r.Version, c.version)
	}
	var offer, prev any
	if r.Offer != nil {
		offer = string(r.Offer)
	}
	if c.event != 0 {
		prev = c.event
	}
	if err := run(tx.conn, insert, nil, r.OrderID, r.Version, int64(r.Status), int64(r.Order.Status), r.Sender.ID,
		string(r.Sender.Role), r.CommandID, r.Digest[:], r.At.UnixMilli(), prev, string(r.Party), offer, string(r.Extra)); err != nil {
		return 0, err
	}
	c.event, c.version, c.order = tx.conn.LastInsertRowID(), r.Version, &r.Order
	return c.event, nil
}

// inboxRow is a row of an inbox as it is stored.
type inboxRow struct {
	user, seq, event int64
	view             callout.View
}

// addRows adds rows to inboxes, those of an inbox beside each other.
func (tx *transaction) addRows(rows []inboxRow) error {
	slices.SortFunc(rows, func(a, b inboxRow) int { return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.seq, b.seq)) })
	values := make([]int64, 0, 4*len(rows))
	for _, r := range rows {
		values = append(values, r.user, r.seq, r.event, int64(r.view))
	}
	return insert(tx.conn, `inbox (user, seq, event, view)`, 4, values)
}

// rowsAtOnce are how many rows one statement adds: as many as may be, since a statement costs more than a row of it.
var rowsAtOnce = []int{64, 8, 1}

// insert adds rows of so many numbers each. What is refused is rolled back with the whole transaction, which is over then: to undo the
// statement alone SQLite would keep a copy of every page that it writes.
func insert(conn *sqlite3.Conn, into string, width int, values []int64) error {
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	for _, n := range rowsAtOnce {
		for ; len(values) >= n*width; values = values[n*width:] {
			stmt, err := conn.Prepare(`INSERT OR ROLLBACK INTO ` + into + ` VALUES ` + row + strings.Repeat(", "+row, n-1))
			if err != nil {
				return err
			}
			for i, v := range values[:n*width] {
				stmt.BindInt64(i+1, v)
			}
			if _, err := stmt.Step(); err != nil {
				return err
			}
		}
	}
	return nil
}

// user finds somebody's inbox, and makes one for whoever is new.
func (tx *transaction) user(id string) (*user, error) {
	if u := tx.users[id]; u != nil {
		return u, nil
	}
	if u, ok := tx.known.users.Get(id); ok {
		tx.users[id] = u
		return u, nil
	}
	u, err := readUser(tx.conn, id)
	if err != nil {
		return nil, err
	}
	if u.n == 0 {
		if err := run(tx.conn, `INSERT INTO users (id) VALUES (?)`, nil, id); err != nil {
			return nil, err
		}
		u.n = tx.conn.LastInsertRowID()
	}
	tx.users[id] = &u
	tx.known.users.Put(id, &u)
	return &u, nil
}

// putOrder writes an order as its last record left it.
func (tx *transaction) putOrder(c *chain) error {
	const insert = `INSERT INTO orders (version, status, serviceman_id, last_event, former, updated_at, due_at, due_code, told,
		id, client_id, placed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	const update = `UPDATE orders SET version = ?, status = ?, serviceman_id = ?, last_event = ?, former = ?, updated_at = ?,
		due_at = ?, due_code = ?, told = told + ? WHERE n = ?`
	o := c.order
	former, err := formerJSON(o.Former)
	if err != nil {
		return err
	}
	args := []any{c.version, int64(o.Status), orNull(o.ServicemanID), c.event, former, o.UpdatedAt.UnixMilli(), nil, nil, c.told}
	if !o.DueAt.IsZero() {
		args[6] = o.DueAt.UnixMilli()
	}
	if o.DueEvent != 0 {
		args[7] = int64(o.DueEvent)
	}
	if c.n != 0 {
		if err := run(tx.conn, update, nil, append(args, c.n)...); err != nil {
			return err
		}
		return changedOne(tx.conn)
	}
	if err := run(tx.conn, insert, nil, append(args, o.ID, o.ClientID, o.PlacedAt.UnixMilli())...); err != nil {
		return err
	}
	c.n = tx.conn.LastInsertRowID()
	return nil
}

// putOpen keeps the list of those to whom an order is open. All whose standing an event changes are told of it.
func (tx *transaction) putOpen(r *store.Record) error {
	const insert = `INSERT INTO open_orders (user, "order") VALUES (?, ?)`
	const remove = `DELETE FROM open_orders WHERE user = ? AND "order" = ?`
	order := tx.chains[r.OrderID].n
	for _, to := range r.To {
		var err error
		switch {
		case r.Status == callout.Placed:
			err = run(tx.conn, insert, nil, tx.users[to.UserID].n, order)
		case r.Order.Status.Ends(), to.View == callout.ClosedView:
			err = run(tx.conn, remove, nil, tx.users[to.UserID].n, order)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// putLists keeps the lists that orders stand in: their clients' from the beginning, their servicemen's once there is one, and that of
// open orders to their end.
func (tx *transaction) putLists(records []store.Record) error {
	const remove = `DELETE FROM lists WHERE list = ? AND placed_at = ? AND "order" = ?`
	var added []int64
	for i := range records {
		r := &records[i]
		at, n := r.Order.PlacedAt.UnixMilli(), tx.chains[r.OrderID].n
		switch {
		case r.Status == callout.Placed:
			added = append(added, listOfAll, at, n, tx.users[r.Order.ClientID].n, at, n)
			if open := tx.chains[r.OrderID].order; !open.Status.Ends() {
				added = append(added, listOfOpen, at, n)
			}
		case r.Status == callout.Accepted:
			added = append(added, tx.users[r.Order.ServicemanID].n, at, n)
		case r.Order.Status.Ends():
			if err := run(tx.conn, remove, nil, listOfOpen, at, n); err != nil {
				return err
			}
		}
	}
	return insert(tx.conn, `lists (list, placed_at, "order")`, 3, added)
}

func formerJSON(former []string) (string, error) {
	if len(former) == 0 {
		return "[]", nil
	}
	data, err := json.Marshal(former)
	return string(data), err
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
