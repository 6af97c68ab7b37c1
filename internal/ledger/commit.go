package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

const (
	maxTries = 10                    // of a group that loses against other transactions
	pause    = 10 * time.Millisecond // the longest between two of the first; it grows with them
)

// commit makes the items durable and hands on what may be told. An error means that the database is broken.
//
// COMMIT has three outcomes. Done is done. Nothing was written: a group that lost against another is run again whole, and
// one with data that the database refuses is split, so that the culprit alone fails. Unknown: the group is run once more, which finds
// what of it has been committed; if that fails, too, nothing is said of the outcome. It may be unknown from the beginning.
func (l *lane) commit(ctx context.Context, items []item, unknown bool) error {
	var err error
	refused := false
	for try := 1; try <= maxTries; try++ {
		g := l.group(items)
		if err = l.try(ctx, &g, unknown); err == nil {
			return nil
		}
		switch {
		case errors.Is(err, store.Broken):
			l.config.Log.Error("the database is broken", "err", err)
			l.answerAll(items, unavailable())
			return err
		case errors.Is(err, store.BadData):
			if len(items) > 1 {
				return l.split(ctx, items, unknown)
			}
			// The same id may have been committed by another process a moment before: then it is a repeat now.
			if refused {
				l.refuse(items, err)
				return nil
			}
			refused = true
		case errors.Is(err, store.TryAgain):
			wait(ctx, rand.N(pause*time.Duration(try)))
		case unknown:
			try = maxTries
		default:
			unknown = true
		}
	}
	l.giveUp(items, err)
	return nil
}

// try runs the group in one transaction and hands on its outcome if that is certain. After an outcome that was not,
// rows may have been committed that are announced by nobody.
func (l *lane) try(ctx context.Context, g *group, afterUnknown bool) error {
	ctx, cancel := context.WithTimeout(ctx, l.config.Timeout)
	defer cancel()
	start := time.Now()
	rows, err := l.store.Commit(ctx, g.names(), g.decide)
	if err != nil {
		return fmt.Errorf("commit %d commands: %w", len(g.items), err)
	}
	if afterUnknown {
		l.config.Missed()
	}
	l.committed(g, rows, start)
	return nil
}

// committed hands on the outcome of a group that is durable.
func (l *lane) committed(g *group, rows []wire.Event, start time.Time) {
	l.config.Metrics.committed(g, time.Since(start))
	l.told <- finished{rows: rows, items: g.items, answers: g.answers}
}

// split commits the halves of a group that holds data which the database refuses.
func (l *lane) split(ctx context.Context, items []item, unknown bool) error {
	if unknown {
		l.config.Missed()
	}
	half := len(items) / 2
	if err := l.commit(ctx, items[:half], false); err != nil {
		l.answerAll(items[half:], unavailable())
		return err
	}
	return l.commit(ctx, items[half:], false)
}

// refuse answers a lone command that the database will not take.
func (l *lane) refuse(items []item, cause error) {
	l.config.Log.Error("the database refuses what is to be written", "commands", len(items), "err", cause)
	l.answerAll(items, &callout.Error{Code: callout.Internal, Message: "the command could not be stored"})
}

// giveUp says nothing of the outcome, to these senders and to those who wait behind them: a database that is away
// must not keep them waiting for one timeout each. The items may be a part of a group whose rest follows them in memory, so nothing is
// appended to them.
func (l *lane) giveUp(items []item, cause error) {
	l.config.Log.Error("a group could not be committed", "commands", len(items), "err", cause)
	l.config.Missed()
	l.answerAll(slices.Concat(items, l.waiting()), unavailable())
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
