package postgres

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is a step from one version of the schema to the next. Its version is the number that its file begins with.
type migration struct {
	version int
	sql     string
}

// migrate brings the schema to the version of this program. Each step is a transaction of its own, and no other process
// takes one at the same time. A schema that is newer than this program is refused.
func migrate(ctx context.Context, conn *pgx.Conn) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	if _, err := checkVersion(ctx, conn, steps); err != nil {
		return err
	}
	for _, step := range steps {
		if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return step.run(ctx, tx) }); err != nil {
			return fmt.Errorf("bring the schema to version %d: %w", step.version, err)
		}
	}
	return nil
}

// requireSchema refuses a schema that is not of this program's version.
func requireSchema(ctx context.Context, conn *pgx.Conn) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	version, err := checkVersion(ctx, conn, steps)
	switch newest := steps[len(steps)-1].version; {
	case err != nil:
		return err
	case version == 0:
		return errors.New("there is nothing of Callout in this database")
	case version < newest:
		return fmt.Errorf("the schema is at version %d and this program at %d; serving the database with it brings both together", version, newest)
	}
	return nil
}

// checkVersion reads the version of the schema, 0 if there is none, and refuses one that is newer than the steps lead.
func checkVersion(ctx context.Context, conn *pgx.Conn, steps []migration) (int, error) {
	version, err := schemaVersion(ctx, conn)
	if err != nil {
		return 0, err
	}
	if newest := steps[len(steps)-1].version; version > newest {
		return version, fmt.Errorf("the schema is at version %d, which is newer than this program knows (%d); run a newer one", version, newest)
	}
	return version, nil
}

func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []migration
	for _, name := range names {
		sql, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("read the number of %s: %w", name, err)
		}
		steps = append(steps, migration{version, string(sql)})
	}
	slices.SortFunc(steps, func(a, b migration) int { return cmp.Compare(a.version, b.version) })
	return steps, nil
}

// run takes the step unless it has been taken.
func (m *migration) run(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, schemaLock); err != nil {
		return err
	}
	version, err := schemaVersion(ctx, tx)
	if err != nil || version >= m.version {
		return err
	}
	if version == 0 {
		if err := createSchema(ctx, tx); err != nil {
			return err
		}
	}
	// It may take long on a large table, and has to wait for whoever still reads it, such as a backup.
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, m.sql); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO callout.migrations (version) VALUES ($1)`, m.version)
	return err
}

// createSchema leaves a schema alone that somebody who may create one has made for a user who may not.
func createSchema(ctx context.Context, tx pgx.Tx) error {
	var exists bool
	if err := tx.QueryRow(ctx, `SELECT to_regnamespace('callout') IS NOT NULL`).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		if _, err := tx.Exec(ctx, `CREATE SCHEMA callout`); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `CREATE TABLE callout.migrations (
		version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`)
	return err
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func schemaVersion(ctx context.Context, q rowQuerier) (int, error) {
	var exists bool
	if err := q.QueryRow(ctx, `SELECT to_regclass('callout.migrations') IS NOT NULL`).Scan(&exists); err != nil {
		return 0, fmt.Errorf("look for the schema: %w", err)
	}
	if !exists {
		return 0, nil
	}
	var version int
	if err := q.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM callout.migrations`).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}
