// Package bus wakes, after a commit, the sessions that have something to send. What it says is a hint: it may be lost,
// repeated or come out of order, and sessions look into the database, which is the truth.
package bus

import (
	"sync"

	"github.com/calloutd/callout/internal/wire"
)

// Local is the bus of one process. The zero value is ready for use.
type Local struct {
	rows     subscribers[*wire.Event]
	receipts subscribers[*wire.Receipt]
}

// Subscribe has wake called with every row announced for the user, until cancel is called. wake must not block, nor
// change the row, which others share.
func (b *Local) Subscribe(userID string, wake func(*wire.Event)) (cancel func()) {
	return b.rows.add(userID, wake)
}

// Announce hints at rows that have been committed.
func (b *Local) Announce(rows []wire.Event) {
	for i := range rows {
		b.rows.call(rows[i].ReceiverID, &rows[i])
	}
}

// SubscribeReceipts has tell called with every receipt of an event that the user has sent, until cancel is called. tell
// must not block, nor change the receipt, which others share.
func (b *Local) SubscribeReceipts(userID string, tell func(*wire.Receipt)) (cancel func()) {
	return b.receipts.add(userID, tell)
}

// Tell passes on to the sender of an event that it has been acknowledged.
func (b *Local) Tell(senderID string, r *wire.Receipt) { b.receipts.call(senderID, r) }

// subscribers are those who want to hear of something, by user.
type subscribers[T any] struct {
	mu    sync.RWMutex
	users map[string]map[*subscription[T]]struct{}
}

type subscription[T any] struct{ call func(T) }

func (s *subscribers[T]) add(userID string, call func(T)) (cancel func()) {
	sub := &subscription[T]{call}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		s.users = make(map[string]map[*subscription[T]]struct{})
	}
	if s.users[userID] == nil {
		s.users[userID] = make(map[*subscription[T]]struct{})
	}
	s.users[userID][sub] = struct{}{}
	return func() { s.remove(userID, sub) }
}

func (s *subscribers[T]) call(userID string, about T) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for sub := range s.users[userID] {
		sub.call(about)
	}
}

func (s *subscribers[T]) remove(userID string, sub *subscription[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users[userID], sub)
	if len(s.users[userID]) == 0 {
		delete(s.users, userID)
	}
}
