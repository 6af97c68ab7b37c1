package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/calloutd/callout/internal/store"
)

const (
	cutStep  = 500 // rows that one step of retention cuts off, so that no commit waits for long
	dropStep = 100 // orders that one drops
)

// retain removes, now and then, what nobody needs any longer, until ctx ends. The first time is soon, since a process may not
// live until the second. When the database is broken it says so to fail.
func (l *Ledger) retain(ctx context.Context, fail func(error)) {
	timer := time.NewTimer(l.config.KeepEvery / 10)
	defer timer.Stop()
	var from store.Cut
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		timer.Reset(l.config.KeepEvery)
		done := removed{}
		var err error
		if from, err = l.cut(ctx, from, &done); err == nil {
			err = l.drop(ctx, &done)
		}
		l.config.Metrics.removed(done)
		if done != (removed{}) {
			l.config.Log.Info("what need not be kept was removed", "inboxRows", done.rows, "devices", done.devices, "orders", done.orders)
		}
		switch {
		case errors.Is(err, store.Broken):
			fail(err)
			return
		case err != nil && ctx.Err() == nil:
			l.config.Log.Error("what need not be kept could not be removed; it is tried again", "after", from.After, "err", err)
		}
	}
}

// removed is what retention has removed.
type removed struct{ rows, devices, orders int }

// cut goes through all users once, from where the last time has got. Where something fails the next time goes on there.
func (l *Ledger) cut(ctx context.Context, from store.Cut, done *removed) (store.Cut, error) {
	for ctx.Err() == nil {
		step, cancel := context.WithTimeout(ctx, l.config.Timeout)
		next, err := l.config.Keeper.Cut(step, l.config.Keep, from, cutStep)
		cancel()
		done.rows, done.devices = done.rows+next.Rows, done.devices+next.Devices
		if err != nil {
			return next, err
		}
		if next.Done {
			return store.Cut{}, nil
		}
		from = next
	}
	return from, ctx.Err()
}

func (l *Ledger) drop(ctx context.Context, done *removed) error {
	for ctx.Err() == nil {
		step, cancel := context.WithTimeout(ctx, l.config.Timeout)
		n, err := l.config.Keeper.DropOrders(step, l.config.Keep, dropStep)
		cancel()
		done.orders += n
		if err != nil || n == 0 {
			return err
		}
	}
	return ctx.Err()
}
