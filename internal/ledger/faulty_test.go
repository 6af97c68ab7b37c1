package ledger_test

import (
	"context"
	"errors"
	"sync"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// faulty is a real store that fails, or is held up, when it is told to.
type faulty struct {
	store.Ledger
	entered chan struct{} // told when a commit is held up

	mu    sync.Mutex
	count int
	gate  func(before bool)
	fault func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error)
}

var errLost = errors.New("the connection is lost")

func (f *faulty) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	f.mu.Lock()
	f.count++
	gate, fault := f.gate, f.fault
	f.mu.Unlock()
	commit := func() ([]wire.Event, error) { return f.Ledger.Commit(ctx, g, decide) }
	if gate != nil {
		gate(true)
		defer gate(false)
	}
	if fault != nil {
		return fault(g, commit)
	}
	return commit()
}

func (f *faulty) commits() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// hold keeps commits from beginning until release is called.
func (f *faulty) hold() (release func()) { return f.holdWhen(true) }

// holdAfter keeps commits that are done from returning until release is called.
func (f *faulty) holdAfter() (release func()) { return f.holdWhen(false) }

func (f *faulty) holdWhen(before bool) (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	opened := make(chan struct{})
	f.entered = make(chan struct{}, 1000)
	f.gate = func(now bool) {
		if now == before {
			f.entered <- struct{}{}
			<-opened
		}
	}
	return sync.OnceFunc(func() { close(opened) })
}

// failing has the next commits fail as fault says, until it returns done.
func (f *faulty) failing(fault func(g store.Group, commit func() ([]wire.Event, error)) (rows []wire.Event, err error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// names reports whether the group holds a command of this id.
func names(g store.Group, who callout.Actor, id string) bool {
	for _, key := range g.Keys {
		if key.SenderID == who.ID && key.CommandID == id {
			return true
		}
	}
	return false
}
