package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// transaction is one group while it is committed.
type transaction struct {
	conn       *sqlite3.Conn
	known      *known
	loaded     store.Loaded
	maxDevices int // of a user
	forgotten  int // devices that were too many

	chains map[string]*chain // by order
	users  map[string]*user  // recipients and those who acknowledge; head counts what the group adds
}

// chain is where an order's events have got to.
type chain struct {
	n       int64          // of the order; 0 until it is stored
	version int64          // of its newest event; 0 before the first
	event   int64          // the newest event
	order   *callout.Order // after its newest event; shared with whoever decides, and never changed
	told    int64          // rows of inboxes that the group adds
}

func (tx *transaction) load(g store.Group) error {
	tx.loaded.Orders = make(map[string]*callout.Order, len(g.Orders))
	for _, id := range g.Orders {
		if err := tx.loadOrder(id); err != nil {
			return fmt.Errorf("order %s: %w", id, err)
		}
	}
	tx.loaded.Repeats = make(map[store.Key]store.Repeat)
	for _, key := range g.Keys {
		if err := tx.loadRepeat(key); err != nil {
			return fmt.Errorf("repeat of %s's %q: %w", key.SenderID, key.CommandID, err)
		}
	}
	tx.loaded.Open = make(map[string]int, len(g.Placers))
	for _, id := range g.Placers {
		if err := tx.countOpen(id); err != nil {
			return fmt.Errorf("open orders of %s: %w", id, err)
		}
	}
	return nil
}

func (tx *transaction) countOpen(userID string) error {
	const query = `SELECT count(*) FROM open_orders p JOIN orders o ON o.n = p."order"
		WHERE p.user = (SELECT n FROM users WHERE id = ?1) AND o.client_id = (SELECT ?1)`
	return run(tx.conn, query, func(row *sqlite3.Stmt) error {
		tx.loaded.Open[userID] = row.ColumnInt(0)
		return nil
	}, userID)
}

func (tx *transaction) loadOrder(id string) error {
	if c, ok := tx.known.orders.Get(id); ok {
		tx.loaded.Orders[id], tx.chains[id] = c.order, &c
		return nil
	}
	const query = `SELECT n, last_event, former, updated_at, due_code, (SELECT party FROM events WHERE events.id = last_event)
		FROM orders WHERE id = ?`
	return run(tx.conn, query, func(row *sqlite3.Stmt) error {
		o, err := scanOrder(row, 2)
		if err != nil {
			return err
		}
		tx.loaded.Orders[id] = o
		tx.chains[id] = &chain{n: row.ColumnInt64(0), version: o.Version, event: row.ColumnInt64(1), order: o}
		tx.remember(tx.chains[id])
		return nil
	}, id)
}

// remember keeps an order for the commits that follow. One that has ended is of no use any more.
func (tx *transaction) remember(c *chain) {
	if c.order.Status.Ends() {
		tx.known.orders.Drop(c.order.ID)
	} else {
		tx.known.orders.Put(c.order.ID, *c)
	}
}

// repeatQuery reads the event of a user's command.
const repeatQuery = `SELECT digest, order_id, version FROM events WHERE sender_id = ? AND command_id = ? AND sender_id <> 'system'`

func (tx *transaction) loadRepeat(key store.Key) error {
	return run(tx.conn, repeatQuery, func(row *sqlite3.Stmt) error {
		r := store.Repeat{OrderID: row.ColumnText(1), Version: row.ColumnInt64(2)}
		row.ColumnBytes(0, r.Digest[:])
		tx.loaded.Repeats[key] = r
		return nil
	}, key.SenderID, key.CommandID)
}

// scanOrder reads an order from its columns former, updated_at, due_code and party, the first of which is col.
func scanOrder(row *sqlite3.Stmt, col int) (*callout.Order, error) {
	var o callout.Order
	if err := json.Unmarshal(columnBytes(row, col+3), &o); err != nil {
		return nil, fmt.Errorf("decode the order: %w", err)
	}
	if err := json.Unmarshal(columnBytes(row, col), &o.Former); err != nil {
		return nil, fmt.Errorf("decode its former servicemen: %w", err)
	}
	o.UpdatedAt = fromMillis(row.ColumnInt64(col + 1))
	o.DueEvent = callout.Status(row.ColumnInt(col + 2))
	return &o, nil
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
