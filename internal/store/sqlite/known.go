package sqlite

import (
	"errors"

	sqlite3 "zombiezen.com/go/sqlite"
)

// known is what the writer remembers of users and of orders that have not ended, so that a commit need not read what one
// before it has read or written. It is true as long as nobody else writes to what it speaks of, so all is forgotten when another
// connection has written anything, and whenever a transaction of the writer's has failed.
type known struct {
	version int64 // of the database; it changes when another connection has written
	users   memory[user]
	orders  memory[chain]
}

// How many the writer remembers at least, as long as there are so many, and twice as many at most: some 30 MB then.
const (
	knownUsers  = 32768
	knownOrders = 8192
)

func newKnown(users, orders int) known {
	return known{users: memory[user]{most: users}, orders: memory[chain]{most: orders}}
}

// forget forgets everything.
func (k *known) forget() {
	k.users.forget()
	k.orders.forget()
}

// refresh forgets everything if another connection has written since the last time. It is called in a transaction that
// nobody else writes beside.
func (k *known) refresh(conn *sqlite3.Conn) error {
	version := int64(0)
	err := run(conn, `PRAGMA data_version`, func(row *sqlite3.Stmt) error {
		version = row.ColumnInt64(0)
		return nil
	})
	if err != nil || version != k.version {
		k.forget()
	}
	k.version = version
	return err
}

// errNotAsKnown says that an update has not found its one row: what is remembered of it is not true. It leads to the group being
// run again, with everything forgotten.
var errNotAsKnown = errors.New("the row to be updated is not there")

// changedOne holds the last statement to having changed one row.
func changedOne(conn *sqlite3.Conn) error {
	if conn.Changes() != 1 {
		return errNotAsKnown
	}
	return nil
}

// memory remembers things by id: the last most that were put or found, and as many more at most.
type memory[T any] struct {
	most       int
	young, old map[string]*T // the old are forgotten when there are as many young ones as may be
}

// get finds a thing; nil: it is not remembered.
func (m *memory[T]) get(id string) *T {
	if t := m.young[id]; t != nil {
		return t
	}
	t := m.old[id]
	if t != nil {
		m.put(id, t)
	}
	return t
}

func (m *memory[T]) put(id string, t *T) {
	if len(m.young) >= m.most {
		m.young, m.old = nil, m.young
	}
	if m.most == 0 {
		return
	}
	if m.young == nil {
		m.young = make(map[string]*T)
	}
	m.young[id] = t
}

func (m *memory[T]) drop(id string) {
	delete(m.young, id)
	delete(m.old, id)
}

func (m *memory[T]) forget() { m.young, m.old = nil, nil }
