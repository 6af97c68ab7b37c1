package ledger_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/store"
)

func TestWhatNeedNotBeKeptIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		day := 24 * time.Hour
		b := start(t, fresh(t), func(c *ledger.Config) { c.Rules.Offer, c.Sweep, c.AckEvery = 100*day, day, day })
		b.must(place("p1", "o1", sam))
		b.must(say("k1", ana, "o1", callout.Cancelled))
		<-time.After(day)
		b.must(place("p2", "o2", sam))
		<-time.After(29*day - 2*time.Hour)
		synctest.Wait()
		if got := len(b.inbox(ana.ID)); got != 3 {
			t.Fatalf("before its time ana's inbox has %d rows", got)
		}
		<-time.After(4 * time.Hour)
		synctest.Wait()
		if rows := b.inbox(ana.ID); len(rows) != 1 || rows[0].Seq != 3 {
			t.Errorf("after 30 days ana's inbox is %+v", rows)
		}
		if events, err := b.db.Events(t.Context(), "o1"); err != nil || len(events) != 0 {
			t.Errorf("the order that has ended has %d events (%v)", len(events), err)
		}
		<-time.After(2 * day)
		synctest.Wait()
		if got := len(b.inbox(ana.ID)); got != 0 {
			t.Errorf("ana's inbox has %d rows", got)
		}
		if a := b.must(say("a2", sam, "o2", callout.Accepted)); a.Version != 2 {
			t.Errorf("the order that has not ended goes on with %+v", a)
		}
	})
}

// shaky is a keeper that fails now and then.
type shaky struct {
	store.Keeper
	calls int
}

func (s *shaky) Cut(ctx context.Context, keep time.Duration, from store.Cut, limit int) (store.Cut, error) {
	if s.calls++; s.calls%2 == 1 {
		return store.Cut{After: from.After}, errLost
	}
	return s.Keeper.Cut(ctx, keep, from, limit)
}

func TestWhatCouldNotBeRemovedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, fresh(t), func(c *ledger.Config) {
			c.Keeper, c.Sweep, c.AckEvery = &shaky{Keeper: c.Keeper}, 24*time.Hour, 24*time.Hour
		})
		b.must(place("p1", "o1", sam))
		<-time.After(40 * 24 * time.Hour)
		synctest.Wait()
		if got := len(b.inbox(ana.ID)); got != 0 {
			t.Errorf("ana's inbox has %d rows", got)
		}
	})
}
