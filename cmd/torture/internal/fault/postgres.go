package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// Postgres are the faults of a PostgreSQL server. They leave it running.
func Postgres(c *pgtest.Cluster, database string) []Fault {
	stop := func(mode pgtest.Mode) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, random *rand.Rand) error {
			lasting := context.WithoutCancel(ctx)
			if err := c.Stop(lasting, mode); err != nil {
				return err
			}
			pause(ctx, between(random, 0, 4*time.Second))
			return c.StartAgain(lasting)
		}
	}
	faults := []Fault{
		{"PostgreSQL stopped (fast)", 30, stop(pgtest.Fast)},
		{"PostgreSQL killed (immediate)", 50, stop(pgtest.Immediate)},
		{"PostgreSQL sessions ended", 10, func(ctx context.Context, _ *rand.Rand) error { return endSessions(ctx, database) }},
	}
	if CanHarm {
		faults = append(faults, Fault{DiskFull, 20, func(ctx context.Context, random *rand.Rand) error {
			return fillDisk(ctx, database, random)
		}})
	}
	return faults
}

// endSessions has the server end all sessions but the one that says so.
func endSessions(ctx context.Context, database string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	return err
}

// fillDisk keeps the files that the present sessions write to from growing for a while. A session that cannot write to the
// log crashes the whole server, which then recovers by itself.
func fillDisk(ctx context.Context, database string, random *rand.Rand) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		return err
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	size := random.Uint64N(16 << 20)
	for _, pid := range pids {
		_ = limit(pid, size) // one that has ended writes nothing
	}
	pause(ctx, between(random, 200*time.Millisecond, 2*time.Second))
	for _, pid := range pids {
		_ = lift(pid)
	}
	return nil
}
