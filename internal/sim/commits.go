package sim

import (
	"context"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// commits is a real store.Ledger that fares as the storm has it. Once its process has crashed nothing reaches the
// database any more.
type commits struct {
	real  store.Ledger
	storm *storm
	node  *node
}

// Commit implements store.Ledger.
func (c *commits) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	f := c.storm.commit(g)
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	if err := c.meet(ctx, &f, beforeCommit); err != nil {
		return nil, err
	}
	var fault error
	rows, err := c.real.Commit(ctx, g, func(loaded store.Loaded) []store.Record {
		records := decide(loaded)
		if fault = c.meet(ctx, &f, betweenCommit); fault != nil {
			abort()
		}
		return records
	})
	if fault != nil {
		return nil, fault
	}
	if err != nil {
		return nil, err
	}
	if err := c.meet(ctx, &f, afterCommit); err != nil {
		c.node.note("commits of %v are made, and said to have failed: %v", g.Keys, err)
		return nil, err
	}
	return rows, nil
}

// meet has a commit meet its fate where it is.
func (c *commits) meet(ctx context.Context, f *fate, where place) error {
	if f.slow[where] > 0 {
		c.node.note("a commit takes %v %s", f.slow[where], where)
	}
	if err := c.node.held(ctx, f.slow[where]); err != nil {
		return err
	}
	if f.crash == where {
		c.node.note("it crashes in a commit, %s", where)
		c.node.crash()
		return errDead
	}
	if f.fails == where {
		c.node.note("a commit fails %s: %v", where, f.with)
		return f.with
	}
	return nil
}

// Remembered implements store.Ledger.
func (c *commits) Remembered(orderID string) (*callout.Order, time.Time) {
	return c.real.Remembered(orderID)
}

// Due implements store.Ledger.
func (c *commits) Due(ctx context.Context, limit int) ([]callout.Command, error) {
	return meet(ctx, c.node, c.storm.due(), "what is due", func() ([]callout.Command, error) { return c.real.Due(ctx, limit) })
}
