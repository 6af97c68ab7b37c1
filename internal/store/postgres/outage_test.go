package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// TestNothingIsLostOrDoubledWhenTheServerCrashes crashes the server again and again under committers. Each repeats a
// command until it hears that it was committed; in the end every command is there once.
func TestNothingIsLostOrDoubledWhenTheServerCrashes(t *testing.T) {
	const crashes, committers, between = 3, 4, 40
	cluster := startCluster(t, pgtest.Options{})
	url, err := cluster.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, url, postgres.Options{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	progress := make(chan struct{})
	all := make([]*stubborn, committers)
	var running sync.WaitGroup
	for n := range all {
		all[n] = &stubborn{db: db, number: n, progress: progress}
		running.Go(func() { all[n].run(ctx) })
	}
	for range crashes {
		for range between {
			<-progress
		}
		whileListening(progress, func() { restart(t, cluster, pgtest.Immediate) })
	}
	for range between {
		<-progress
	}
	stop()
	running.Wait()
	failures, repeats := 0, 0
	for _, s := range all {
		s.check(t)
		failures, repeats = failures+s.failures, repeats+s.repeats
	}
	if failures == 0 {
		t.Fatal("no commit failed: the server was never away")
	}
	t.Logf("%d commits failed; %d of them had been committed", failures, repeats)
}

// whileListening does something beside those who make progress, who would wait to say so otherwise.
func whileListening(progress <-chan struct{}, do func()) {
	var listening sync.WaitGroup
	done := make(chan struct{})
	listening.Go(func() {
		for {
			select {
			case <-progress:
			case <-done:
				return
			}
		}
	})
	defer listening.Wait()
	defer close(done)
	do()
}

// stubborn places one order after the other.
type stubborn struct {
	db       *postgres.DB
	number   int
	progress chan<- struct{}

	told     []string // the orders that it heard of, in order
	failures int
	repeats  int
	slowest  time.Duration
	err      error
}

func (s *stubborn) run(ctx context.Context) {
	for ctx.Err() == nil {
		id := fmt.Sprintf("o-%d-%d", s.number, len(s.told))
		for !s.place(ctx, id) {
			if s.err != nil || ctx.Err() != nil {
				return
			}
		}
		s.told = append(s.told, id)
		select {
		case s.progress <- struct{}{}:
		case <-ctx.Done():
		}
	}
}

// place reports whether the order is there for certain.
func (s *stubborn) place(ctx context.Context, id string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	start := time.Now()
	outcomes, events, err := commit(ctx, s.db, nil, place(id, id, client(s.number), serviceman(s.number)))
	s.slowest = max(s.slowest, time.Since(start))
	switch {
	case errors.Is(err, store.BadData) || errors.Is(err, store.TryAgain) || errors.Is(err, store.Broken):
		s.err = err
		return false
	case err != nil:
		s.failures++
		_, pageErr := s.db.Page(ctx, client(s.number).ID, 0, 1)
		if errors.Is(pageErr, context.DeadlineExceeded) {
			s.err = pageErr
		}
		return false
	case outcomes[0].refusal != nil:
		s.err = outcomes[0].refusal
		return false
	case outcomes[0].repeated:
		s.repeats++
	case len(events) != 2:
		s.err = fmt.Errorf("order %s was told to %d users", id, len(events))
	}
	return true
}

// check holds both inboxes to be what the committer was told. The last order may have been committed in silence.
func (s *stubborn) check(t *testing.T) {
	t.Helper()
	if s.err != nil {
		t.Fatalf("committer %d: %v", s.number, s.err)
	}
	if s.slowest > 20*time.Second {
		t.Errorf("committer %d waited %v for an answer", s.number, s.slowest)
	}
	for _, user := range []callout.Actor{client(s.number), serviceman(s.number)} {
		rows := checkInbox(t, s.db, user.ID)
		if len(rows) < len(s.told) || len(rows) > len(s.told)+1 {
			t.Fatalf("%s has %d rows and should have %d", user.ID, len(rows), len(s.told))
		}
		for i, id := range s.told {
			if rows[i].OrderID != id {
				t.Fatalf("row %d of %s is of order %s, not %s", i+1, user.ID, rows[i].OrderID, id)
			}
		}
	}
}

// TestAServerThatIsAwayIsToldAtOnce: nobody waits for a server that is not there, and the first call after its return is
// answered.
func TestAServerThatIsAwayIsToldAtOnce(t *testing.T) {
	cluster := startCluster(t, pgtest.Options{})
	url, err := cluster.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, url, postgres.Options{})
	mustCommit(t, db, place("1", "o-1", client(1), serviceman(1)))
	checkInbox(t, db, client(1).ID)
	if err := cluster.Stop(t.Context(), pgtest.Immediate); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for range 3 {
		if _, _, err := commit(ctx, db, nil, place("2", "o-2", client(1), serviceman(1))); err == nil || ctx.Err() != nil {
			t.Fatalf("a commit without a server: %v", err)
		}
		if _, err := db.Page(ctx, client(1).ID, 0, 9); err == nil || ctx.Err() != nil {
			t.Fatalf("a page without a server: %v", err)
		}
	}
	if err := cluster.StartAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, db, place("2", "o-2", client(1), serviceman(1)))
	if n := len(checkInbox(t, db, client(1).ID)); n != 2 {
		t.Fatalf("%d rows in the inbox", n)
	}
}

// TestASilentServerIsBoundedByTheCaller: the server has committed, or has not, but its answer does not come. The error must
// not say that nothing was written.
func TestASilentServerIsBoundedByTheCaller(t *testing.T) {
	direct := server.Database(t)
	p, url := newProxy(t, direct)
	db := open(t, url, postgres.Options{})
	for _, id := range []string{"a", "b"} { // from now on the server knows the statements
		mustCommit(t, db, place(id, "o-"+id, client(1), serviceman(1)))
	}
	cmd := place("1", "o-1", client(1), serviceman(1))
	ctx, cancel := context.WithCancel(t.Context())
	group, err := groupOf([]callout.Command{cmd})
	if err != nil {
		t.Fatal(err)
	}
	deciding := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		defer cancel()
		<-deciding
		until(t, "the order is committed", func() bool {
			return ask[int](t, direct, `SELECT count(*)::int FROM callout.orders`) == 3
		})
	})
	_, err = db.Commit(ctx, group, func(l store.Loaded) []store.Record {
		p.mute(true)
		records, err := decide(l, cmd)
		if err != nil {
			t.Error(err)
		}
		close(deciding)
		return records
	})
	watching.Wait()
	if !errors.Is(err, context.Canceled) || errors.Is(err, store.BadData) || errors.Is(err, store.TryAgain) {
		t.Fatalf("a commit whose answer never came: %v", err)
	}
	p.mute(false)
	outcomes, _, err := commit(t.Context(), db, nil, cmd)
	if err != nil || !outcomes[0].repeated {
		t.Fatalf("its repeat: %+v, %v", outcomes, err)
	}
}
