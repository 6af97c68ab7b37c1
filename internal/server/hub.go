package server

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/calloutd/callout/internal/session"
)

// hub knows the connections, and which of them is whose device.
type hub struct {
	mu      sync.Mutex
	conns   map[*conn]struct{}
	devices map[device]*conn
	empty   sync.WaitGroup // counts conns
	closing bool
	missed  chan struct{} // holds one when heads are to be compared at once
}

type device struct{ userID, device string }

func newHub() hub {
	return hub{conns: make(map[*conn]struct{}), devices: make(map[device]*conn), missed: make(chan struct{}, 1)}
}

// add takes a connection in, unless the server is closing.
func (h *hub) add(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	h.conns[c] = struct{}{}
	h.empty.Add(1)
	return true
}

func (h *hub) remove(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	if c.device != (device{}) && h.devices[c.device] == c {
		delete(h.devices, c.device)
	}
	h.empty.Done()
}

// take gives the device to c, and ends the session that had it.
func (h *hub) take(c *conn, d device) {
	h.mu.Lock()
	former := h.devices[d]
	h.devices[d] = c
	c.device = d
	h.mu.Unlock()
	if former != nil {
		former.post(func(time.Time) session.Actions { return former.session.Replaced() })
	}
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.devices)
}

// byUser lists the connections of every user who has one.
func (h *hub) byUser() map[string][]*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	users := make(map[string][]*conn, len(h.devices))
	for d, c := range h.devices {
		users[d.userID] = append(users[d.userID], c)
	}
	return users
}

func (h *hub) isClosing() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closing
}

// drain takes no more connections in, and tells every session that the server is closing. They are to come back at moments spread over pace, so that the
// server that they find is not stormed.
func (h *hub) drain(pace time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing = true
	for c := range h.conns {
		after := rand.N(pace + 1)
		c.post(func(time.Time) session.Actions { return c.session.Drain(after) })
	}
}

// wait returns when no connection is left, or cuts those that are when stop ends.
func (h *hub) wait(stop context.Context) {
	left := context.AfterFunc(stop, h.cut)
	defer left()
	h.empty.Wait()
}

func (h *hub) cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		c.socket.Close()
	}
}

func (h *hub) compareNow() {
	select {
	case h.missed <- struct{}{}:
	default:
	}
}
