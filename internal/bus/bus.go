// Package bus wakes, after a commit, the sessions that have something to send. What it says is a hint: it may be lost,
// repeated or come out of order, and sessions look into the database, which is the truth.
package bus

import (
	"sync"

	"github.com/calloutd/callout/internal/wire"
)

// Subscriber hears what concerns its user. Its methods must not block, nor change what they are given, which others share.
type Subscriber interface {
	// Hint is called with every row announced for the user.
	Hint(row *wire.Event)
	// Receipt is called with every receipt of an event that the user has sent, if the subscription asks for them.
	Receipt(r *wire.Receipt)
}

// Watcher hears of everything. Its methods must not block.
type Watcher interface {
	// Happened is called with every event, whoever it concerns.
	Happened(e wire.Happened)
	// Missed is called when events may not have been announced.
	Missed()
}

// Local is the bus of one process. The zero value is ready for use.
type Local struct {
	mu       sync.RWMutex
	users    map[string]*Subscription // by user, the first of each
	watchers map[Watcher]struct{}
}

// Subscription is one subscriber's. It is theirs alone, so that many who only wait cost little.
type Subscription struct {
	who      Subscriber
	userID   string
	receipts bool
	next     *Subscription // of the same user
}

// Subscribe has the subscriber hear of a user's rows, and receipts if it wants them, from now on until [Local.Unsubscribe].
func (b *Local) Subscribe(userID string, receipts bool, who Subscriber) *Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users == nil {
		b.users = make(map[string]*Subscription)
	}
	s := &Subscription{who: who, userID: userID, receipts: receipts, next: b.users[userID]}
	b.users[userID] = s
	return s
}

// Unsubscribe ends a subscription. Calls that are under way may still come to their end. It is called once.
func (b *Local) Unsubscribe(s *Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := b.users[s.userID]
	switch {
	case first != s:
		for first.next != s {
			first = first.next
		}
		first.next = s.next
	case s.next != nil:
		b.users[s.userID] = s.next
	default:
		delete(b.users, s.userID)
	}
}

// Watch has the watcher hear of everything from now on until [Local.Unwatch].
func (b *Local) Watch(w Watcher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers == nil {
		b.watchers = make(map[Watcher]struct{})
	}
	b.watchers[w] = struct{}{}
}

// Unwatch ends that. Calls that are under way may still come to their end.
func (b *Local) Unwatch(w Watcher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.watchers, w)
}

// Missed says that events may not have been announced.
func (b *Local) Missed() {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for w := range b.watchers {
		w.Missed()
	}
}

// Announce hints at rows that have been committed, those of an event one after the other.
func (b *Local) Announce(rows []wire.Event) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if len(b.watchers) > 0 {
		b.tellWatchers(rows)
	}
	for i := range rows {
		for s := b.users[rows[i].ReceiverID]; s != nil; s = s.next {
			s.who.Hint(&rows[i])
		}
	}
}

// tellWatchers tells of each event once, whoever has rows of it. It holds mu.
func (b *Local) tellWatchers(rows []wire.Event) {
	for i := range rows {
		if i > 0 && rows[i].OrderID == rows[i-1].OrderID && rows[i].Version == rows[i-1].Version {
			continue
		}
		for w := range b.watchers {
			w.Happened(wire.Happened{OrderID: rows[i].OrderID, Version: rows[i].Version, Status: rows[i].Status, At: rows[i].At})
		}
	}
}

// Tell passes on to the sender of an event that it has been acknowledged.
func (b *Local) Tell(senderID string, r *wire.Receipt) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := b.users[senderID]; s != nil; s = s.next {
		if s.receipts {
			s.who.Receipt(r)
		}
	}
}
