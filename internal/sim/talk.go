package sim

import (
	"slices"
	"sync"

	"github.com/calloutd/callout"
)

// talk is which orders there are, as word goes among the people.
type talk struct {
	mu  sync.Mutex
	ids []string
}

func (t *talk) hear(orderID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.ids, orderID) {
		t.ids = append(t.ids, orderID)
	}
}

func (t *talk) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.ids)
}

// lookUp reads one of the orders from the database, as an operator's console does.
func (w *world) lookUp(d *dice) []callout.Order {
	ids := w.talk.all()
	if len(ids) == 0 {
		return nil
	}
	events := w.truth.events(oneOf(d, ids))
	if len(events) == 0 {
		return nil
	}
	return []callout.Order{events[len(events)-1].Order}
}
