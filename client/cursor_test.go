package client_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/calloutd/callout/client"
)

func TestAFileCursor(t *testing.T) {
	dir := t.TempDir()
	store := client.FileCursor(filepath.Join(dir, "cursor.json"))
	if c, err := store.Load(t.Context()); err != nil || c != (client.Cursor{}) {
		t.Errorf("no file is %+v, %v", c, err)
	}
	for seq := range int64(3) {
		want := client.Cursor{UserID: "c-1", Device: "phone", Seq: seq, Of: "o/7"}
		if err := store.Save(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Load(t.Context()); err != nil || got != want {
			t.Errorf("saved %+v and loaded %+v, %v", want, got, err)
		}
	}
	info, err := os.Stat(string(store))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("beside it there is %v, %v", files, err)
	}
	if err := os.WriteFile(string(store), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context()); err == nil {
		t.Error("half a file is a cursor")
	}
	if err := client.FileCursor(filepath.Join(dir, "none", "cursor")).Save(t.Context(), client.Cursor{}); err == nil {
		t.Error("a cursor is saved in a directory that is not there")
	}
}

func TestACursorOfAnotherUserIsNotTaken(t *testing.T) {
	store := new(client.MemoryCursor)
	if err := store.Save(t.Context(), client.Cursor{UserID: "c-2", Device: "phone", Seq: 3}); err != nil {
		t.Fatal(err)
	}
	config := clientConfig("http://127.0.0.1:1", "c-1")
	config.Cursor = store
	if err := newSocket(t, config).Open(soon(t)); err == nil {
		t.Error("the socket is open")
	}
}

// failingCursor fails to save all but the first cursor.
type failingCursor struct{ *client.MemoryCursor }

var errDisk = errors.New("the disk is full")

func (f failingCursor) Save(ctx context.Context, c client.Cursor) error {
	if c.Seq > 0 {
		return errDisk
	}
	return f.MemoryCursor.Save(ctx, c)
}

func TestACursorThatCannotBeSavedEndsTheSocket(t *testing.T) {
	s := newScript(t, false)
	config := s.config()
	config.Cursor = failingCursor{new(client.MemoryCursor)}
	socket, c := s.open(config, 0)
	c.send(events(1, 2)...)
	seen := 0
	for range socket.OrderStatuses(soon(t)) {
		seen++
	}
	if err := socket.Err(); !errors.Is(err, errDisk) || seen != 1 {
		t.Errorf("after %d events the socket ended with %v", seen, err)
	}
}
