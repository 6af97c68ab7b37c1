package client

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// welcomed takes in what the server says when it lets the user in.
func (s *Socket) welcomed(ctx context.Context, l *life, w wire.Welcome) error {
	cursor, first, lost, err := s.settle(l, w)
	if err != nil {
		return err
	}
	for _, p := range lost {
		p.done(p.received(), fmt.Errorf("send %s: %w", p.cmd.Status, ErrReset))
	}
	if first {
		if err := s.config.Cursor.Save(ctx, cursor); err != nil {
			return finalError{fmt.Errorf("save the cursor: %w", err)}
		}
	}
	s.setConnected(true)
	wake(s.arrived)
	l.told(change{connected: true})
	select {
	case <-l.welcomed:
	default:
		close(l.welcomed)
	}
	return nil
}

// settle finds this device's place by a welcome. It gives the cursor and whether it is the device's first, and the
// commands that a reset has overtaken.
func (s *Socket) settle(l *life, w wire.Welcome) (cursor Cursor, first bool, lost []*pending, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.cursor.UserID; known != "" && known != w.UserID {
		return cursor, false, nil, finalError{fmt.Errorf("the server takes the user for %s, not %s", w.UserID, known)}
	}
	s.cursor.UserID, s.role = w.UserID, w.Role
	first = !s.inbox.placed && !w.Reset
	if w.Reset || first {
		s.inbox.place(w.From, "")
		clear(s.orders)
	}
	if w.Reset {
		lost = s.outbox.empty()
		s.inbox.queue = []Received{{
			OrderStatus: callout.OrderStatus{ReceiverID: w.UserID}, Seq: w.From, Reset: true,
		}}
	}
	if err := s.inbox.connected(w.From); err != nil {
		return cursor, false, nil, err
	}
	s.outbox.connected()
	s.orders.welcome(w.Orders)
	if s.inbox.ended && s.inbox.done == w.Seq && len(w.Orders) == 0 && s.leave(l) {
		// The end was acknowledged, but the server could not say that this was all: in this session it will not.
		return cursor, false, nil, &CloseError{Code: codeDone}
	}
	cursor = s.cursor
	cursor.Seq, cursor.Of = s.inbox.done, s.inbox.of
	return cursor, first, lost, nil
}

// read takes frames in until the connection is over.
func (s *Socket) read(ctx context.Context, l *life, link *link) error {
	for {
		frame, err := link.read(ctx)
		if err != nil {
			return err
		}
		switch f := frame.(type) {
		case wire.Event:
			err = s.event(f)
		case wire.Error:
			err = s.refusal(f)
		case wire.Receipt:
			s.receipt(f)
		case wire.Watched:
			s.watched(f)
		case wire.TokenTaken:
			s.tokenTaken(l, link, f.ExpiresAt)
		default:
			err = faultf("a second welcome")
		}
		if err != nil {
			return err
		}
	}
}

// event takes an event in: it goes to the program in its turn, and to the command that it was at once.
func (s *Socket) event(e wire.Event) error {
	r, err := received(e)
	if err != nil {
		return err
	}
	p, stuck, err := s.accept(r, e.Repeat)
	if p != nil {
		p.done(r, nil)
	}
	if stuck {
		s.config.Logger.Warn("commands wait for the program to finish events", "url", s.URL, "window", s.config.Window)
	}
	return err
}

// accept puts an event into the queue for the program. It gives the command that the event was, if that is known here, and
// reports whether the events that wait keep other commands from being answered.
func (s *Socket) accept(r Received, repeat bool) (p *pending, stuck bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.CommandID != "" {
		if p = s.outbox.find(r.CommandID); p != nil {
			s.outbox.remove(p)
		}
	}
	if repeat {
		return p, false, nil
	}
	fresh, err := s.inbox.accept(r)
	if err != nil {
		return p, false, err
	}
	if !fresh {
		wake(s.outgoing) // the program may have finished it long ago
		return p, false, nil
	}
	if s.role != callout.Operator { // an operator is not told how an order goes on
		s.orders.event(r.Order)
	}
	if p != nil {
		s.orders.tell(r.OrderID, r.Version)
	}
	wake(s.arrived)
	return p, s.inbox.full() && len(s.outbox.waiting) > 0, nil
}

// refusal takes in that a command was refused, or has to be sent again.
func (s *Socket) refusal(e wire.Error) error {
	p, r, err := s.refuse(e)
	if p != nil {
		p.done(r, &callout.Error{Code: e.Code, Message: e.Message})
	}
	return err
}

func (s *Socket) refuse(e wire.Error) (*pending, Received, error) {
	var order callout.Order
	if len(e.Order) > 0 {
		if err := json.Unmarshal(e.Order, &order); err != nil {
			return nil, Received{}, faultf("the refusal of %q has an order that cannot be read: %v", e.ID, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.outbox.find(e.ID)
	if p == nil {
		return nil, Received{}, nil // its sender has stopped waiting
	}
	if sendAgain(e.Code) {
		s.outbox.again(p, time.Now())
		wake(s.outgoing)
		return nil, Received{}, nil
	}
	s.outbox.remove(p)
	r := p.received()
	r.Order = order
	if order.ID != "" && s.role != callout.Operator {
		s.orders.refusal(order)
		s.orders.tell(order.ID, order.Version)
	}
	return p, r, nil
}

func (s *Socket) setConnected(connected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connected = connected
	s.questions = nil
}
