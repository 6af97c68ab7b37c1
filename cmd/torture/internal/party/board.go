package party

import (
	"sync"
	"time"

	"github.com/calloutd/callout"
)

// Board is what operators look at: every order as anybody was shown it last. Its methods are safe for concurrent use.
type Board struct {
	mu     sync.Mutex
	orders map[string]posted
}

type posted struct {
	order callout.Order
	at    time.Time
}

// NewBoard makes an empty board.
func NewBoard() *Board { return &Board{orders: make(map[string]posted)} }

// Post puts an order up, unless a later version of it is there. Of one that has ended only that is kept.
func (b *Board) Post(o callout.Order) {
	if o.Status.Ends() {
		o = callout.Order{ID: o.ID, Version: o.Version, Status: o.Status}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if o.Version > b.orders[o.ID].order.Version {
		b.orders[o.ID] = posted{o, time.Now()}
	}
}

// Idle finds an open order, any of those at which nothing has happened for a while.
func (b *Board) Idle(d time.Duration) (callout.Order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, p := range b.orders {
		switch {
		case p.order.Status.Ends():
			if time.Since(p.at) > time.Minute {
				delete(b.orders, id) // late news of it have come by now
			}
		case time.Since(p.at) >= d:
			return p.order, true
		}
	}
	return callout.Order{}, false
}
