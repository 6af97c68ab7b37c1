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
	s.hub.dismissAll(stop, s.config.DrainPace)
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
// other, in no order but that those in the middle of a command come last, and are to come back at moments spread over
// pace: so the server that they find is not stormed.
func (h *hub) dismissAll(stop context.Context, pace time.Duration) {
	idle := h.close(pace)
	atOnce := max(1, len(idle)*int(drainTick)/max(int(pace), 1))
	var busy []*conn
	ticker := time.NewTicker(drainTick)
	defer ticker.Stop()
	for told := 0; len(idle) > 0; {
		c := idle[0]
		idle = idle[1:]
		if c.busy.Load() {
			busy = append(busy, c)
			continue
		}
		h.dismiss(c)
		if told++; told%atOnce == 0 {
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
