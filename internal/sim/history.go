package sim

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// history is what has happened in a run, a line for each thing, and the first promise that was broken.
type history struct {
	began time.Time
	end   context.CancelFunc // ends the run: what comes after a broken promise says nothing

	mu     sync.Mutex
	lines  []string
	broken string
}

// note adds a line: who did or met what.
func (h *history) note(who, format string, a ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.add(who, fmt.Sprintf(format, a...))
}

// broke notes that a promise has been broken, as who saw it, and ends the run.
func (h *history) broke(who, format string, a ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	what := fmt.Sprintf(format, a...)
	h.add(who, "BROKEN: "+what)
	if h.broken == "" {
		h.broken = who + ": " + what
		h.end()
	}
}

func (h *history) add(who, what string) {
	h.lines = append(h.lines, fmt.Sprintf("%9.3fs  %-12s %s", time.Since(h.began).Seconds(), who, what))
}

// verdict is the first promise that was broken, or nothing, and all that has happened.
func (h *history) verdict() (broken, all string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.broken, strings.Join(h.lines, "\n")
}
