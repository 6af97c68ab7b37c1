package server

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/calloutd/callout/internal/session"
)

// drainTick is how often some sessions more are told that the server is closing.
const drainTick = 10 * time.Millisecond

// drain takes no new sessions, tells the others to come back elsewhere, and waits for them until stop ends.
func (s *Server) drain(stop context.Context) {
	insist := time.AfterFunc(s.config.DrainTime/2, s.hub.insist)
	defer insist.Stop()
	s.hub.dismissAll(stop, min(s.config.DrainPace, s.config.DrainTime/4))
	s.hub.wait(stop)
}

// insist ends the sessions whose commands take too long to be answered. What becomes of those their peers hear when they
// are back.
func (h *hub) insist() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		c.post(func(time.Time) session.Actions { return c.session.Leave() })
	}
}

// dismissAll lets nobody in any more, and tells every session that the server is closing. They hear it one after the
// other within pace, in no order but that those in the middle of a command come last, and are to come back at moments
// spread over as long: so the server that they find is not stormed.
func (h *hub) dismissAll(stop context.Context, pace time.Duration) {
	all := h.close(pace)
	over := min(pace, time.Duration(len(all))*drainTick) // a few need not take that long
	var busy []*conn
	ticker := time.NewTicker(drainTick)
	defer ticker.Stop()
	began := time.Now()
	for told := 0; told < len(all); {
		due := len(all)
		if passed := time.Since(began) + drainTick; passed < over && stop.Err() == nil {
			due = 1 + int(float64(len(all)-1)*float64(passed)/float64(over))
		}
		for ; told < due; told++ {
			if c := all[told]; c.busy.Load() {
				busy = append(busy, c)
			} else {
				h.dismiss(c)
			}
		}
		if told < len(all) {
			select {
			case <-ticker.C:
			case <-stop.Done():
			}
		}
	}
	for _, c := range busy {
		h.dismiss(c)
	}
}

// close lets nobody in any more, and lists in no order who is there.
func (h *hub) close(pace time.Duration) []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing, h.pace = true, pace
	all := make([]*conn, 0, len(h.conns))
	for c := range h.conns {
		all = append(all, c)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// countBusy is how many sessions are in the middle of a command.
func (h *hub) countBusy() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for c := range h.conns {
		if c.busy.Load() {
			n++
		}
	}
	return n
}
