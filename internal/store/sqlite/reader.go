package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	sqlite3 "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Reader reads a database, beside the process that serves it or without one. It fulfils [store.Inbox] and
// [store.History].
type Reader struct {
	pool *sqlitex.Pool
}

// OpenReadOnly opens the database at path to look at it. It makes no file and changes no schema: it refuses a file that
// does not exist, is not Callout's, or has another schema than this program.
//
// The caller closes the reader.
func OpenReadOnly(ctx context.Context, path string) (*Reader, error) {
	path, err := realPath(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	r, err := newReader(path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if err := r.read(ctx, checkSchema); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), r.Close())
	}
	return r, nil
}

// Close ends all reads. It is called once.
func (r *Reader) Close() error { return r.pool.Close() }

func newReader(path string) (*Reader, error) {
	pool, err := sqlitex.NewPool(path, sqlitex.PoolOptions{
		Flags:       sqlite3.OpenReadOnly,
		PoolSize:    max(4, runtime.GOMAXPROCS(0)),
		PrepareConn: func(conn *sqlite3.Conn) error { return setPragmas(conn, pragmasOfAll()) },
	})
	if err != nil {
		return nil, err
	}
	return &Reader{pool}, nil
}

func checkSchema(conn *sqlite3.Conn) error {
	scripts, err := migrations()
	if err != nil {
		return err
	}
	version, err := identify(conn, len(scripts))
	if err == nil && version < len(scripts) {
		err = fmt.Errorf("its schema has version %d and this program reads version %d: serving it brings it up to date", version, len(scripts))
	}
	return err
}

// read runs f on one snapshot of the database.
func (r *Reader) read(ctx context.Context, f func(*sqlite3.Conn) error) (err error) {
	conn, err := r.pool.Take(ctx)
	if err != nil {
		return orCancelled(ctx, err)
	}
	defer r.pool.Put(conn)
	if err := run(conn, "BEGIN", nil); err != nil {
		return orCancelled(ctx, err)
	}
	defer func() {
		conn.SetInterrupt(nil) // or nothing can be said to a connection that was interrupted
		err = errors.Join(err, run(conn, "ROLLBACK", nil))
	}()
	return orCancelled(ctx, f(conn))
}
