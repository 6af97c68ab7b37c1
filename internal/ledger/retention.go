package ledger

import (
	"context"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// keepStep bounds what one transaction of retention removes, so that no commit waits for long.
const keepStep = 500

// retain cuts off, now and then, what nobody needs any longer, until ctx ends.
func (l *Ledger) retain(ctx context.Context) {
	ticker := time.NewTicker(l.config.KeepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := l.retainOnce(ctx); err != nil && ctx.Err() == nil {
			l.config.Log.Error("what need not be kept could not be removed", "err", err)
		}
	}
}

func (l *Ledger) retainOnce(ctx context.Context) error {
	var rows, devices, orders int
	defer func() {
		l.config.Metrics.removed(rows, devices, orders)
		if rows+devices+orders > 0 {
			l.config.Log.Info("what need not be kept was removed", "inboxRows", rows, "devices", devices, "orders", orders)
		}
	}()
	for next := (store.Cut{}); !next.Done; {
		step, cancel := context.WithTimeout(ctx, l.config.Timeout)
		var err error
		next, err = l.config.Keeper.Cut(step, l.config.Keep, next, keepStep)
		cancel()
		rows, devices = rows+next.Rows, devices+next.Devices
		if err != nil {
			return err
		}
	}
	for dropped := keepStep; dropped == keepStep; {
		step, cancel := context.WithTimeout(ctx, l.config.Timeout)
		var err error
		dropped, err = l.config.Keeper.DropOrders(step, l.config.Keep, keepStep)
		cancel()
		orders += dropped
		if err != nil {
			return err
		}
	}
	return nil
}
