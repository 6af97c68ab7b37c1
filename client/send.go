package client

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Send has a command take effect, and returns the event that it was. The sender is the socket's user. A command without an
// ID is given one, and a Version if it has none: that of the order as the program was handed it last, by OrderStatuses,
// Orders or Send, so that nothing is agreed to unseen; PLACED, ACCEPTED and OFFER_DECLINED need none. A command with an ID is
// sent as it is, since under that ID it may have been sent before: a program that makes its own IDs sets the Version, too,
// and keeps the whole command for as long as it may send it again.
//
// While there is no connection the command waits for it. A command whose outcome is not known is sent again under the
// same id until there is one. A refusal is a [*callout.Error], to be told by errors.Is(err, callout.Conflict) and the
// like; what is returned beside it has the order as the user may see it now. When ctx or the socket ends first, the error
// is an [*UndecidedError] if the command may have reached the server. It is then not sent again by itself.
//
// The answer comes at its place in the inbox, and a loop over OrderStatuses is given it, too. Send may be called from the
// body of such a loop. But no more than Config.Window events come before the program has finished them: a program without
// a loop sends no more commands than that, and has to run an empty one if it is to; and where many orders move at once,
// a loop that is not to stand still sends from another goroutine.
func (s *Socket) Send(ctx context.Context, cmd callout.Command) (Received, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Received{}, fmt.Errorf("send %s: %w", cmd.Status, ctx.Err())
	}
	type answer struct {
		received Received
		err      error
	}
	answers := make(chan answer, 1)
	p, err := s.post(cmd, func(r Received, err error) { answers <- answer{r, err} })
	if err != nil {
		return p.received(), err
	}
	select {
	case a := <-answers:
		return a.received, a.err
	case <-ctx.Done():
	}
	if s.abandon(p) {
		return p.received(), p.undecided(ctx.Err())
	}
	a := <-answers
	return a.received, a.err
}

// post hands a command in, and has done given the outcome unless it returns an error.
func (s *Socket) post(cmd callout.Command, done func(Received, error)) (*pending, error) {
	unnamed := cmd.ID == ""
	if unnamed {
		cmd.ID = uuid.Must(uuid.NewV7()).String()
	}
	p := &pending{cmd: cmd, pause: s.config.newPause(), done: done}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life == nil {
		return p, fmt.Errorf("send %s: %w", cmd.Status, ErrClosed)
	}
	if s.life.over {
		return p, fmt.Errorf("send %s: %w", cmd.Status, closedBy(s.life.failure))
	}
	p.cmd.Sender = callout.Actor{ID: s.cursor.UserID, Role: s.role}
	if unnamed && cmd.Version == 0 && basedOnVersion(cmd.Status) {
		p.cmd.Version = s.orders.version(cmd.OrderID)
	}
	if err := p.encode(); err != nil {
		return p, err
	}
	if !s.outbox.add(p) {
		return p, fmt.Errorf("send %s: a command with the id %q is under way", cmd.Status, cmd.ID)
	}
	wake(s.outgoing)
	return p, nil
}

// basedOnVersion reports whether commands of a status say which version of the order they are based on. Those that do
// not stay refused once they are refused.
func basedOnVersion(status callout.Status) bool {
	switch status {
	case callout.Placed, callout.Accepted, callout.OfferDeclined:
		return false
	}
	return true
}

// encode makes the frame. What the server would refuse whatever the order is refused here, with the same error: a frame
// that it cannot read would end the session.
func (p *pending) encode() error {
	whole := p.cmd
	whole.Complete()
	if err := whole.Check(); err != nil {
		return err
	}
	p.frame = wire.Encode(wire.Command{Command: p.cmd})
	if len(p.frame) > wire.MaxFrame {
		return &callout.Error{Code: callout.TooLarge, Message: fmt.Sprintf("the command has %d bytes; %d are the most", len(p.frame), wire.MaxFrame)}
	}
	return nil
}

// abandon takes a command back, unless its outcome is known by now.
func (s *Socket) abandon(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outbox.remove(p)
}
