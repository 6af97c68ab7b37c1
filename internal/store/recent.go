package store

import "sync"

// Recent remembers what was read or written last, by its id, so that who is about to decide on it need not read it again.
// Whoever uses it finds out by other means whether that is still so. It is safe for concurrent use; what it remembers is
// shared, and never changed.
type Recent[V any] struct {
	most int

	mu    sync.Mutex
	young map[string]V
	old   map[string]V // forgotten when there are as many young ones as may be
}

// How many a store remembers at least, as long as there are so many: some MB.
const (
	RecentOrders = 8192
	RecentUsers  = 4 * RecentOrders
)

// NewRecent remembers at least so many, and at most twice as many; 0 is nothing.
func NewRecent[V any](most int) *Recent[V] {
	return &Recent[V]{most: most, young: make(map[string]V)}
}

// Get finds what is remembered.
func (r *Recent[V]) Get(id string) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.young[id]
	if ok {
		return v, true
	}
	if v, ok = r.old[id]; ok {
		r.put(id, v)
	}
	return v, ok
}

// Put remembers.
func (r *Recent[V]) Put(id string, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(id, v)
}

func (r *Recent[V]) put(id string, v V) {
	if r.most == 0 {
		return
	}
	if len(r.young) >= r.most {
		r.young, r.old = make(map[string]V), r.young
	}
	r.young[id] = v
}

// Change makes of what is remembered something else; of what is not, nothing.
func (r *Recent[V]) Change(id string, f func(V) V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.young[id]
	if !ok {
		v, ok = r.old[id]
	}
	if ok {
		r.put(id, f(v))
	}
}

// Drop forgets one.
func (r *Recent[V]) Drop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.young, id)
	delete(r.old, id)
}

// Forget forgets everything: the database may be another one now.
func (r *Recent[V]) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.young, r.old = make(map[string]V), nil
}
