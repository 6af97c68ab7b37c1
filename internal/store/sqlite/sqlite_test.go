package sqlite

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
	sqlite3 "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/storetest"
	"github.com/calloutd/callout/internal/wire"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		child(role, os.Getenv(childPath))
		return
	}
	// Of the plays of the contract, which is held to three times: the race detector makes them slow. A flag of the command line goes first.
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// TestContract holds the store to it also when it remembers next to nothing, or nothing, of what it has written.
func TestContract(t *testing.T) {
	for name, most := range map[string]int{"Remembering": store.RecentUsers, "RememberingOne": 1, "RememberingNothing": 0} {
		t.Run(name, func(t *testing.T) { contract(t, most) })
	}
}

func contract(t *testing.T, remembers int) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) (storetest.Store, store.Users) {
		path := pathIn(t)
		db, err := Open(t.Context(), path, Options{Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { mustClose(t, db) })
		remember(t, db, remembers)
		users, err := OpenUsers(path, clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := users.Close(); err != nil {
				t.Error(err)
			}
		})
		return db, users
	})
}

// remember has the writer forget everything, and remember so many users and orders from then on.
func remember(t testing.TB, db *DB, most int) {
	t.Helper()
	w, err := db.takeWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.known = newKnown(most, most)
	db.orders = w.known.orders
	db.writer <- w
}

func pathIn(t testing.TB) string { return filepath.Join(t.TempDir(), "callout.db") }

func mustOpen(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func mustClose(t testing.TB, db interface{ Close() error }) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// place commits a PLACED of an order with this id, by c-1 to s-1.
func place(t testing.TB, db *DB, orderID string) ([]wire.Event, error) {
	t.Helper()
	r := placed(t, orderID)
	return db.Commit(t.Context(), store.Group{Orders: []string{orderID}}, func(store.Loaded) []store.Record {
		return []store.Record{r}
	})
}

func mustPlace(t testing.TB, db *DB, orderID string) {
	t.Helper()
	if _, err := place(t, db, orderID); err != nil {
		t.Fatal(err)
	}
}

func placed(t testing.TB, orderID string) store.Record {
	t.Helper()
	r, err := placedRecord(orderID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func placedRecord(orderID string) (store.Record, error) {
	cmd := callout.Command{
		ID: "place-" + orderID, Sender: callout.Actor{ID: "c-1", Role: callout.Client}, OrderID: orderID,
		Status: callout.Placed, Receivers: []string{"s-1"},
	}
	events, err := callout.DefaultRules().Apply(nil, cmd, time.Now())
	if err != nil {
		return store.Record{}, err
	}
	return store.NewRecord(events[0], [16]byte{1})
}

// mustHold holds the database to as many orders of c-1 as are named, in this order and told in this order.
func mustHold(t testing.TB, in store.Inbox, orderIDs ...string) {
	t.Helper()
	rows, err := in.Page(t.Context(), "c-1", 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if i >= len(orderIDs) || row.OrderID != orderIDs[i] || row.Seq != int64(i)+1 {
			t.Fatalf("row %d is number %d, of order %s; want %v", i+1, row.Seq, row.OrderID, orderIDs)
		}
	}
	if len(rows) != len(orderIDs) {
		t.Fatalf("%d rows, want %d", len(rows), len(orderIDs))
	}
}

// raw runs SQL on a file as any other program would.
func raw(t testing.TB, path, sql string) {
	t.Helper()
	conn, err := sqlite3.OpenConn(path, sqlite3.OpenReadWrite|sqlite3.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, conn)
	if err := sqlitex.ExecuteScript(conn, sql, nil); err != nil {
		t.Fatal(err)
	}
}
