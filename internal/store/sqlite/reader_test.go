package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

func TestAReaderBesideALiveServer(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	mustPlace(t, db, "o-1")
	r, err := OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, r, "o-1")
	mustPlace(t, db, "o-2") // a reader takes no lock that commits wait for
	mustHold(t, r, "o-1", "o-2")
	mustClose(t, db)
	mustHold(t, r, "o-1", "o-2")
	mustClose(t, r)
}

func TestAReaderAfterTheServerHasGone(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	mustPlace(t, db, "o-1")
	mustClose(t, db)
	r, err := OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	events, err := r.Events(t.Context(), "o-1")
	if err != nil || len(events) != 1 || events[0].OrderID != "o-1" {
		t.Errorf("events: %v and %v", events, err)
	}
	mustClose(t, r)
	db = mustOpen(t, path)
	mustPlace(t, db, "o-2")
	mustClose(t, db)
}

func TestAReaderMakesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReadOnly(t.Context(), filepath.Join(dir, "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReadOnly(t.Context(), empty); err == nil || !strings.Contains(err.Error(), "version 0") {
		t.Errorf("an empty file: %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v and %v", files, err)
	}
}

// TestBelowTheFloor: an inbox whose front has been cut off goes on from its floor, also when nothing is left of it.
func TestBelowTheFloor(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	for _, id := range []string{"o-1", "o-2", "o-3", "o-4"} {
		mustPlace(t, db, id)
	}
	mustClose(t, db)
	cut := "UPDATE users SET floor = 2 WHERE id = 'c-1'; DELETE FROM inbox WHERE seq <= 2 AND user = (SELECT n FROM users WHERE id = 'c-1');"
	raw(t, path, cut)
	db = mustOpen(t, path)
	for seq, matches := range map[int64]bool{0: true, 1: false, 2: true, 3: true, 4: true, 5: false} {
		s, err := db.Open(t.Context(), "c-1", "phone", &wire.Resume{Seq: seq})
		if err != nil || s.Matches != matches || s.Floor != 2 || s.Head != 4 {
			t.Errorf("resumed at %d: %+v and %v", seq, s, err)
		}
	}
	for after, want := range map[int64]int64{0: 3, 2: 3, 3: 4} {
		rows, err := db.Page(t.Context(), "c-1", after, 1)
		if err != nil || len(rows) != 1 || rows[0].Seq != want {
			t.Errorf("the row after %d: %v and %v", after, rows, err)
		}
	}
	for id, want := range map[string]int64{"o-1": 0, "o-2": 0, "o-3": 3, "o-4": 4} {
		row, found, err := db.Find(t.Context(), store.Wanted{UserID: "c-1", OrderID: id})
		if err != nil || found != (want > 0) || row.Seq != want {
			t.Errorf("the row of %s: %v, %v and %v", id, row, found, err)
		}
	}
	mustClose(t, db)
	raw(t, path, strings.ReplaceAll(cut, "2", "4"))
	db = mustOpen(t, path)
	defer mustClose(t, db)
	rows, err := place(t, db, "o-5")
	if err != nil || rows[0].Seq != 5 {
		t.Errorf("the row after a floor of 4: %v and %v", rows, err)
	}
}
