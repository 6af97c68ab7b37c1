package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// Cursor is how far a device has got in the inbox of its user. The zero Cursor is that of a device that has never
// connected.
type Cursor struct {
	UserID string `json:"userId"`
	Device string `json:"device"`
	Seq    int64  `json:"seq"`          // of the last event that the program has finished
	Of     string `json:"of,omitempty"` // that event as "<orderId>/<version>"; empty when the device has seen none
}

// CursorStore keeps a device's Cursor. One socket at a time uses it, and calls it from one goroutine at a time.
type CursorStore interface {
	// Load gives what was saved last, or the zero Cursor.
	Load(context.Context) (Cursor, error)
	// Save keeps a Cursor. An error ends the socket, since its program could no longer be told what it has finished.
	Save(context.Context, Cursor) error
}

// MemoryCursor keeps a cursor as long as the process lives. The zero MemoryCursor is ready for use.
type MemoryCursor struct {
	mu     sync.Mutex
	cursor Cursor
}

// Load never fails.
func (m *MemoryCursor) Load(context.Context) (Cursor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursor, nil
}

// Save never fails.
func (m *MemoryCursor) Save(_ context.Context, c Cursor) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cursor = c
	return nil
}

// FileCursor is the path of a file that keeps a cursor. Every Save replaces the file as a whole and waits for the disk,
// so that a crash at any moment leaves the former cursor or the new one.
type FileCursor string

// Load reads the file. One that does not exist is the zero Cursor.
func (f FileCursor) Load(context.Context) (Cursor, error) {
	var c Cursor
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return Cursor{}, fmt.Errorf("%s: %w", string(f), err)
	}
	return c, nil
}

// Save writes the file, which its owner alone can read.
func (f FileCursor) Save(_ context.Context, c Cursor) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return replaceFile(string(f), append(data, '\n'))
}

// replaceFile makes data the content of path and both durable: the old file or the new one is there, whatever happens.
func replaceFile(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename in dir durable. On Windows a directory cannot be synced, and need not be.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
