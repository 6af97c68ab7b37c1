//go:build unix

package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// The test binary runs itself as a server that is killed, or whose disk fails.
const (
	childRole = "CALLOUT_TEST_CHILD"
	childPath = "CALLOUT_TEST_PATH"
)

// child commits order after order, and says on its stdout which are committed.
func child(role, path string) {
	ctx := context.Background()
	db, err := Open(ctx, path, Options{Clock: time.Now})
	if err != nil {
		fmt.Println("open:", err)
		return
	}
	for i := 0; ; i++ {
		id := fmt.Sprintf("o-%d", i)
		r, err := placedRecord(id)
		if err != nil {
			fmt.Println("make:", err)
			return
		}
		if role == "limited" && i == 50 {
			limitFiles(path + "-wal")
		}
		_, err = db.Commit(ctx, store.Group{Orders: []string{id}}, func(store.Loaded) []store.Record { return []store.Record{r} })
		if err != nil {
			_, again := db.Commit(ctx, store.Group{}, func(store.Loaded) []store.Record { return nil })
			fmt.Println("broken:", errors.Is(err, store.Broken), errors.Is(again, store.Broken))
			return
		}
		fmt.Println("committed:", id)
	}
}

// limitFiles lets no file of this process grow longer than this one is.
func limitFiles(path string) {
	info, err := os.Stat(path)
	if err != nil {
		fmt.Println("stat:", err)
		return
	}
	size := uint64(info.Size())
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
		fmt.Println("limit:", err)
	}
}

func startChild(t *testing.T, role, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	cmd.Stderr = new(bytes.Buffer)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestAKilledServer: all that it has said to be committed is there, nothing is torn, and its lock is gone.
func TestAKilledServer(t *testing.T) {
	path := pathIn(t)
	cmd, lines := startChild(t, "killed", path)
	said := 0
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "committed: ") {
			t.Fatalf("the child says %q", lines.Text())
		}
		if said++; said == 200 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || said < 200 {
		t.Fatalf("the child ends with %v after %d commits", err, said)
	}
	r, err := OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	mustBeWhole(t, r, said)
	mustClose(t, r)
	db := mustOpen(t, path)
	mustBeWhole(t, db.Reader, said)
	mustPlace(t, db, "o-after")
	mustClose(t, db)
}

// TestADiskThatFailsACommit: the database cannot be trusted from then on, and what was committed before is there.
func TestADiskThatFailsACommit(t *testing.T) {
	path := pathIn(t)
	cmd, lines := startChild(t, "limited", path)
	said, last := 0, ""
	for lines.Scan() {
		last = lines.Text()
		if strings.HasPrefix(last, "committed: ") {
			said++
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the child ends with %v: %s", err, cmd.Stderr)
	}
	if last != "broken: true true" || said < 50 {
		t.Fatalf("after %d commits the child says %q", said, last)
	}
	db := mustOpen(t, path)
	mustBeWhole(t, db.Reader, said)
	mustClose(t, db)
}

// mustBeWhole holds the inboxes of both to the orders o-0, o-1, …, at least so many and one more at most.
func mustBeWhole(t *testing.T, r *Reader, atLeast int) {
	t.Helper()
	for _, user := range []string{"c-1", "s-1"} {
		rows, err := r.Page(t.Context(), user, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if row.Seq != int64(i)+1 || row.OrderID != fmt.Sprintf("o-%d", i) {
				t.Fatalf("row %d of %s is number %d, of %s", i+1, user, row.Seq, row.OrderID)
			}
		}
		head, open, err := r.Standing(t.Context(), user)
		if err != nil || int(head) != len(rows) || open != len(rows) {
			t.Errorf("%s has %d rows, head %d and %d open orders: %v", user, len(rows), head, open, err)
		}
		if len(rows) < atLeast || len(rows) > atLeast+1 {
			t.Errorf("%s has %d rows, %d were said to be committed", user, len(rows), atLeast)
		}
	}
}
