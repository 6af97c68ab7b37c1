package client

import (
	"context"
	"fmt"
	"iter"

	"github.com/calloutd/callout"
)

// OrderStatuses gives the events of the inbox in order, each once, from where this device was. Asking for the next
// event, by going on with the loop or by starting another, says that the program has finished the one before: that is
// kept in the Cursor and acknowledged to the server. So a program that crashes in the body of the loop, or leaves it with
// an error and ends, is given that event again when it starts again; a program that leaves the loop with break and
// starts another is not.
//
// The loop ends when ctx ends, or when the socket is over: then [Socket.Err] says why. The socket has to be open before.
// Only one loop may run at a time; a second one ends at once.
func (s *Socket) OrderStatuses(ctx context.Context) iter.Seq[Received] {
	return func(yield func(Received) bool) {
		if !s.reading.CompareAndSwap(false, true) {
			s.config.Logger.Error("a second loop over OrderStatuses was refused", "url", s.URL)
			return
		}
		defer s.reading.Store(false)
		s.mu.Lock()
		l := s.life
		s.mu.Unlock()
		if l == nil {
			return
		}
		for {
			if r, ok := s.next(ctx, l.ended); !ok || !yield(r) {
				return
			}
		}
	}
}

// Orders lists the user's open orders as far as this device knows, the oldest first. They may be ahead of the events
// that OrderStatuses has still to give. It is empty for operators, who are not told how orders go on.
func (s *Socket) Orders() []callout.Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders.open()
}

// next finishes what the program was busy with and waits for the next event, until ctx ends or over is closed. While
// the socket is not open there is none.
func (s *Socket) next(ctx context.Context, over <-chan struct{}) (Received, bool) {
	for {
		if err := s.finish(ctx); err != nil {
			s.fail(err)
		}
		if ctx.Err() != nil {
			return Received{}, false
		}
		if r, ok := s.hand(); ok {
			return r, true
		}
		select {
		case <-s.arrived:
		case <-over:
			return Received{}, false
		case <-ctx.Done():
		}
	}
}

// finish keeps that the program has done with what was in its hand, and has it acknowledged.
func (s *Socket) finish(ctx context.Context) error {
	s.mu.Lock()
	hand, cursor := s.inbox.hand, s.cursor
	s.mu.Unlock()
	if hand == nil {
		return nil
	}
	cursor.Seq, cursor.Of = hand.Seq, hand.of()
	if err := s.config.Cursor.Save(context.WithoutCancel(ctx), cursor); err != nil {
		return fmt.Errorf("save the cursor: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inbox.hand == hand { // else a reset has come between
		s.inbox.finish()
		wake(s.outgoing)
	}
	return nil
}

// fail ends the life that is under way.
func (s *Socket) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life != nil {
		s.life.stop(err)
	}
}

// hand gives the program the next event, if there is one and the socket is open.
func (s *Socket) hand() (Received, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life == nil || s.life.over {
		return Received{}, false
	}
	r, ok := s.inbox.take()
	if ok {
		s.orders.tell(r.OrderID, r.Version)
	}
	return r, ok
}
