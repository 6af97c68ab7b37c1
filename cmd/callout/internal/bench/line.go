package bench

import (
	"context"
	"errors"
	"net/netip"
	"sync"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/load"
)

// line is the connection of a party to a ledger in this process.
type line struct {
	alone  *alone
	who    callout.Actor
	heard  chan heard
	closed chan struct{}
	once   sync.Once
}

// heard is what a party hears of.
type heard struct {
	notice  load.Notice
	refusal *load.Refusal // nil: it is a notice
}

// ahead is how much may wait to be received. No pair has more commands under way, so that the ledger never has to wait.
const ahead = 16

// Dial implements [load.Dialect].
func (a *alone) Dial(_ context.Context, who load.Party, _ netip.Addr) (load.Conn, error) {
	l := &line{alone: a, who: callout.Actor{ID: who.UserID, Role: who.Role}, heard: make(chan heard, ahead), closed: make(chan struct{})}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines[who.UserID] = l
	return l, nil
}

// Send implements [load.Conn].
func (l *line) Send(c *load.Command) error {
	cmd := callout.Command{ID: c.ID, Sender: l.who, OrderID: c.OrderID, Status: c.Status, Extra: l.alone.extras[c.Status]}
	switch c.Status {
	case callout.Placed:
		cmd.Receivers = []string{c.To}
	case callout.Accepted: // the first one wins, whatever the version
	default:
		cmd.Version = c.Version
	}
	l.alone.ledger.Submit(cmd, func(a ledger.Answer) {
		if a.Err != nil {
			l.tell(heard{refusal: &load.Refusal{CommandID: cmd.ID, Code: a.Err.Code, Message: a.Err.Message}})
			return
		}
		l.tell(heard{notice: load.Notice{Own: true, OrderID: a.OrderID, Version: a.Version}})
	})
	return nil
}

// Receive implements [load.Conn].
func (l *line) Receive() (load.Notice, error) {
	select {
	case h := <-l.heard:
		if h.refusal != nil {
			return load.Notice{}, h.refusal
		}
		return h.notice, nil
	case <-l.closed:
		return load.Notice{}, errors.New("closed")
	}
}

// Close implements [load.Conn].
func (l *line) Close() error {
	l.once.Do(func() { close(l.closed) })
	l.alone.mu.Lock()
	defer l.alone.mu.Unlock()
	delete(l.alone.lines, l.who.ID)
	return nil
}

func (l *line) tell(h heard) {
	select {
	case l.heard <- h:
	case <-l.closed:
	}
}
