package pgtest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestClusterStopsStartsAndLeavesNothing(t *testing.T) {
	ctx := t.Context()
	c, err := Start(ctx, Options{Settings: map[string]string{"work_mem": "5MB"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	database, err := c.CreateDatabase(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := execute(ctx, database, "CREATE TABLE kept AS SELECT 1 AS n"); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []Mode{Fast, Immediate} {
		if err := c.Stop(ctx, mode); err != nil {
			t.Fatal(err)
		}
		if err := execute(ctx, database, "SELECT"); err == nil {
			t.Fatal("a stopped server answers")
		}
		if err := c.StartAgain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if got := query(t, database, "SELECT n || current_setting('work_mem') FROM kept"); got != "15MB" {
		t.Fatalf("after a restart the database holds %q", got)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.dir); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%s is still there: %v", c.dir, err)
	}
}

func TestServerGivesEachTestADatabaseOfItsOwn(t *testing.T) {
	var s Server
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	var names []string
	for _, name := range []string{"one", "another"} {
		t.Run(name, func(t *testing.T) {
			database := s.Database(t)
			if got := query(t, database, "SELECT current_setting('server_encoding')"); got != "UTF8" {
				t.Fatalf("the encoding is %s", got)
			}
			u, err := url.Parse(database)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, u.Path[1:])
		})
	}
	if names[0] == names[1] {
		t.Fatal("both tests got the same database")
	}
	if got := query(t, s.url, "SELECT count(*)::text FROM pg_database WHERE datname = ANY($1)", names); got != "0" {
		t.Fatalf("%s databases were left behind", got)
	}
}

func query(t *testing.T, database, sql string, args ...any) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var s string
	if err := conn.QueryRow(ctx, sql, args...).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}
