package demo

import (
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// recorder numbers the arrows of one order as they happen, and hands each to those who show it before the next can
// happen. Its methods are safe for concurrent use.
type recorder struct {
	clock func() time.Time
	shows []func(arrow) error

	mu     sync.Mutex
	start  time.Time // when the first arrow was recorded
	arrows []arrow
	err    error // the first of those who show
}

func newRecorder(clock func() time.Time, shows ...func(arrow) error) *recorder {
	return &recorder{clock: clock, shows: shows}
}

// connect records that the session of a party has begun.
func (r *recorder) connect(party lane) { r.add(arrow{From: party, To: serverLane, What: connects}) }

// disconnect records that the server has ended the session of a party.
func (r *recorder) disconnect(party lane) {
	r.add(arrow{From: serverLane, To: party, What: disconnects})
}

// tell records that a status of the order goes from one to the other.
func (r *recorder) tell(from, to lane, code callout.Status) {
	r.add(arrow{From: from, To: to, What: tells, Code: code})
}

// commits is to be told of every commit, and records those of the order: a database may hold others, whose time comes
// meanwhile.
func (r *recorder) commits(orderID string) func([]store.Record) {
	return func(records []store.Record) {
		for i := range records {
			if records[i].OrderID == orderID {
				r.tell(serverLane, databaseLane, records[i].Status)
			}
		}
	}
}

// recorded gives the arrows so far, and what went wrong in showing them.
func (r *recorder) recorded() ([]arrow, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]arrow(nil), r.arrows...), r.err
}

func (r *recorder) add(a arrow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock()
	if len(r.arrows) == 0 {
		r.start = now
	}
	a.N, a.At = len(r.arrows)+1, now.Sub(r.start)
	r.arrows = append(r.arrows, a)
	for _, show := range r.shows {
		if err := show(a); err != nil && r.err == nil {
			r.err = err
		}
	}
}
