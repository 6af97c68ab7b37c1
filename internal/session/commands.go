package session

import (
	"encoding/json"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Answer is what became of a command.
type Answer struct {
	Err      *callout.Error  // nil: it took effect
	Order    json.RawMessage // with a refusal: the order as the sender may see it
	View     callout.View    // and how much of it that is
	OrderID  string          // the event that it was, when it took effect
	Version  int64
	Repeated bool // it took effect before
}

// command hands a command to the ledger. One that comes after the close frame is decided, too: its sender learns from
// the inbox what became of it.
func (s *Session) command(c callout.Command) {
	c.Sender = callout.Actor{ID: s.me.UserID, Role: s.me.Role}
	if s.state == open {
		s.pending++
		s.passed[c.ID] = s.sent
	}
	s.ask(Submit{c})
}

// Answered takes the ledger's answer to a command. One that took effect has no reply of its own: its event comes at its
// place in the inbox.
func (s *Session) Answered(c *callout.Command, a Answer) Actions {
	if s.state != open {
		return s.take()
	}
	passed := s.passed[c.ID]
	s.pending--
	delete(s.passed, c.ID)
	switch {
	case s.classic != nil:
		s.classicAnswered(c, a)
	case a.Err != nil:
		s.send(wire.Encode(wire.Error{ID: c.ID, Code: a.Err.Code, Message: a.Err.Message, Order: a.Order}))
	case a.Repeated:
		s.ask(Find{UserID: s.me.UserID, OrderID: a.OrderID, Version: a.Version, Because: Reason{CommandID: c.ID, Passed: passed}})
	}
	return s.take()
}

// Found takes the row that was asked for. A repeat whose event the session had not reached when it came is answered by
// that event in its turn; one that it had passed is sent once more, and moves no cursor.
func (s *Session) Found(row *wire.Event, ok bool, because Reason) Actions {
	if s.state != open {
		return s.take()
	}
	switch {
	case because.Refused:
		if ok {
			s.classicRemind(row)
		}
	case !ok:
		s.send(wire.Encode(wire.Error{
			ID: because.CommandID, Code: callout.Unavailable, Message: "the command took effect, but its event cannot be read now",
		}))
	case row.Seq <= because.Passed:
		repeat := *row
		repeat.Repeat = true
		s.send(wire.AppendEvent(nil, &repeat))
	case row.Seq > s.sent:
		s.dirty = true
		s.pump()
	}
	return s.take()
}
