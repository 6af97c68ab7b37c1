package postgres_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
	"github.com/calloutd/callout/internal/store/storetest"
)

// server is what all tests of this binary share that do not stop theirs.
var server pgtest.Server

func TestMain(m *testing.M) {
	// Of the plays of the contract, which is held to three times: the race detector makes them slow. A flag of the command line goes first.
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := errors.Join(server.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// TestContract holds the store to it also when it remembers nothing of what it has written, and when groups are sent by a stream.
func TestContract(t *testing.T) {
	alone := func(_ *testing.T, db *postgres.DB) storetest.Store { return db }
	streams := func(t *testing.T, db *postgres.DB) storetest.Store { return newStreamed(t, db) }
	t.Run("Remembering", func(t *testing.T) { contract(t, store.RecentOrders, alone) })
	t.Run("RememberingNothing", func(t *testing.T) { contract(t, 0, alone) })
	t.Run("Streaming", func(t *testing.T) { contract(t, store.RecentOrders, streams) })
}

func contract(t *testing.T, remembers int, as func(*testing.T, *postgres.DB) storetest.Store) {
	storetest.Run(t, func(t *testing.T, clock func() time.Time) (storetest.Store, store.Users) {
		url := server.Database(t)
		db := open(t, url, postgres.Options{Clock: clock})
		db.RememberAtLeast(remembers)
		users, err := postgres.OpenUsers(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := users.Close(); err != nil {
				t.Error(err)
			}
		})
		return as(t, db), users
	})
}

func open(t testing.TB, url string, o postgres.Options) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
