package store

import (
	"sync"

	"github.com/calloutd/callout"
)

// Recent remembers orders as they were last committed or read, so that who is about to decide on one need not read and decode
// it again. An id and a version name one state of an order, so a store that finds the version that is remembered has the order.
// It is safe for concurrent use. The orders are shared, and never changed.
type Recent struct {
	most int

	mu    sync.Mutex
	young map[string]*callout.Order
	old   map[string]*callout.Order // forgotten when there are as many young ones as may be
}

// RecentOrders is how many orders a store remembers at least, as long as there are so many: a few MB.
const RecentOrders = 4096

// NewRecent remembers at least so many orders, and at most twice as many.
func NewRecent(most int) *Recent {
	return &Recent{most: most, young: make(map[string]*callout.Order)}
}

// Get finds an order; nil: it is not remembered.
func (r *Recent) Get(id string) *callout.Order {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.young[id]; o != nil {
		return o
	}
	o := r.old[id]
	if o != nil {
		r.put(o)
	}
	return o
}

// Put remembers a copy of an order that has been committed. One that has ended is of no use any more.
func (r *Recent) Put(o callout.Order) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o.Status.Ends() {
		delete(r.young, o.ID)
		delete(r.old, o.ID)
		return
	}
	r.put(&o)
}

func (r *Recent) put(o *callout.Order) {
	if len(r.young) >= r.most {
		r.young, r.old = make(map[string]*callout.Order), r.young
	}
	r.young[o.ID] = o
}

// Forget forgets everything: the database may be another one now.
func (r *Recent) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.young, r.old = make(map[string]*callout.Order), nil
}
