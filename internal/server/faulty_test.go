package server_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// faulty is a real database that can be told to go away, or to be slow.
type faulty struct {
	mu     sync.Mutex
	away   bool          // nothing is read or written
	unsure int           // that many commits are made and reported as failed;
	then   bool          // and away it goes
	gate   chan struct{} // commits wait until it is closed; nil: they do not
	held   chan struct{} // told when one waits
}

var errAway = errors.New("the connection is lost")

// wrap has a server under test use the faulty database.
func (f *faulty) wrap(c *servertest.Config) {
	c.Wrap = func(real store.Ledger) store.Ledger { return faultyLedger{real, f} }
	c.Inbox = func(real store.Inbox) store.Inbox { return faultyInbox{real, f} }
}

func (f *faulty) goAway(away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = away
}

// beUnsure has the next commits of commands made, and reported as failed; and then perhaps goes away.
func (f *faulty) beUnsure(times int, thenAway bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unsure, f.then = times, thenAway
}

// hold has commits wait until release is called. held is told of each that does.
func (f *faulty) hold(t testing.TB) (held <-chan struct{}, release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	gate := make(chan struct{})
	f.gate, f.held = gate, make(chan struct{}, 1000)
	release = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(release)
	return f.held, release
}

func (f *faulty) check() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return errAway
	}
	return nil
}

type faultyLedger struct {
	real store.Ledger
	f    *faulty
}

func (l faultyLedger) Remembered(orderID string) (*callout.Order, time.Time) {
	return l.real.Remembered(orderID)
}

func (l faultyLedger) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	l.f.mu.Lock()
	away, unsure, gate, held := l.f.away, len(g.Keys) > 0 && l.f.unsure > 0, l.f.gate, l.f.held
	if unsure {
		l.f.unsure--
	}
	l.f.mu.Unlock()
	if away {
		return nil, errAway
	}
	if gate != nil {
		held <- struct{}{}
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	rows, err := l.real.Commit(ctx, g, decide)
	if unsure && err == nil {
		l.f.mu.Lock()
		defer l.f.mu.Unlock()
		l.f.away = l.f.away || l.f.then && l.f.unsure == 0
		return nil, errAway
	}
	return rows, err
}

func (l faultyLedger) Due(ctx context.Context, limit int) ([]callout.Command, error) {
	if err := l.f.check(); err != nil {
		return nil, err
	}
	return l.real.Due(ctx, limit)
}

type faultyInbox struct {
	real store.Inbox
	f    *faulty
}

func (i faultyInbox) Open(ctx context.Context, userID, device string, resume *wire.Resume) (store.Snapshot, error) {
	if err := i.f.check(); err != nil {
		return store.Snapshot{}, err
	}
	return i.real.Open(ctx, userID, device, resume)
}

func (i faultyInbox) Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error) {
	if err := i.f.check(); err != nil {
		return nil, err
	}
	return i.real.Page(ctx, userID, after, limit)
}

func (i faultyInbox) Find(ctx context.Context, w store.Wanted) (wire.Event, bool, error) {
	if err := i.f.check(); err != nil {
		return wire.Event{}, false, err
	}
	return i.real.Find(ctx, w)
}

func (i faultyInbox) Heads(ctx context.Context, userIDs []string) (map[string]int64, error) {
	if err := i.f.check(); err != nil {
		return nil, err
	}
	return i.real.Heads(ctx, userIDs)
}

func (i faultyInbox) Standing(ctx context.Context, userID string) (int64, int, error) {
	if err := i.f.check(); err != nil {
		return 0, 0, err
	}
	return i.real.Standing(ctx, userID)
}
