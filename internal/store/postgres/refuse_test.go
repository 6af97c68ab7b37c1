package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

func TestANewerSchemaIsRefused(t *testing.T) {
	url := server.Database(t)
	if err := open(t, url, postgres.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	ask[int](t, url, `INSERT INTO callout.migrations (version) VALUES (999) RETURNING version`)
	_, err := postgres.Open(t.Context(), url, postgres.Options{})
	mustSay(t, err, "version 999")
	_, err = postgres.OpenReadOnly(t.Context(), url)
	mustSay(t, err, "version 999")
}

func TestAnUnsafeServerIsRefused(t *testing.T) {
	cluster := startCluster(t, pgtest.Options{Settings: map[string]string{"full_page_writes": "off"}})
	url, err := cluster.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = postgres.Open(t.Context(), url, postgres.Options{})
	mustSay(t, err, "full_page_writes off")
	admin := dial(t, url)
	defer admin.Close(context.WithoutCancel(t.Context()))
	if _, err := admin.Exec(t.Context(), `ALTER SYSTEM SET fsync = off`); err != nil {
		t.Fatal(err)
	}
	ask[bool](t, url, `SELECT pg_reload_conf()`)
	until(t, "fsync is off", func() bool { return ask[string](t, url, `SHOW fsync`) == "off" })
	_, err = postgres.Open(t.Context(), url, postgres.Options{})
	mustSay(t, err, "fsync off")
	db := open(t, url, postgres.Options{AllowUnsafe: true})
	mustCommit(t, db, place("1", "o-1", client(1), serviceman(1)))
}

func TestAnotherEncodingIsRefused(t *testing.T) {
	u, err := url.Parse(server.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	name := "latin_" + u.Path[1:]
	admin := dial(t, u.String())
	defer admin.Close(context.WithoutCancel(t.Context()))
	if _, err := admin.Exec(t.Context(), `CREATE DATABASE `+name+` TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`); err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	_, err = postgres.Open(t.Context(), u.String(), postgres.Options{})
	mustSay(t, err, "LATIN1")
	if _, err := admin.Exec(t.Context(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
		t.Fatal(err)
	}
}

func TestReadOnlyLooksAndDoesNotTouch(t *testing.T) {
	url := server.Database(t)
	_, err := postgres.OpenReadOnly(t.Context(), url)
	mustSay(t, err, "nothing of Callout")
	db := open(t, url, postgres.Options{})
	mustCommit(t, db, place("1", "o-1", client(1), serviceman(1)))

	reader, err := postgres.OpenReadOnly(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	events, err := reader.Events(t.Context(), "o-1")
	if err != nil || len(events) != 1 || events[0].Order.ClientID != client(1).ID {
		t.Fatalf("the order's history is %+v, %v", events, err)
	}
	_, err = reader.Commit(t.Context(), store.Group{}, func(store.Loaded) []store.Record { return nil })
	mustSay(t, err, "read-only")
}

func TestAPasswordIsNotShown(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres://ana:secret@host:port/db", postgres.Options{})
	mustSay(t, err, "URL")
	if strings.Contains(err.Error(), "secret") {
		t.Fatal(err)
	}
}

func mustSay(t *testing.T, err error, what string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), what) {
		t.Fatalf("the error is %v; it should say %q", err, what)
	}
}
