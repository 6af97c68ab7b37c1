package session

import (
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// draining is what a session knows of its server's end.
type draining struct {
	leaveAfter *time.Duration // the server is closing, and how long the peer is to stay away; nil: it is not
	owed       []string       // commands that took effect, and whose events are still to be sent
}

// Busy reports whether the peer has sent commands and not got to know yet what became of them. One who takes no events
// is not waited for.
func (s *Session) Busy() bool {
	return s.state == open && (s.waiting() > 0 || len(s.owed) > 0 && s.room() > 0)
}

// owe notes that the event of a command that took effect is still to come, if it is.
func (s *Session) owe(u undecided) {
	if !u.told && s.classic == nil {
		s.owed = append(s.owed, u.id)
	}
}

// tell notes that the event of a command of the peer's own is on its way.
func (s *Session) tell(commandID string) {
	for i := range s.undecided {
		if s.undecided[i].id == commandID {
			s.undecided[i].told = true
		}
	}
	s.owed = slices.DeleteFunc(s.owed, func(id string) bool { return id == commandID })
}

// Drain ends the session because the server is closing, and asks the peer to come back after a while. Commands that are
// under way are answered first; those that still come are told to come again.
func (s *Session) Drain(after time.Duration) Actions {
	s.leaveAfter = &after
	s.leaveWhenAnswered()
	return s.take()
}

// Leave ends a session that has been told to drain, whatever waits for an answer.
func (s *Session) Leave() Actions {
	if s.leaveAfter != nil {
		s.leave()
	}
	return s.take()
}

// leaveWhenAnswered ends a session that is draining once its peer knows what became of its commands.
func (s *Session) leaveWhenAnswered() {
	if s.leaveAfter != nil && !s.Busy() {
		s.leave()
	}
}

func (s *Session) leave() { s.endAfter(wire.Draining, "the server is closing", *s.leaveAfter) }

// turnAway answers a command that comes while the session drains.
func (s *Session) turnAway(c *callout.Command) {
	s.refuse(c, callout.Unavailable, "the server is closing; send the command again when you are back")
}
