package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
)

// TestCrowd has many committers at once work on the same few orders of the same few people. They wait for each other but
// never deadlock, read no table as a whole, and leave inboxes without gaps.
func TestCrowd(t *testing.T) {
	const committers, groups = 12, 200
	url := server.Database(t)
	db, err := postgres.Open(t.Context(), url, postgres.Options{}) // which reads tables as a whole, to make the schema
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := wholeReads(t, url)
	if db, err = postgres.Open(t.Context(), url, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	failed := make(chan error, committers)
	var all sync.WaitGroup
	for n := range committers {
		c := crowd{rand.New(rand.NewPCG(seed, uint64(n))), n, 0}
		all.Go(func() { failed <- c.commit(t.Context(), db, groups) })
	}
	all.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			t.Error(err)
		}
	}
	rows := 0
	for n := range crowdSize {
		rows += len(checkInbox(t, db, client(n).ID)) + len(checkInbox(t, db, serviceman(n).ID))
	}
	t.Logf("%d groups, %d rows", committers*groups, rows)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n := ask[int](t, url, `SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
	if n := wholeReads(t, url) - before; n > 0 {
		t.Errorf("tables were read as a whole %d times", n)
	}
}

// wholeReads is how often tables have been read as a whole, once those who did have disconnected.
func wholeReads(t *testing.T, url string) int {
	t.Helper()
	until(t, "the others have disconnected", func() bool {
		return ask[int](t, url, `SELECT count(*)::int FROM pg_stat_activity
			WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`) == 0
	})
	return ask[int](t, url, `SELECT sum(seq_scan)::int FROM pg_stat_user_tables WHERE schemaname = 'callout' AND relname <> 'migrations'`)
}

const crowdSize = 8

// crowd is one of the committers.
type crowd struct {
	*rand.Rand
	number  int
	command int
}

func (c *crowd) commit(ctx context.Context, db *postgres.DB, groups int) error {
	for range groups {
		cmds := make([]callout.Command, 1+c.IntN(8))
		for i := range cmds {
			cmds[i] = c.anything()
		}
		if err := c.insist(ctx, db, c.acks(), cmds); err != nil {
			return fmt.Errorf("committer %d: %w", c.number, err)
		}
	}
	return nil
}

// insist runs a group again only where two groups have placed the same order, or sent the same command, at once.
func (c *crowd) insist(ctx context.Context, db *postgres.DB, acks []store.Ack, cmds []callout.Command) error {
	for {
		_, _, err := commit(ctx, db, acks, cmds...)
		if !errors.Is(err, store.BadData) && !errors.Is(err, store.TryAgain) {
			return err
		}
		if code := sqlState(err); code != "" && code != "23505" {
			return err
		}
	}
}

// anything is some command on one of the orders that live at the moment; more often than not it is refused.
func (c *crowd) anything() callout.Command {
	c.command++
	order := fmt.Sprintf("o-%d", c.IntN(20)+10*int(time.Now().UnixMilli()/500%1000))
	cmd := callout.Command{ID: fmt.Sprintf("%d.%d", c.number, c.command), Sender: client(c.IntN(crowdSize)), OrderID: order}
	if c.IntN(10) == 0 {
		cmd.ID = fmt.Sprint("shared ", c.IntN(100)) // that others send, too
	}
	switch moves := callout.Statuses(); c.IntN(4) {
	case 0:
		cmd.Status = callout.Placed
		for _, n := range c.Perm(crowdSize)[:1+c.IntN(crowdSize)] {
			cmd.Receivers = append(cmd.Receivers, serviceman(n).ID)
		}
		return cmd
	case 1:
		cmd.Sender.Role, cmd.Status = callout.Operator, callout.Cancelled
	case 2:
		cmd.Sender, cmd.Status = serviceman(c.IntN(crowdSize)), moves[c.IntN(len(moves))]
	default:
		cmd.Status = moves[c.IntN(len(moves))]
	}
	cmd.Extra.Reason, cmd.Classic = "so be it", true
	return cmd
}

// acks are of several users' devices, now and then of a new one.
func (c *crowd) acks() []store.Ack {
	var acks []store.Ack
	for _, n := range c.Perm(crowdSize)[:c.IntN(4)] {
		acks = append(acks, store.Ack{UserID: client(n).ID, Device: fmt.Sprint(c.IntN(30)), SeenAt: time.Now(), New: true})
	}
	return acks
}
