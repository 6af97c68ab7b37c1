package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	spareCommits   = 3  // connections for commits beside one for each committer of commands: for devices, for retention, and while a dead one still goes
	readers        = 12 // connections for reading, unless pool_max_conns in the URL says more or less
	connectTimeout = 3 * time.Second
)

// settings are those of every connection. Each statement of this package reaches its rows by a key, so there is one right
// plan, whatever the parameters: plans are made once, and those that read more, which look cheap while a table is small and
// stay when it has grown, are ruled out. One is left: a table that was analyzed while it was empty may be read by a whole index until
// it is analyzed again, which autovacuum sees to once rows have been added.
func settings() map[string]string {
	return map[string]string{
		"application_name":   "callout",
		"synchronous_commit": "on",
		"plan_cache_mode":    "force_generic_plan",
		"enable_seqscan":     "off",
		"enable_bitmapscan":  "off",
		"enable_hashjoin":    "off",
		"enable_mergejoin":   "off",
		"jit":                "off",
	}
}

// patience is how long the server lets a connection take, unless the URL says otherwise. A process that is gone or hangs
// keeps its locks no longer than that; one that is stopped in the midst of a pipeline keeps them until it goes on, since the server
// waits for the rest of what it has been sent.
func patience() map[string]string {
	return map[string]string{
		"statement_timeout":                   "20s",
		"lock_timeout":                        "5s",
		"idle_in_transaction_session_timeout": "20s",
		"tcp_keepalives_idle":                 "10",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
	}
}

// parse reads a URL. Its error does not show a password.
func parse(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's URL: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = readers
	}
	conn := config.ConnConfig
	if conn.ConnectTimeout == 0 || conn.ConnectTimeout > connectTimeout {
		conn.ConnectTimeout = connectTimeout
	}
	for name, value := range settings() {
		conn.RuntimeParams[name] = value
	}
	for name, value := range patience() {
		if _, set := conn.RuntimeParams[name]; !set {
			conn.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// pool lends connections that are outside any transaction.
type pool struct{ *pgxpool.Pool }

type poolOptions struct {
	size     int32 // 0: as configured
	readOnly bool
	check    func(context.Context, *pgx.Conn) error // of every connection that is made; nil: none
}

// newPool makes a pool and its first connection.
func newPool(ctx context.Context, config *pgxpool.Config, o poolOptions) (*pool, error) {
	config = config.Copy()
	if o.size > 0 {
		config.MaxConns = o.size
	}
	if o.readOnly {
		config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		registerArrays(conn.TypeMap())
		if o.check == nil {
			return nil
		}
		return o.check(ctx, conn)
	}
	p, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("prepare to connect to the database: %w", err)
	}
	if err := p.Ping(ctx); err != nil {
		p.Close()
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return &pool{p}, nil
}

// with lends f a connection. A transaction that f leaves open is rolled back. When the connection turns out to be dead,
// all others are taken for dead as well, so that the next call makes a new one.
func (p *pool) with(ctx context.Context, f func(*pgx.Conn) error) error {
	lent, err := p.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}
	defer lent.Release()
	conn := lent.Conn()
	err = f(conn)
	if !conn.IsClosed() && conn.PgConn().TxStatus() != 'I' {
		rollback(ctx, conn)
	}
	if conn.IsClosed() && ctx.Err() == nil {
		p.Reset()
	}
	return err
}

// rollback ends the transaction that conn is in, whatever became of ctx. A connection on which it fails closes itself,
// and then the server rolls back.
func rollback(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
		conn.Close(ctx)
	}
}

const minVersion = 13

// checkServer refuses a server that this package has not been written for.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var encoding string
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')`).
		Scan(&version, &encoding)
	if err != nil {
		return fmt.Errorf("ask the server what it is: %w", err)
	}
	if version < minVersion {
		return fmt.Errorf("the server is PostgreSQL %d; Callout needs %d or later", version, minVersion)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database's encoding is %s; Callout needs one that was created with ENCODING 'UTF8'", encoding)
	}
	return nil
}

// checkSafe refuses a server that cannot be written to, or that may lose what it has confirmed unless that is allowed.
func checkSafe(ctx context.Context, conn *pgx.Conn, allowUnsafe bool) error {
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	var standby bool
	var fsync, pages, commit string
	err := conn.QueryRow(ctx, `SELECT pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes'),
		current_setting('synchronous_commit')`).Scan(&standby, &fsync, &pages, &commit)
	if err != nil {
		return fmt.Errorf("ask the server how safe it is: %w", err)
	}
	switch {
	case standby:
		return errors.New("the server is a standby, which cannot be written to; name the primary")
	case commit != "on":
		return fmt.Errorf("synchronous_commit is %s on a connection that asked for on", commit)
	case allowUnsafe:
		return nil
	case fsync != "on":
		return errors.New("the server runs with fsync off and may lose orders in a crash; turn it on")
	case pages != "on":
		return errors.New("the server runs with full_page_writes off and may lose orders in a crash; turn it on")
	}
	return nil
}
