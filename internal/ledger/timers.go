package ledger

import (
	"context"
	"slices"
	"sync"
	"time"
)

// sweep hands in the commands of timers whose time has come, until ctx ends. A timer that is handed in twice, by this
// process or another, takes effect once: its command holds for one version of its order.
func (l *Ledger) sweep(ctx context.Context) {
	ticker := time.NewTicker(l.config.Sweep)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for l.sweepOnce(ctx) {
		}
	}
}

// sweepOnce hands in one group of timers, waits for their answers, and reports whether more may be due.
func (l *Ledger) sweepOnce(ctx context.Context) (more bool) {
	reading, cancel := context.WithTimeout(ctx, l.config.Timeout)
	defer cancel()
	due, err := l.store.Due(reading, l.config.Group)
	if err != nil {
		if ctx.Err() == nil {
			l.config.Log.Error("timers could not be read", "err", err)
		}
		return false
	}
	var answered sync.WaitGroup
	taken := make([]bool, len(due))
	for i, cmd := range due {
		answered.Add(1)
		l.Submit(cmd, func(a Answer) {
			taken[i] = a.Err == nil
			answered.Done()
		})
	}
	answered.Wait()
	// When one came to nothing, the database is away or the queue full: wait for the next tick.
	return len(due) == l.config.Group && !slices.Contains(taken, false)
}
