// Package postgres keeps Callout's data in a PostgreSQL database, version 13 or later, in a schema named callout.
//
// Groups are committed in READ COMMITTED transactions that lock their rows in one fixed order, so that they wait for each
// other but never deadlock:
//
//  1. the orders that the group names and that exist, by id
//  2. orders that are new, by id
//  3. the keys of commands, by sender and command id
//  4. devices, by user and device
//  5. users who are new, by id
//  6. the next places in inboxes, by user: who finds one taken has lost, and nothing but the commit is after them
//
// A statement that joins its arrays with a table locks in their order, because the settings of every connection leave it no plan but
// one look-up a row.
//
// Rows of events and open_orders belong to an order: whoever holds that may write them.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

// DB is Callout's part of a PostgreSQL database. It fulfils the interfaces of package store but [store.Users].
type DB struct {
	reads   *pool
	commits *pool            // for Commit alone, so that readers never keep it waiting; nil: read-only
	seat    *seat            // nil: read-only
	clock   func() time.Time // nil: the database's
	log     *slog.Logger

	memory     atomic.Pointer[memory]
	remembers  int       // orders at least, and four times as many heads
	maxDevices int       // of a user
	forgot     func(int) // is told how many devices that has cost
}

// Options say how a database is served.
type Options struct {
	Clock       func() time.Time // says what time it is; nil: the database's clock does
	Wait        bool             // stand by while another process serves the database, instead of refusing
	AllowUnsafe bool             // take a server that may lose what it has confirmed: one with fsync or full_page_writes off
	Committers  int              // how many groups are committed at once; 0 is 1
	MaxDevices  int              // of a user; 0: store.MaxDevices
	Forgot      func(int)        // is told how many devices were forgotten since there were more; nil: nobody is
	Log         *slog.Logger     // is told of standing by, of a server that went away and of streams; nil: nobody is
}

// Open takes a database into service: until Close, no other process serves it. What its schema lacks is added. A database
// that is served already is an [*InUseError], unless o says to wait; that lasts as long as it takes, or ctx.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	safe := func(ctx context.Context, conn *pgx.Conn) error { return checkSafe(ctx, conn, o.AllowUnsafe) }
	if o.Forgot == nil {
		o.Forgot = func(int) {}
	}
	db := &DB{clock: o.Clock, log: o.Log, remembers: store.RecentOrders, maxDevices: cmp.Or(o.MaxDevices, store.MaxDevices), forgot: o.Forgot}
	if db.seat, err = takeSeat(ctx, config, o, safe); err != nil {
		return nil, err
	}
	if db.reads, err = newPool(ctx, config, poolOptions{readOnly: true}); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	commits := spareCommits + cmp.Or(o.Committers, 1)
	anew := func(ctx context.Context, conn *pgx.Conn) error {
		if err := errors.Join(safe(ctx, conn), prepareWritten(ctx, conn)); err != nil {
			return err
		}
		var server time.Time
		if err := conn.QueryRow(ctx, `SELECT pg_postmaster_start_time()`).Scan(&server); err != nil {
			return fmt.Errorf("ask the server since when it runs: %w", err)
		}
		conn.PgConn().CustomData()[serverKey] = server
		db.begin(server)
		return nil
	}
	if db.commits, err = newPool(ctx, config, poolOptions{size: int32(commits), check: anew}); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// OpenReadOnly opens a database to look at, whoever serves it. Its schema has to be that of this program.
func OpenReadOnly(ctx context.Context, url string) (*DB, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	reads, err := newPool(ctx, config, poolOptions{readOnly: true, check: checkServer})
	if err != nil {
		return nil, err
	}
	db := &DB{reads: reads}
	if err := reads.with(ctx, func(conn *pgx.Conn) error { return requireSchema(ctx, conn) }); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Lost is sent to, once, when another process has taken the database into service: the connection that holds the lock
// was lost, and the other came first. From then on Commit fails with [store.Broken], and this process has to end.
func (db *DB) Lost() <-chan error {
	if db.seat == nil {
		return nil
	}
	return db.seat.lost
}

// Close waits for the calls that are under way, ends all connections but those of streams, which are closed before, and lets another
// process serve the database.
func (db *DB) Close() error {
	if db.reads != nil {
		db.reads.Close()
	}
	if db.commits != nil {
		db.commits.Close()
	}
	if db.seat != nil {
		return db.seat.release()
	}
	return nil
}

var (
	_ store.Ledger          = (*DB)(nil)
	_ store.Streamer        = (*DB)(nil)
	_ store.Keeper          = (*DB)(nil)
	_ store.Inbox           = (*DB)(nil)
	_ store.History         = (*DB)(nil)
	_ store.DismissalReader = (*DB)(nil)
	_ store.Users           = (*Users)(nil)
)
