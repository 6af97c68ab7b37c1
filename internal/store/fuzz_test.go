package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/internal/store/storetest"
)

// server is the PostgreSQL that the tests of this binary use.
var server pgtest.Server

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(server.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// FuzzStoresAreAlike: any commands end in the same state in the rules alone, in SQLite, and in PostgreSQL.
func FuzzStoresAreAlike(f *testing.F) {
	storetest.Alike(f, openSQLite, openPostgres)
}

func openSQLite(t testing.TB, clock func() time.Time) storetest.Store {
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "callout.db"), sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, db.Close()) })
	return db
}

func openPostgres(t testing.TB, clock func() time.Time) storetest.Store {
	db, err := postgres.Open(t.Context(), server.Database(t), postgres.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, db.Close()) })
	return db
}

func closed(t testing.TB, err error) {
	if err != nil {
		t.Error(err)
	}
}
