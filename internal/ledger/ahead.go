package ledger

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// ahead is a group that the database has been sent, and whose outcome is still to come.
type ahead struct {
	group
	sent time.Time
}

// worthwhile reports whether a group is to be made of what waits, and has whoever adds to that wake the lane once it is. While the
// database is at a group, the next one is only sent when it is half as large: each costs the database something, whatever is in it.
//
// Where a processor may look at the queue before others see how many are enough, a call may be missed; the ticker makes up for it.
func (l *lane) worthwhile() bool {
	enough := 0 // the queue may be closed
	switch {
	case len(l.ahead) == store.MostAhead:
		enough = math.MaxInt
	case len(l.ahead) > 0:
		enough = min(max(len(l.ahead[0].items)/2, 1), cap(l.queue))
	}
	l.enough.Store(int64(enough))
	return len(l.queue) >= enough
}

// outcomes are those of the groups ahead; nil when there are none.
func (l *lane) outcomes() <-chan store.Outcome {
	if len(l.ahead) == 0 {
		return nil
	}
	return l.stream.Outcomes()
}

// send reports whether the items have been sent ahead.
func (l *lane) send(items []item) bool {
	if l.stream == nil {
		return false
	}
	next := ahead{group: l.group(items), sent: time.Now()}
	if !l.stream.Send(next.names(), next.decide) {
		return false
	}
	l.ahead = append(l.ahead, next)
	return true
}

// receive takes the outcome of the oldest group ahead. An error means that the database is broken.
func (l *lane) receive(ctx context.Context, outcome store.Outcome) error {
	if outcome.Err != nil {
		return l.again(ctx, outcome.Err, nil)
	}
	l.durable(outcome.Rows)
	return nil
}

// durable hands on the oldest group ahead.
func (l *lane) durable(rows []wire.Event) {
	first := &l.ahead[0]
	l.ahead = l.ahead[1:]
	l.committed(&first.group, rows, first.sent)
}

// again commits what was ahead when the oldest group came to nothing, or to what is not known: so did all that was sent after it.
// With it go the items that have waited for it.
func (l *lane) again(ctx context.Context, cause error, items []item) error {
	l.stream.Fail(cause)
	var all []item
	for i := range l.ahead {
		all = append(all, l.ahead[i].items...)
	}
	l.ahead = nil
	undone := errors.Is(cause, store.TryAgain) || errors.Is(cause, store.BadData)
	return l.commit(ctx, append(all, items...), !undone)
}

// rest lets the stream rest when nothing is ahead.
func (l *lane) rest() {
	if l.stream != nil && len(l.ahead) == 0 {
		l.stream.Rest()
	}
}
