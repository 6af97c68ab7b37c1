package ledger

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// ahead is a group that the database has been sent, and whose outcome is still to come.
type ahead struct {
	group
	sent time.Time
}

// mostAhead is how many there are at once: one that the database is at, and one that it finds when it is through with that.
const mostAhead = 2

// worthwhile reports whether a group is to be made of what waits, and has whoever adds to that wake the lane once it is. While the
// database is at a group, the next one is only sent when it is half as large: each costs the database something, whatever is in it.
func (l *lane) worthwhile() bool {
	enough := 1
	switch len(l.ahead) {
	case 0:
		l.enough.Store(1)
		return true
	case mostAhead:
		enough = math.MaxInt
	default:
		enough = max(len(l.ahead[0].items)/2, 1)
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
func (l *lane) send(items []item, acks []store.Ack) bool {
	if l.stream == nil || len(items) == 0 || len(acks) > 0 {
		return false
	}
	next := ahead{group: l.group(items), sent: time.Now()}
	if !l.stream.Send(next.names(nil), next.decide) {
		return false
	}
	l.ahead = append(l.ahead, next)
	return true
}

// receive hands on the outcome of the oldest group ahead. When that has come to nothing, or it is not known to what, then so has what
// was sent after it, and all is committed together. An error means that the database is broken.
func (l *lane) receive(ctx context.Context, outcome store.Outcome) error {
	if outcome.Err == nil {
		l.committed(&l.ahead[0].group, outcome.Rows, l.ahead[0].sent)
		l.ahead = l.ahead[1:]
		return nil
	}
	l.stream.Fail(outcome.Err)
	var items []item
	for i := range l.ahead {
		items = append(items, l.ahead[i].items...)
	}
	l.ahead = nil
	undone := errors.Is(outcome.Err, store.TryAgain) || errors.Is(outcome.Err, store.BadData)
	return l.commit(ctx, items, nil, !undone)
}

// rest lets the stream rest when nothing is ahead.
func (l *lane) rest() {
	if l.stream != nil && len(l.ahead) == 0 {
		l.stream.Rest()
	}
}
