package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

func TestASecondProcessIsRefusedByName(t *testing.T) {
	url := server.Database(t)
	first := open(t, url, postgres.Options{})
	_, err := postgres.Open(t.Context(), url, postgres.Options{})
	var held *postgres.InUseError
	if !errors.As(err, &held) || !strings.HasPrefix(held.By, fmt.Sprintf("%d@", os.Getpid())) {
		t.Fatalf("a second one is told %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, url, postgres.Options{})
}

func TestOneThatWaitsTakesOver(t *testing.T) {
	url := server.Database(t)
	first := open(t, url, postgres.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := postgres.Open(ctx, url, postgres.Options{Wait: true}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("waiting in vain ends with %v", err)
	}
	mustCommit(t, first, place("1", "o-1", client(1), serviceman(1)))
	opened := make(chan error, 1)
	var second *postgres.DB
	go func() {
		var err error
		second, err = postgres.Open(t.Context(), url, postgres.Options{Wait: true})
		opened <- err
	}()
	until(t, "the second waits", func() bool {
		return ask[int](t, url, `SELECT count(*)::int FROM pg_stat_activity WHERE application_name LIKE 'callout % %@%' AND datname = current_database()`) == 2
	})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	checkInbox(t, second, client(1).ID)
}

func TestTheLockIsTakenAgainAfterARestart(t *testing.T) {
	cluster := startCluster(t, pgtest.Options{})
	url, err := cluster.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, url, postgres.Options{})
	mustCommit(t, db, place("1", "o-1", client(1), serviceman(1)))
	for _, mode := range []pgtest.Mode{pgtest.Fast, pgtest.Immediate} {
		restart(t, cluster, mode)
		until(t, "the lock is held again", func() bool { return ask[int](t, url, seatHolders) == 1 })
		var held *postgres.InUseError
		if _, err := postgres.Open(t.Context(), url, postgres.Options{}); !errors.As(err, &held) {
			t.Fatalf("a second one is told %v", err)
		}
	}
	select {
	case err := <-db.Lost():
		t.Fatalf("the database was lost: %v", err)
	default:
	}
}

func TestALockThatAnotherTookIsLost(t *testing.T) {
	url := server.Database(t)
	db := open(t, url, postgres.Options{})
	other := dial(t, url+"&application_name=callout%20xyz%2042@elsewhere")
	defer other.Close(context.WithoutCancel(t.Context()))
	taken := make(chan error, 1)
	go func() {
		_, err := other.Exec(t.Context(), `SELECT pg_advisory_lock(classid::bigint << 32 | objid::bigint)
			FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		taken <- err
	}()
	until(t, "another waits for the lock", func() bool {
		return ask[int](t, url, `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`) == 1
	})
	ask[bool](t, url, `SELECT bool_and(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	var held *postgres.InUseError
	if err := <-db.Lost(); !errors.As(err, &held) || held.By != "42@elsewhere" {
		t.Fatalf("the loss is told as %v", err)
	}
	if _, _, err := commit(t.Context(), db, nil, place("1", "o-1", client(1), serviceman(1))); !errors.Is(err, store.Broken) {
		t.Fatalf("a commit after the loss: %v", err)
	}
}

// TestADeadSessionOfOurOwnIsNoOther: the network has failed, but the server has not noticed.
func TestADeadSessionOfOurOwnIsNoOther(t *testing.T) {
	direct := server.Database(t)
	p, url := newProxy(t, direct)
	db := open(t, url, postgres.Options{})
	before := ask[int](t, direct, seatSession)
	p.cut()
	until(t, "the lock is held by another session", func() bool {
		return ask[int](t, direct, seatHolders) == 1 && ask[int](t, direct, seatSession) != before
	})
	until(t, "commits go through again", func() bool {
		_, _, err := commit(t.Context(), db, nil, place("1", "o-1", client(1), serviceman(1)))
		return err == nil
	})
}

const (
	seatHolders = `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	seatSession = `SELECT coalesce(max(pid), 0) FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
)

// until waits for what happens by itself.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	tooLate := time.Now().Add(time.Minute)
	for !happened() {
		if time.Now().After(tooLate) {
			t.Fatalf("it never happened: %s", what)
		}
		<-again.C
	}
}

func restart(t *testing.T, c *pgtest.Cluster, mode pgtest.Mode) {
	t.Helper()
	if err := errors.Join(c.Stop(t.Context(), mode), c.StartAgain(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func startCluster(t *testing.T, o pgtest.Options) *pgtest.Cluster {
	t.Helper()
	c, err := pgtest.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}
