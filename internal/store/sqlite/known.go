package sqlite

import (
	"errors"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// known is what the writer remembers of users and of orders that have not ended, so that a commit need not read what one
// before it has read or written. It is true as long as nobody else writes to what it speaks of, so all is forgotten when another
// connection has written anything, and whenever a transaction of the writer's has failed.
type known struct {
	version int64                // of the database; it changes when another connection has written
	users   *store.Recent[*user] // of the writer alone
	orders  *store.Recent[chain]
}

func newKnown(users, orders int) known {
	return known{users: store.NewRecent[*user](users), orders: store.NewRecent[chain](orders)}
}

// forget forgets everything.
func (k *known) forget() {
	k.users.Forget()
	k.orders.Forget()
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
