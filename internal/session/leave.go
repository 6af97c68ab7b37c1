package session

import (
	"time"

	"github.com/calloutd/callout/internal/wire"
)

// leaving is what a session knows about its own end.
type leaving struct {
	whenDone bool  // end the session once the user's orders have ended
	ended    int64 // the last seq sent that was the end of an order; 0: none in this session
	doubted  int64 // an acknowledgement above the highest seq heard of; 0: none
	standing bool  // the inbox's standing is being read
	again    bool  // and is to be read once more
}

// leaveIfDone asks for the standing that decides about the end: once the end of an order has been delivered and
// acknowledged, and nothing else is under way.
func (s *Session) leaveIfDone() {
	if s.state == open && s.whenDone && s.ended > 0 && s.acked == s.sent && !s.dirty && !s.reading {
		s.stand()
	}
}

func (s *Session) stand() {
	if s.standing {
		s.again = true
		return
	}
	s.standing = true
	s.ask(Stand{s.me.UserID})
}

// Stood gives the inbox's head and the number of the user's open orders; ok is false when the database is away.
func (s *Session) Stood(head int64, openOrders int, ok bool, now time.Time) Actions {
	s.standing = false
	if s.state != open {
		return s.take()
	}
	switch {
	case !ok:
		s.again = false
		s.retryAt = now.Add(s.config.Retry)
	case s.doubted > head:
		s.end(wire.Malformed, "ack of a seq that there is not")
	case s.whenDone && s.ended > 0 && head == s.acked && openOrders == 0:
		s.end(wire.Done, "done")
	default:
		s.doubted = 0
		if head > s.sent {
			s.dirty = true
			s.pump()
		}
		if s.again {
			s.again = false
			s.leaveIfDone()
		}
	}
	return s.take()
}
