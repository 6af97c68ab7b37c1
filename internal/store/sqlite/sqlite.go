// Package sqlite keeps Callout's orders and inboxes in an SQLite file, which one process serves at a time.
package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// DB is a database that this process serves. It fulfils the interfaces of package store but [store.Users].
type DB struct {
	*Reader
	clock  func() time.Time
	orders *store.Recent[chain] // the writer's
	lock   *lock
	writer chan *writer // holds the one writer while nobody uses it; closed by Close
}

// Options say how to open a database.
type Options struct {
	Clock func() time.Time // required: decides what is due, and when commands happen
	Wait  bool             // stand by while another process serves the database

	MaxDevices int       // of a user; 0: store.MaxDevices
	Forgot     func(int) // is told how many devices were forgotten since there were more; nil: nobody is
}

// InUseError says that another process serves the database.
type InUseError struct {
	Path   string
	Holder string // "process 4711 on host web-1", or "another process" while that is not known yet
}

func (e *InUseError) Error() string { return fmt.Sprintf("%s is served by %s", e.Path, e.Holder) }

// Open opens the database at path to serve it, makes it if there is none, and brings its schema up to date. It refuses
// a file that is not Callout's, one that a newer Callout has written, and, with an [*InUseError], one that another
// process serves, unless it is to wait for the end of that.
//
// The caller closes the database.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	path, err := create(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	l, err := takeLock(ctx, path, o.Wait)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db, err := open(path, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), l.release())
	}
	db.lock = l
	return db, nil
}

// Close waits for the commit under way and ends all reads. Calls that come later fail. It is called once.
func (db *DB) Close() error {
	err := db.Reader.Close()
	w := <-db.writer
	close(db.writer)
	return errors.Join(err, w.conn.Close(), db.lock.release())
}

// create makes an empty file, readable for its owner alone, unless there is a file already, and gives the path by which
// everybody knows it.
func create(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		// Closing a file drops the locks of every connection that this process has to it; this one is new.
		if err := f.Close(); err != nil {
			return "", err
		}
	case !errors.Is(err, os.ErrExist):
		return "", err
	}
	return realPath(path)
}

func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

func open(path string, o Options) (_ *DB, err error) {
	conn, err := sqlite3.OpenConn(path, sqlite3.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, conn.Close())
		}
	}()
	if err := setPragmas(conn, pragmasOfAll()); err != nil {
		return nil, err
	}
	scripts, err := migrations()
	if err != nil {
		return nil, err
	}
	version, err := identify(conn, len(scripts))
	if err != nil {
		return nil, err
	}
	if err := setPragmas(conn, pragmasOfWriter()); err != nil {
		return nil, err
	}
	if err := migrate(conn, scripts, version); err != nil {
		return nil, err
	}
	r, err := newReader(path)
	if err != nil {
		return nil, err
	}
	db := &DB{Reader: r, clock: o.Clock, writer: make(chan *writer, 1)}
	w := &writer{conn: conn, known: newKnown(store.RecentUsers, store.RecentOrders), maxDevices: cmp.Or(o.MaxDevices, store.MaxDevices), forgot: o.Forgot}
	if w.forgot == nil {
		w.forgot = func(int) {}
	}
	db.orders = w.known.orders
	db.writer <- w
	return db, nil
}

var (
	_ store.Ledger          = (*DB)(nil)
	_ store.Keeper          = (*DB)(nil)
	_ store.Inbox           = (*Reader)(nil)
	_ store.History         = (*Reader)(nil)
	_ store.DismissalReader = (*Reader)(nil)
	_ store.Users           = (*Users)(nil)
)
