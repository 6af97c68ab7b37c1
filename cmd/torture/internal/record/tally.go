package record

import (
	"maps"
	"slices"
	"sync"
)

// Tally counts things by name. Its methods are safe for concurrent use. The zero Tally is ready for use.
type Tally struct {
	mu     sync.Mutex
	counts map[string]int
}

// Add counts n more of them.
func (t *Tally) Add(name string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[string]int)
	}
	t.counts[name] += n
}

// Of is how many there were.
func (t *Tally) Of(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[name]
}

// Names lists what was counted, in order.
func (t *Tally) Names() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.counts))
}
