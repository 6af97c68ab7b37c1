package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// helloWithin is how long a server waits for a hello before it closes with the code of one who is not let in.
const helloWithin = 5 * time.Second

// run is the socket's goroutine during one life.
func (s *Socket) run(ctx context.Context, l *life) {
	defer close(l.ended)
	err := s.stayConnected(ctx, l)
	l.stop(nil)

	s.mu.Lock()
	l.over, l.failure = true, err
	left := s.outbox.empty()
	s.mu.Unlock()
	for _, p := range left {
		p.done(p.received(), p.undecided(closedBy(err)))
	}
	l.told(change{ended: true, err: err})
}

// stayConnected connects again and again until the socket has to end. It returns nil when everything is done.
func (s *Socket) stayConnected(ctx context.Context, l *life) error {
	pause := s.config.newPause()
	for {
		welcomed, err := s.connect(ctx, l)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if ended, why := s.verdict(l, err); ended {
			return why
		}
		if welcomed {
			l.told(change{err: err})
		}
		if welcomed && !errors.As(err, new(*protocolFault)) {
			pause.Reset()
		}
		wait := stayAway(err) + pause.NextBackOff()
		s.config.Logger.Warn("not connected", "url", s.URL, "err", err, "retryIn", wait)
		l.away = true
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// verdict says whether the socket has to end after a connection that ended with err, and why.
func (s *Socket) verdict(l *life, err error) (ended bool, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.failure = err
	var closed *CloseError
	var final finalError
	switch {
	case errors.As(err, &final):
		return true, final.error
	case !errors.As(err, &closed):
		return false, nil
	case closed.Code == codeDone:
		return s.leave(l), nil
	case closed.Code == CodeTokenExpired && s.config.Token != nil:
		l.expired = l.token
		return false, nil // unless there is no other token
	case closed.late:
		return false, nil
	}
	return closed.final(), closed
}

// leave ends the life that is done, if it was to end then. A command that has crossed the server's word still wants to
// know what became of it. The caller holds the lock.
func (s *Socket) leave(l *life) bool {
	if !s.config.WhenDone || len(s.outbox.waiting) > 0 {
		return false
	}
	l.over, l.failure = true, nil
	return true
}

// closedBy is what is said of a socket that is over because of err.
func closedBy(err error) error {
	if err == nil || errors.Is(err, ErrClosed) {
		return ErrClosed
	}
	return fmt.Errorf("%w: %w", ErrClosed, err)
}
