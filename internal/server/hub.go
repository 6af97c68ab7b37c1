package server

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/calloutd/callout/internal/session"
)

// hub knows the connections, and which of them is whose device.
type hub struct {
	mu      sync.Mutex
	conns   map[*conn]struct{}
	devices map[device]*conn
	closing bool
	pace    time.Duration // over how long sessions are told to come back, once closing
	entered int
	inside  sync.WaitGroup // counts those who have entered, too
	missed  chan struct{}  // holds one when heads are to be compared at once
}

type device struct{ userID, device string }

// attempt is which hello of a device's program a session began with. The zero attempt is one that does not say.
// A conn's is set with its device.
type attempt struct {
	instance string
	number   int64
}

// isBefore reports whether a is known to have been said before b.
func (a attempt) isBefore(b attempt) bool {
	return a.instance != "" && a.instance == b.instance && a.number < b.number
}

func newHub() hub {
	return hub{
		conns: make(map[*conn]struct{}), devices: make(map[device]*conn), missed: make(chan struct{}, 1),
	}
}

// enter lets in whoever asks for a connection, unless the server is closing or there are most already. Who was let in
// is waited for until leave.
func (h *hub) enter(most int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closing:
		return errClosing
	case h.entered >= most:
		return errFull
	}
	h.entered++
	h.inside.Add(1)
	return nil
}

func (h *hub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entered--
	h.inside.Done()
}

var (
	errClosing = errors.New("the server is closing")
	errFull    = errors.New("the server has as many connections as it takes")
)

// add takes in the connection of one who has entered. If the server has begun to close since, its session hears so.
func (h *hub) add(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns[c] = struct{}{}
	if h.closing {
		h.dismiss(c)
	}
}

func (h *hub) remove(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	if c.device != (device{}) && h.devices[c.device] == c {
		delete(h.devices, c.device)
	}
}

// take gives the device to c, and ends the session that had it. It reports false, and leaves the device with that session,
// if c's hello is older: one of a connection that the peer has left for the other, and that has been on its way since.
func (h *hub) take(c *conn, d device, a attempt) bool {
	h.mu.Lock()
	former := h.devices[d]
	if former != nil && a.isBefore(former.attempt) {
		h.mu.Unlock()
		return false
	}
	h.devices[d] = c
	c.device, c.attempt = d, a
	h.mu.Unlock()
	if former != nil {
		former.post(func(time.Time) session.Actions { return former.session.Replaced() })
	}
	return true
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.devices)
}

// list lists the devices that have a session: of one user, or of all when userID is empty, in order.
func (h *hub) list(userID string) []device {
	h.mu.Lock()
	list := make([]device, 0, len(h.devices))
	for d := range h.devices {
		if userID == "" || d.userID == userID {
			list = append(list, d)
		}
	}
	h.mu.Unlock()
	slices.SortFunc(list, func(a, b device) int { return cmp.Or(cmp.Compare(a.userID, b.userID), cmp.Compare(a.device, b.device)) })
	return list
}

func (h *hub) countEntered() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.entered
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

func (h *hub) dismiss(c *conn) {
	after := time.Millisecond + rand.N(h.pace+1)
	c.post(func(time.Time) session.Actions { return c.session.Drain(after) })
}

// wait returns when everybody has left, and cuts off those who have not when stop ends. It is called once.
func (h *hub) wait(stop context.Context) {
	left := context.AfterFunc(stop, h.cut)
	defer left()
	h.inside.Wait()
}

// cut ends every connection as it is, whatever it waits for.
func (h *hub) cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		c.interrupt()
	}
}

func (h *hub) compareNow() {
	select {
	case h.missed <- struct{}{}:
	default:
	}
}
