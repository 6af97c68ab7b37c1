package session

import (
	"encoding/json"
	"slices"

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

// commanding is what a session knows of the commands that it has handed in.
type commanding struct {
	allowance allowance
	undecided []undecided // in the order in which they came
	finding   int         // rows being looked for to answer with
}

// undecided is a command that the ledger has not answered yet. Several may have the same id.
type undecided struct {
	id     string
	passed int64 // what the session had sent when it came
	told   bool  // its event has been sent
}

// waiting is how many commands have not been dealt with yet.
func (c *commanding) waiting() int { return len(c.undecided) + c.finding }

// command hands a command to the ledger. One that comes after the close frame is decided, too: its sender learns from
// the inbox what became of it.
func (s *Session) command(c callout.Command) {
	switch {
	case s.deaf || s.me.UserID == "":
		return
	case s.leaveAfter != nil && s.state != closed:
		s.turnAway(&c)
		return
	case !s.spend():
		s.refuse(&c, callout.RateLimited, "more commands than a session may send; send the command again, and fewer in a second")
		return
	}
	c.Sender = callout.Actor{ID: s.me.UserID, Role: s.me.Role}
	s.undecided = append(s.undecided, undecided{id: c.ID, passed: s.sent})
	s.ask(Submit{c})
}

// spend counts a command or question, and reports whether the session may send it now.
func (s *Session) spend() bool {
	ok := s.allowance.spend(s.heard)
	s.out.Limited = s.out.Limited || !ok
	return ok
}

// refuse answers a command that is not handed to the ledger. Classic apps know no errors.
func (s *Session) refuse(c *callout.Command, code callout.Code, message string) {
	if s.classic == nil {
		s.send(wire.Encode(wire.Error{ID: c.ID, Code: code, Message: message}))
	}
}

// Answered takes the ledger's answer to a command. One that took effect has no reply of its own: its event comes at its
// place in the inbox.
func (s *Session) Answered(c *callout.Command, a Answer) Actions {
	i := slices.IndexFunc(s.undecided, func(u undecided) bool { return u.id == c.ID })
	if i < 0 {
		return s.take()
	}
	answered := s.undecided[i]
	s.undecided = slices.Delete(s.undecided, i, i+1)
	switch {
	case s.state != open:
	case s.classic != nil:
		s.classicAnswered(c, a)
	case a.Err != nil:
		s.send(wire.Encode(wire.Error{ID: c.ID, Code: a.Err.Code, Message: a.Err.Message, Order: a.Order}))
	case a.Repeated:
		s.find(Find{OrderID: a.OrderID, Version: a.Version, Because: Reason{CommandID: c.ID, Passed: answered.passed}})
	default:
		s.owe(answered)
	}
	s.standIfNeeded()
	s.leaveWhenAnswered()
	return s.take()
}

func (s *Session) find(f Find) {
	f.UserID = s.me.UserID
	s.finding++
	s.ask(f)
}

// Found takes the row that was asked for. A repeat whose event the session had not reached when it came is answered by
// that event in its turn; one that it had passed is sent once more, and moves no cursor.
func (s *Session) Found(row *wire.Event, ok bool, because Reason) Actions {
	s.finding--
	switch {
	case s.state != open:
	case because.Refused:
		if ok {
			s.classicRemind(row, because)
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
		s.owe(undecided{id: because.CommandID})
		s.dirty = true
		s.pump()
	}
	s.standIfNeeded()
	s.leaveWhenAnswered()
	return s.take()
}
