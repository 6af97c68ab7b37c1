package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// onWriter runs SQL on the connection that writes.
func onWriter(t *testing.T, db *DB, sql string) {
	t.Helper()
	w, err := db.takeWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { db.writer <- w }()
	if err := run(w.conn, sql, nil); err != nil {
		t.Fatal(err)
	}
}

// TestAFullDisk: what does not fit is not written, what it failed with is no fault of the data, and once there is room
// the database goes on.
func TestAFullDisk(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	mustPlace(t, db, "o-0")
	onWriter(t, db, "PRAGMA max_page_count = 40")
	held := []string{"o-0"}
	var err error
	for i := 1; err == nil; i++ {
		id := fmt.Sprintf("o-%d", i)
		if _, err = place(t, db, id); err == nil {
			held = append(held, id)
		}
	}
	if sqlite3.ErrCode(err).ToPrimary() != sqlite3.ResultFull {
		t.Fatalf("what a full disk gives: %v", err)
	}
	for _, fault := range []store.Fault{store.BadData, store.TryAgain, store.Broken} {
		if errors.Is(err, fault) {
			t.Errorf("a full disk is %q", fault)
		}
	}
	mustHold(t, db, held...)
	onWriter(t, db, "PRAGMA max_page_count = 1000000")
	mustPlace(t, db, "o-more")
	mustHold(t, db, append(held, "o-more")...)
}

func TestALockedDatabaseSaysTryAgain(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	defer mustClose(t, db)
	onWriter(t, db, "PRAGMA busy_timeout = 1")
	other, err := sqlite3.OpenConn(path, sqlite3.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, other)
	if err := run(other, "BEGIN IMMEDIATE", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := place(t, db, "o-1"); !errors.Is(err, store.TryAgain) {
		t.Errorf("beside another writer: %v", err)
	}
	if err := run(other, "ROLLBACK", nil); err != nil {
		t.Fatal(err)
	}
	mustPlace(t, db, "o-1")
}

// TestAPanicWhileDeciding leaves nothing behind that the next commit falls over.
func TestAPanicWhileDeciding(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is swallowed")
			}
		}()
		_, err := db.Commit(t.Context(), store.Group{}, func(store.Loaded) []store.Record { panic("on purpose") })
		t.Errorf("commit: %v", err)
	}()
	mustPlace(t, db, "o-1")
}

// TestAVersionThatLeavesAGap: the events of an order are 1, 2, 3, …, whatever decides.
func TestAVersionThatLeavesAGap(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	r := placed(t, "o-1")
	r.Version, r.Order.Version = 2, 2
	_, err := db.Commit(t.Context(), store.Group{}, func(store.Loaded) []store.Record { return []store.Record{r} })
	if !errors.Is(err, store.BadData) || !strings.Contains(err.Error(), "version 2 does not follow 0") {
		t.Errorf("commit: %v", err)
	}
	mustHold(t, db)
}

// TestWaitingForTheWriter ends with the context of who waits.
func TestWaitingForTheWriter(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	var inner error
	_, err := db.Commit(t.Context(), store.Group{}, func(store.Loaded) []store.Record {
		_, inner = db.Commit(ctx, store.Group{}, func(store.Loaded) []store.Record { return nil })
		return nil
	})
	if err != nil || !errors.Is(inner, context.DeadlineExceeded) {
		t.Errorf("the commit that writes: %v; the one that waits: %v", err, inner)
	}
}

// TestWhatACommitFailsWith: an error of the data or of the moment is one before COMMIT; after an I/O error of COMMIT
// itself nothing is certain.
func TestWhatACommitFailsWith(t *testing.T) {
	for code, want := range map[sqlite3.ResultCode]struct{ before, at error }{
		sqlite3.ResultConstraintCheck:  {store.BadData, nil},
		sqlite3.ResultConstraintUnique: {store.BadData, nil},
		sqlite3.ResultTooBig:           {store.BadData, nil},
		sqlite3.ResultBusy:             {store.TryAgain, nil},
		sqlite3.ResultLocked:           {store.TryAgain, nil},
		sqlite3.ResultCorrupt:          {store.Broken, store.Broken},
		sqlite3.ResultNotADB:           {store.Broken, store.Broken},
		sqlite3.ResultIOErrFsync:       {nil, store.Broken},
		sqlite3.ResultIOErrWrite:       {nil, store.Broken},
		sqlite3.ResultFull:             {nil, nil},
	} {
		err := fmt.Errorf("as it comes: %w", code.ToError())
		for _, fault := range []store.Fault{store.BadData, store.TryAgain, store.Broken} {
			if got := errors.Is(beforeCommit(t.Context(), err), fault); got != errors.Is(want.before, fault) {
				t.Errorf("%v before COMMIT is %q: %v", code, fault, got)
			}
			if got := errors.Is(ofCommit(err), fault); got != errors.Is(want.at, fault) {
				t.Errorf("%v of COMMIT is %q: %v", code, fault, got)
			}
		}
	}
}
