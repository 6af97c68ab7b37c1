package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/load"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// alone is a ledger in this process, with no server in front of it. It is a [load.Dialect]: parties hand it their commands,
// and hear of its answers and of what it announces.
type alone struct {
	ledger *node.Ledger
	extras map[callout.Status]callout.Extra
	groups groups
	end    context.CancelFunc
	ended  chan error

	mu    sync.RWMutex
	lines map[string]*line // of those who hear of rows, by user
}

// startLedger opens a database and commits to it until stop. A ledger that cannot go on, or may have committed what it has
// not announced, calls fail.
func startLedger(ctx context.Context, configure func(string) (node.Config, error), database string, fail func(error)) (*alone, error) {
	config, err := configure(database)
	if err != nil {
		return nil, err
	}
	a := &alone{extras: make(map[callout.Status]callout.Extra), ended: make(chan error, 1), lines: make(map[string]*line)}
	for _, status := range load.Story {
		if a.extras[status], err = callout.ParseExtra(status, []byte(load.Extra(status))); err != nil {
			return nil, fmt.Errorf("read what a command carries: %w", err)
		}
	}
	config.Record = func(s store.Ledger) store.Ledger {
		a.groups.Ledger = s
		return &a.groups
	}
	config.Ledger.Announce = a.announce
	config.Ledger.Missed = func() { fail(errors.New("the database was away")) }
	if a.ledger, err = node.OpenLedger(ctx, config); err != nil {
		return nil, err
	}
	ctx, a.end = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		err := a.ledger.Run(ctx)
		if err != nil {
			fail(errors.New("the ledger has ended"))
		}
		a.ended <- err
	}()
	return a, nil
}

// stop commits what was handed in and closes the database.
func (a *alone) stop() error {
	a.end()
	return <-a.ended
}

// announce tells those who have not sent the command themselves: they have its answer.
func (a *alone) announce(rows []wire.Event) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for i := range rows {
		row := &rows[i]
		if to := a.lines[row.ReceiverID]; to != nil && row.SenderID != row.ReceiverID {
			to.tell(heard{notice: load.Notice{OrderID: row.OrderID, Version: row.Version}})
		}
	}
}

// groups counts the transactions of a ledger, and the commands in them.
type groups struct {
	store.Ledger
	transactions, commands atomic.Int64
}

// Commit implements [store.Ledger].
func (g *groups) Commit(ctx context.Context, group store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	if n := len(group.Keys); n > 0 {
		g.transactions.Add(1)
		g.commands.Add(int64(n))
	}
	return g.Ledger.Commit(ctx, group, decide)
}

// ledgerAlone has pairs play without a server between them and the ledger.
func (b *bench) ledgerAlone(ctx context.Context) (report, error) {
	r, err := b.pairs(ctx, b.ledger)
	if err != nil {
		return nil, err
	}
	if n := b.ledger.groups.transactions.Load(); n > 0 {
		r.Group = rounded(float64(b.ledger.groups.commands.Load()) / float64(n))
	}
	return r, nil
}
