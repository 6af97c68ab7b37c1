package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/load"
	"github.com/calloutd/callout/internal/wire"
)

// alone is a ledger in this process, with no server in front of it. It is a [load.Dialect]: parties hand it their commands,
// and hear of its answers and of what it announces.
type alone struct {
	ledger *node.Ledger
	extras map[callout.Status]callout.Extra
	end    context.CancelFunc
	ended  chan error

	registry *prometheus.Registry

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
	a := &alone{registry: prometheus.NewRegistry(), extras: make(map[callout.Status]callout.Extra), ended: make(chan error, 1), lines: make(map[string]*line)}
	for _, status := range load.Story {
		if a.extras[status], err = callout.ParseExtra(status, []byte(load.Extra(status))); err != nil {
			return nil, fmt.Errorf("read what a command carries: %w", err)
		}
	}
	config.Server.Registry = a.registry
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

// ledgerAlone has pairs play without a server between them and the ledger.
func (b *bench) ledgerAlone(ctx context.Context) (report, error) {
	r, err := b.pairs(ctx, b.ledger)
	if err != nil {
		return nil, err
	}
	r.Group, err = b.ledger.group()
	return r, err
}

// group is how many commands a transaction had on average.
func (a *alone) group() (float64, error) {
	families, err := a.registry.Gather()
	if err != nil {
		return 0, fmt.Errorf("look at the ledger's metrics: %w", err)
	}
	for _, f := range families {
		if f.GetName() == "callout_commit_group_commands" {
			h := f.GetMetric()[0].GetHistogram()
			return rounded(h.GetSampleSum() / float64(max(h.GetSampleCount(), 1))), nil
		}
	}
	return 0, errors.New("the ledger does not say how large its groups are")
}
