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
	judged   int64 // what was doubted when that was asked for
	again    bool  // and it is to be read once more: something has happened since
}

// standIfNeeded asks for the inbox's standing if it decides about anything: an acknowledgement that is in doubt, or the
// end of the session.
func (s *Session) standIfNeeded() {
	if s.state != open || !s.retryAt.IsZero() || s.doubted == 0 && !s.settled() {
		return
	}
	if s.standing {
		s.again = true
		return
	}
	s.standing, s.judged = true, s.doubted
	s.ask(Stand{s.me.UserID})
}

// settled reports whether the session may be done, as far as it knows itself: the end of an order has been delivered,
// everything is acknowledged, and nothing is under way.
func (s *Session) settled() bool {
	return s.whenDone && s.ended > 0 && s.acked == s.sent && !s.dirty && !s.reading && s.waiting() == 0
}

// Stood gives the inbox's head and the number of the user's open orders; ok is false when the database is away.
func (s *Session) Stood(head int64, openOrders int, ok bool, now time.Time) Actions {
	again := s.again
	s.standing, s.again = false, false
	switch {
	case s.state != open:
	case !ok:
		s.retryAt = now.Add(s.config.Retry)
	case s.judged > head:
		s.end(wire.Malformed, "ack of a seq that there is not")
	case s.settled() && !again && head == s.acked && openOrders == 0:
		s.end(wire.Done, "done")
	default:
		s.head = max(s.head, head)
		if s.doubted == s.judged {
			s.doubted = 0
		}
		if head > s.sent {
			s.dirty = true
			s.pump()
		}
		if again {
			s.standIfNeeded()
		}
	}
	return s.take()
}
