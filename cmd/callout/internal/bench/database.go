package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/load"
)

// database is where the orders of a bench are kept.
type database struct {
	node.Database
	dir     string    // to be removed; empty: the database is somebody's own
	backend *pgx.Conn // of a PostgreSQL on this machine, for its CPU time; nil: there is none
	process int       // its process
}

// openDatabase makes a new database where none is named. It refuses one that holds orders, unless that is meant: a server
// that is started on it would also run their timers. One that is served already has to be there.
func openDatabase(ctx context.Context, name string, loaded, served bool) (*database, error) {
	d := &database{Database: node.Database{Name: name}}
	if name == "" {
		dir, err := os.MkdirTemp("", "callout-bench-")
		if err != nil {
			return nil, fmt.Errorf("make a directory for the database: %w", err)
		}
		d.dir, d.Name = dir, filepath.Join(dir, "bench.db")
		return d, nil
	}
	if d.IsPostgres() {
		if err := d.connect(ctx); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(name); served && err != nil {
		return nil, fmt.Errorf("the server's database: %w", err)
	}
	if loaded {
		return d, nil
	}
	has, err := d.hasOrders(ctx)
	if err == nil && has {
		err = fmt.Errorf("the database %s holds orders; --loaded if that is meant", node.Redact(name))
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// connect opens a connection whose process says which server it belongs to.
func (d *database) connect(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(d.Name) // which knows the parameters of pools, too
	if err != nil {
		return d.Failure(err)
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return d.Failure(err)
	}
	d.backend = conn
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&d.process); err != nil {
		return errors.Join(fmt.Errorf("ask the database which process it is: %w", err), d.close())
	}
	return nil
}

// cpu is what the database's own processes have used; false where it has none, or they are not on this machine.
func (d *database) cpu() (time.Duration, bool) {
	if d == nil || d.backend == nil {
		return 0, false
	}
	used, err := load.PostgresCPU(d.process)
	return used, err == nil
}

func (d *database) hasOrders(ctx context.Context) (bool, error) {
	if d.backend != nil {
		var there bool
		if err := d.backend.QueryRow(ctx, "SELECT to_regclass('callout.orders') IS NOT NULL").Scan(&there); err != nil || !there {
			return false, err
		}
	} else if info, err := os.Stat(d.Name); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return false, nil
	}
	reader, err := node.OpenReader(ctx, d.Database)
	if err != nil {
		return false, err
	}
	defer reader.Close()
	ids, err := reader.OrderIDs(ctx, "", 1)
	return len(ids) > 0, err
}

// events is how many events a database that has been served holds. Counting those of each order is the fastest.
func (d *database) events(ctx context.Context) (n int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("count the events: %w", err)
		}
	}()
	if d.backend != nil {
		err = d.backend.QueryRow(ctx, "SELECT coalesce(sum(version), 0)::bigint FROM callout.orders").Scan(&n)
		return n, err
	}
	conn, err := sqlite.OpenConn(d.Name, sqlite.OpenReadOnly)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetInterrupt(ctx.Done())
	err = sqlitex.ExecuteTransient(conn, "SELECT coalesce(sum(version), 0) FROM orders", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { n = row.ColumnInt64(0); return nil },
	})
	return n, err
}

// check says what of the orders the database does not hold as it was acknowledged.
func (d *database) check(ctx context.Context, orders []load.Order) error {
	reader, err := node.OpenReader(ctx, d.Database)
	if err != nil {
		return err
	}
	defer reader.Close()
	if err := load.Check(ctx, reader, orders); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	return nil
}

// close removes what was made.
func (d *database) close() error {
	var err error
	if d.backend != nil {
		err = d.backend.Close(context.Background())
	}
	if d.dir != "" {
		err = errors.Join(err, os.RemoveAll(d.dir))
	}
	return err
}
