package ledger

import (
	"sync"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// acks are acknowledgements that wait to be written, at most one a device: what comes for a device whose last one waits is
// merged with it. They are written in the order in which they began to wait, so that busy devices cost a write now and then,
// and never all at once.
type acks struct {
	mu      sync.Mutex
	waiting map[device]*waitingAck
	first   *waitingAck // the one that waits longest
	last    *waitingAck
}

type waitingAck struct {
	store.Ack
	since time.Time
	next  *waitingAck
}

type device struct{ userID, device string }

func deviceOf(ack *store.Ack) device { return device{ack.UserID, ack.Device} }

// merge takes in an acknowledgement at a time.
func (a *acks) merge(ack store.Ack, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if waits := a.waiting[deviceOf(&ack)]; waits != nil {
		waits.Ack = later(waits.Ack, ack)
		return
	}
	a.add(&waitingAck{Ack: ack, since: now})
}

// putBack takes in those that were not written, and merges those with them that have come since.
func (a *acks) putBack(acks []store.Ack, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ack := range acks {
		if waits := a.waiting[deviceOf(&ack)]; waits != nil {
			waits.Ack = later(ack, waits.Ack)
		} else {
			a.add(&waitingAck{Ack: ack, since: now})
		}
	}
}

func (a *acks) add(w *waitingAck) {
	a.waiting[deviceOf(&w.Ack)] = w
	if a.last == nil {
		a.first = w
	} else {
		a.last.next = w
	}
	a.last = w
}

// seq is what a device's waiting acknowledgement is of; 0: none waits.
func (a *acks) seq(d device) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if waits := a.waiting[d]; waits != nil {
		return waits.Seq
	}
	return 0
}

// take takes out at most so many that have waited since a time, or before it.
func (a *acks) take(since time.Time, most int) []store.Ack {
	a.mu.Lock()
	defer a.mu.Unlock()
	var taken []store.Ack
	for a.first != nil && len(taken) < most && !a.first.since.After(since) {
		taken = append(taken, a.first.Ack)
		delete(a.waiting, deviceOf(&a.first.Ack))
		a.first = a.first.next
	}
	if a.first == nil {
		a.last = nil
	}
	return taken
}

// later merges two acknowledgements of one device; the first may be none.
func later(before, ack store.Ack) store.Ack {
	ack.Seq = max(ack.Seq, before.Seq)
	if ack.SeenAt.Before(before.SeenAt) {
		ack.SeenAt = before.SeenAt
	}
	ack.New = ack.New || before.New
	ack.Sent = joined(before.Sent, ack.Sent)
	ack.Acked = joined(before.Acked, ack.Acked)
	return ack
}

func joined(marks, more []store.Mark) []store.Mark {
	for _, m := range more {
		marks = store.AddMark(marks, m)
	}
	return marks
}
