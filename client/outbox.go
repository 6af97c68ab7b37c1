package client

import (
	"fmt"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/calloutd/callout"
)

// maxPending is how many commands of a socket may wait for their outcome.
const maxPending = 256

// outbox holds the commands whose outcome is not known, in the order in which they were handed in.
type outbox struct{ waiting []*pending }

type pending struct {
	cmd     callout.Command
	frame   []byte
	written bool      // it may have reached the server, in this connection or an earlier one
	asked   bool      // it has been written in this connection, and the server has not asked for it again
	due     time.Time // not to be written before
	pause   *backoff.ExponentialBackOff

	// done is given the outcome, once, on a goroutine of the socket that it must not block.
	done func(Received, error)
}

// undecided is what is said of a command that was waiting when cause came.
func (p *pending) undecided(cause error) error {
	if p.written {
		return &UndecidedError{Command: p.cmd, Cause: cause}
	}
	return fmt.Errorf("send %s: %w", p.cmd.Status, cause)
}

// received is what can be said of a command that has no event.
func (p *pending) received() Received {
	return Received{CommandID: p.cmd.ID, OrderStatus: callout.OrderStatus{Status: p.cmd.Status, OrderID: p.cmd.OrderID}}
}

// add takes a command in, unless one with its id waits already.
func (o *outbox) add(p *pending) bool {
	if o.index(p.cmd.ID) >= 0 {
		return false
	}
	o.waiting = append(o.waiting, p)
	return true
}

func (o *outbox) find(id string) *pending {
	if i := o.index(id); i >= 0 {
		return o.waiting[i]
	}
	return nil
}

// remove takes a command out, and reports whether it was there.
func (o *outbox) remove(p *pending) bool {
	i := slices.Index(o.waiting, p)
	if i < 0 {
		return false
	}
	o.waiting = slices.Delete(o.waiting, i, i+1)
	return true
}

// empty takes all commands out.
func (o *outbox) empty() []*pending {
	all := o.waiting
	o.waiting = nil
	return all
}

// connected has all commands sent, and sent again, in a new connection.
func (o *outbox) connected() {
	for _, p := range o.waiting {
		p.asked, p.due = false, time.Time{}
	}
}

// again has a command sent again after a while.
func (o *outbox) again(p *pending, now time.Time) {
	p.asked, p.due = false, now.Add(p.pause.NextBackOff())
}

// take gives the frames to write now, and how long until there is another; 0: not before something else happens.
func (o *outbox) take(now time.Time) (frames [][]byte, wait time.Duration) {
	for _, p := range o.waiting {
		if p.asked {
			continue
		}
		if left := p.due.Sub(now); left > 0 {
			if wait == 0 || left < wait {
				wait = left
			}
			continue
		}
		p.asked, p.written = true, true
		frames = append(frames, p.frame)
	}
	return frames, wait
}

func (o *outbox) index(id string) int {
	return slices.IndexFunc(o.waiting, func(p *pending) bool { return p.cmd.ID == id })
}
