package terminal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
)

// past is what has happened that a script has not waited for yet, nor passed with a move of its own.
type past struct{ list []happening }

type happening struct {
	seq     int64
	orderID string
	status  callout.Status
}

// waiting is a script's wish that something has happened.
type waiting struct {
	status callout.Status
	order  string // the beginning of an order's id; empty: of any
	any    bool   // the script has said nothing of an order
	limit  time.Duration
	timer  *time.Timer
}

// find gives the first happening that w waits for.
func (past *past) find(w *waiting) (happening, bool) {
	i := slices.IndexFunc(past.list, func(h happening) bool {
		return h.status == w.status && strings.HasPrefix(h.orderID, w.order)
	})
	if i < 0 {
		return happening{}, false
	}
	return past.list[i], true
}

// passed drops what happened to an order up to an event.
func (past *past) passed(orderID string, seq int64) {
	past.list = slices.DeleteFunc(past.list, func(h happening) bool { return h.orderID == orderID && h.seq <= seq })
}

// remember keeps what has happened for a script to wait for.
func (p *party) remember(h happening) {
	if p.options.Script {
		p.past.list = append(p.past.list, h)
	}
}

// beginWait has a script wait until something has happened since its own last move: to the order that it names, else to
// the one that it chose, else to any.
func (p *party) beginWait(r line.Request) error {
	if !p.options.Script {
		return errors.New("wait is for scripts; what happens is shown here by itself")
	}
	w := &waiting{status: r.Command.Status, order: r.Order, limit: cmp.Or(r.Limit, p.options.Patience)}
	if w.order == "" && p.orders.chosen {
		w.order = p.orders.inUse
	}
	w.any = w.order == ""
	w.timer = time.NewTimer(w.limit)
	p.task.wait = w
	return nil
}

// late tells when a wait has taken too long.
func (t *task) late() <-chan time.Time {
	if t == nil || t.wait == nil {
		return nil
	}
	return t.wait.timer.C
}

func (t *task) inVain() error {
	return fmt.Errorf("%s has not happened within %v", t.wait.status, t.wait.limit)
}

func (w *waiting) stop() {
	if w != nil {
		w.timer.Stop()
	}
}
