package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"
)

func TestPragmasAreInForce(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	w, err := db.takeWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPragmas(w.conn, append(pragmasOfAll(), pragmasOfWriter()...)); err != nil {
		t.Errorf("writer: %v", err)
	}
	db.writer <- w
	err = db.read(t.Context(), func(conn *sqlite3.Conn) error {
		if err := run(conn, "INSERT INTO users (id) VALUES ('c-1')", nil); sqlite3.ErrCode(err).ToPrimary() != sqlite3.ResultReadOnly {
			t.Errorf("a reader writes: %v", err)
		}
		return checkPragmas(conn, pragmasOfAll())
	})
	if err != nil {
		t.Errorf("reader: %v", err)
	}
}

func TestAPragmaThatDoesNotTakeIsAnError(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	for _, p := range []pragma{{"synchronus", "FULL", "2"}, {"synchronous", "FUL", "2"}, {"journal_mode", "MEMORY", "memory"}} {
		err := db.read(t.Context(), func(conn *sqlite3.Conn) error { return setPragmas(conn, []pragma{p}) })
		if err == nil {
			t.Errorf("%s = %s is taken", p.name, p.value)
		}
	}
}

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	mustPlace(t, db, "o-1")
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", info.Name(), info.Mode())
		}
	}
	mustClose(t, db)
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the WAL after the end: %v", err)
	}
	db = mustOpen(t, path)
	mustHold(t, db, "o-1")
	mustClose(t, db)
}

func TestASecondServerIsRefusedByName(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		_, err := Open(t.Context(), name, Options{Clock: time.Now})
		var inUse *InUseError
		if !errors.As(err, &inUse) {
			t.Fatalf("second open: %v", err)
		}
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("process %d on host %s", os.Getpid(), host); inUse.Holder != want {
			t.Errorf("the holder is %q, want %q", inUse.Holder, want)
		}
	}
	mustClose(t, db)
	mustClose(t, mustOpen(t, path))
}

func TestOneWhoWaitsTakesOver(t *testing.T) {
	path := pathIn(t)
	first := mustOpen(t, path)
	mustPlace(t, first, "o-1")
	opened := make(chan error, 1)
	var second *DB
	go func() {
		var err error
		second, err = Open(t.Context(), path, Options{Clock: time.Now, Wait: true})
		opened <- err
	}()
	mustPlace(t, first, "o-2")
	select {
	case err := <-opened:
		t.Fatalf("opened beside the first: %v", err)
	default:
	}
	mustClose(t, first)
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	mustHold(t, second, "o-1", "o-2")
	mustPlace(t, second, "o-3")
	mustClose(t, second)
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	defer mustClose(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	opened := make(chan error, 1)
	go func() {
		_, err := Open(ctx, path, Options{Clock: time.Now, Wait: true})
		opened <- err
	}()
	cancel()
	if err := <-opened; !errors.Is(err, context.Canceled) {
		t.Fatalf("open: %v", err)
	}
}

func TestForeignFilesAreRefusedAndLeftAsTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		make func(path string)
		says string
	}{
		"text": {func(path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not an SQLite database"},
		"tables": {func(path string) { raw(t, path, "CREATE TABLE users (id)") }, "another program's"},
		"id":     {func(path string) { raw(t, path, "PRAGMA application_id = 7; CREATE TABLE t (id)") }, "application_id is 0x7"},
		"newer": {func(path string) {
			mustClose(t, mustOpen(t, path))
			raw(t, path, "PRAGMA user_version = 9999; PRAGMA journal_mode = DELETE;")
		}, "newer Callout"},
	} {
		path := filepath.Join(t.TempDir(), name)
		c.make(path)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, openErr := Open(t.Context(), path, Options{Clock: time.Now})
		_, readErr := OpenReadOnly(t.Context(), path)
		for _, err := range []error{openErr, readErr} {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		after, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(before) != string(after) {
			t.Errorf("%s: the file is changed", name)
		}
	}
}

func TestAClosedDatabaseRefusesEverything(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	mustClose(t, db)
	if _, err := place(t, db, "o-1"); err == nil {
		t.Error("a commit is taken")
	}
	if _, err := db.Heads(t.Context(), []string{"c-1"}); err == nil {
		t.Error("a read is answered")
	}
}
