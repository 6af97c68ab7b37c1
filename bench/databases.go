package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/load"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
	"github.com/calloutd/callout/internal/store/sqlite"
)

// settings are those of the PostgreSQL server that are not its defaults: memory as it is recommended, and no checkpoint in
// the midst of a measurement. What makes it durable is the default.
var settings = map[string]string{"shared_buffers": "1GB", "max_wal_size": "8GB"}

func settingsInWords() []string {
	var list []string
	for name, value := range settings {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// schema is the peers' tables.
//
//go:embed peers/schema.sql
var schema string

// database is a new one, of one measurement.
type database struct {
	name    string    // its URL, or the path of its file
	dir     string    // of the file
	conn    *pgx.Conn // to PostgreSQL
	backend int       // the process of conn
}

// newDatabase makes a database for a stack, while nothing is left to be written of those before it.
func newDatabase(ctx context.Context, cluster *pgtest.Cluster, s stack) (*database, error) {
	if s.file {
		dir, err := os.MkdirTemp("", "callout-peers-")
		if err != nil {
			return nil, err
		}
		return &database{name: filepath.Join(dir, "bench.db"), dir: dir}, nil
	}
	url, err := cluster.CreateDatabase(ctx)
	if err != nil {
		return nil, err
	}
	d := &database{name: url}
	if d.conn, err = pgx.Connect(ctx, url); err != nil {
		return nil, errors.Join(err, d.remove())
	}
	if !s.ours {
		_, err = d.conn.Exec(ctx, schema)
	}
	if err == nil {
		err = d.conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&d.backend)
	}
	if err == nil {
		err = d.rest(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare a database: %w", err), d.remove())
	}
	return d, nil
}

// rest has the database do what it is told, and write all that is left to be written.
func (d *database) rest(ctx context.Context, statements ...string) error {
	if d.conn == nil {
		return nil
	}
	for _, sql := range append(statements, "CHECKPOINT") {
		if _, err := d.conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// cpu is what the database's own processes have used.
func (d *database) cpu() (time.Duration, error) {
	if d.conn == nil {
		return 0, nil
	}
	return load.PostgresCPU(d.backend)
}

// check says whether the database holds exactly what was acknowledged. Nobody may be using it.
func (d *database) check(ctx context.Context, s stack, orders []load.Order) error {
	switch {
	case s.file:
		reader, err := sqlite.OpenReadOnly(ctx, d.name)
		if err != nil {
			return err
		}
		return errors.Join(load.Check(ctx, reader, orders), reader.Close())
	case s.ours:
		reader, err := postgres.OpenReadOnly(ctx, d.name)
		if err != nil {
			return err
		}
		return errors.Join(load.Check(ctx, reader, orders), reader.Close())
	}
	var want, events, inboxes, versions int
	for _, o := range orders {
		want += o.Events
	}
	err := d.conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM inbox), (SELECT coalesce(sum(version), 0) FROM orders)`).
		Scan(&events, &inboxes, &versions)
	if err == nil && (events != want || inboxes != 2*want || versions != want) {
		err = fmt.Errorf("%d events were acknowledged; the database holds %d, %d rows in inboxes, and orders with %d versions", want, events, inboxes, versions)
	}
	return err
}

func (d *database) remove() error {
	if d.dir != "" {
		return os.RemoveAll(d.dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if d.conn != nil {
		err = d.conn.Close(ctx)
	}
	return errors.Join(err, pgtest.DropDatabase(ctx, d.name))
}
