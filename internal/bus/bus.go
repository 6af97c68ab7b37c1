// Package bus wakes, after a commit, the sessions that have something to send. What it says is a hint: it may be lost,
// repeated or come out of order, and sessions look into the database, which is the truth.
package bus

import (
	"sync"

	"github.com/calloutd/callout/internal/wire"
)

// Local is the bus of one process. The zero value is ready for use.
type Local struct {
	mu    sync.RWMutex
	users map[string]map[*subscription]struct{}
}

type subscription struct{ wake func(*wire.Event) }

// Subscribe has wake called with every row announced for the user, until cancel is called. wake must not block, nor
// change the row, which others share.
func (b *Local) Subscribe(userID string, wake func(*wire.Event)) (cancel func()) {
	s := &subscription{wake}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users == nil {
		b.users = make(map[string]map[*subscription]struct{})
	}
	if b.users[userID] == nil {
		b.users[userID] = make(map[*subscription]struct{})
	}
	b.users[userID][s] = struct{}{}
	return func() { b.unsubscribe(userID, s) }
}

// Announce hints at rows that have been committed.
func (b *Local) Announce(rows []wire.Event) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i := range rows {
		for s := range b.users[rows[i].ReceiverID] {
			s.wake(&rows[i])
		}
	}
}

func (b *Local) unsubscribe(userID string, s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.users[userID], s)
	if len(b.users[userID]) == 0 {
		delete(b.users, userID)
	}
}
