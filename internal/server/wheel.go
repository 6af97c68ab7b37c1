package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	wheelTick  = 10 * time.Millisecond
	wheelSlots = 1 << 12 // of a tick each: 41 s, and what is later comes around again
)

// wheel wakes connections at the moments that they want. It is one timer for all of them, in which to set an alarm and to ring
// it is to move a few pointers (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987).
type wheel struct {
	start time.Time
	nudge chan struct{} // holds one when there is an alarm before the one that is waited for

	mu     sync.Mutex
	slots  [wheelSlots]*conn // the first of each slot's list
	alarms int               // that are set
	rung   int64             // up to this tick, all have been rung
	next   int64             // the tick that is waited for
}

// alarm is a connection's place in the wheel.
type alarm struct {
	tick       atomic.Int64 // when it rings; 0: it is not set
	prev, next *conn
}

func newWheel() *wheel { return &wheel{start: time.Now(), nudge: make(chan struct{}, 1)} }

// set has c woken at a moment, or up to a tick later. An alarm that is set for earlier stays: whoever is woken too early sets
// it again.
func (w *wheel) set(c *conn, at time.Time) {
	tick := int64(at.Sub(w.start)/wheelTick) + 1
	if set := c.alarm.tick.Load(); set != 0 && set <= tick {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(c)
	tick = max(tick, w.rung+1)
	c.alarm.tick.Store(tick)
	slot := &w.slots[tick%wheelSlots]
	if c.alarm.next = *slot; *slot != nil {
		(*slot).alarm.prev = c
	}
	*slot = c
	w.alarms++
	if tick < w.next {
		select {
		case w.nudge <- struct{}{}:
		default:
		}
	}
}

// remove takes back the alarm of a connection.
func (w *wheel) remove(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(c)
}

func (w *wheel) unlink(c *conn) {
	tick := c.alarm.tick.Load()
	if tick == 0 {
		return
	}
	if c.alarm.prev != nil {
		c.alarm.prev.alarm.next = c.alarm.next
	} else {
		w.slots[tick%wheelSlots] = c.alarm.next
	}
	if c.alarm.next != nil {
		c.alarm.next.alarm.prev = c.alarm.prev
	}
	c.alarm.prev, c.alarm.next = nil, nil
	c.alarm.tick.Store(0)
	w.alarms--
}

// run rings until ctx ends.
func (w *wheel) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-w.nudge:
		}
		timer.Reset(time.Until(w.ring(time.Now())))
	}
}

// ring wakes whose time has come, and says when to ring next.
func (w *wheel) ring(now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	for last := int64(now.Sub(w.start) / wheelTick); w.rung < last; {
		w.rung++
		for c := w.slots[w.rung%wheelSlots]; c != nil; {
			next := c.alarm.next
			if c.alarm.tick.Load() <= w.rung {
				w.unlink(c)
				c.wake()
			}
			c = next
		}
	}
	w.next = w.rung + wheelSlots
	for tick := w.rung + 1; w.alarms > 0 && tick < w.next; tick++ {
		if w.slots[tick%wheelSlots] != nil {
			w.next = tick
		}
	}
	return w.start.Add(time.Duration(w.next) * wheelTick)
}
