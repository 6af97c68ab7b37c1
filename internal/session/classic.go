package session

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// classicState is what a session keeps for an app of the original system, which says neither hello nor ack. Behind the
// events goes a ping that carries their seq, and the pong that repeats it acknowledges them.
type classicState struct {
	pinged int64             // the seq that the last such ping carried
	owed   bool              // something was sent that no ping has followed yet
	shown  map[string]*shown // the open change of each order, as far as the app has been told
	newest []string          // the open orders whose newest event is to be sent again
}

// shown is a change that the app has been told of.
type shown struct {
	change int64 // its id
	seq    int64 // of its event
	acked  bool  // in this session
}

// NewClassic starts a session of the classic dialect, for a user who has been found to be me.
func NewClassic(config Config, me Identity, now time.Time) (*Session, Actions) {
	s := New(config, now)
	s.classic = &classicState{pinged: -1, shown: make(map[string]*shown)}
	s.state = opening
	s.me = me
	s.device = wire.ClassicDevice
	s.whenDone = true
	s.window = config.Window
	s.ask(Open{UserID: me.UserID, Device: s.device})
	return s, s.take()
}

// replay asks for the newest event of each open order, which the session starts with.
func (s *Session) replay() {
	var orders []string
	for _, o := range s.welcome.Orders {
		orders = append(orders, o.ID)
	}
	s.welcome = wire.Welcome{}
	s.ask(Replay{s.me.UserID, orders, s.sent})
}

// Replayed takes the rows that were asked for, and starts delivery.
func (s *Session) Replayed(rows []wire.Event, ok bool) Actions {
	if s.state != opening {
		return s.take()
	}
	if !ok {
		s.end(wire.Overloaded, "the database is away")
		return s.take()
	}
	s.state = open
	slices.SortFunc(rows, func(a, b wire.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range rows {
		s.classicDeliver(&rows[i])
	}
	s.dirty = s.dirty || s.head > s.sent
	s.pump()
	return s.take()
}

// classicDeliver sends a row as such an app understands it, and keeps what the app now knows of changes.
func (s *Session) classicDeliver(row *wire.Event) {
	switch row.Status {
	case callout.OrderChanged:
		s.classic.shown[row.OrderID] = &shown{change: row.Version, seq: row.Seq}
	case callout.Extended, callout.ChangeDeclined, callout.Cancelled:
		delete(s.classic.shown, row.OrderID)
	}
	s.classic.owed = true
	if frame, ok := wire.AppendClassic(nil, row); ok {
		s.out.Send = append(s.out.Send, Message{Data: frame, At: row.At})
	}
}

// classicPing sends the ping behind what was sent.
func (s *Session) classicPing() {
	if s.classic == nil || !s.classic.owed || s.state != open {
		return
	}
	s.classic.owed = false
	s.classic.pinged = s.sent
	s.out.Send = append(s.out.Send, Message{Data: strconv.AppendInt(nil, s.sent, 10), Ping: true})
}

// classicPong acknowledges what a ping of ours went behind. Any other pong is a sign of life and no more.
func (s *Session) classicPong(payload []byte) {
	seq, err := strconv.ParseInt(string(payload), 10, 64)
	if err != nil || !bytes.Equal(payload, strconv.AppendInt(nil, seq, 10)) || seq > s.classic.pinged {
		return
	}
	for _, c := range s.classic.shown {
		c.acked = c.acked || c.seq <= seq
	}
	s.ack(seq)
}

func (s *Session) classicFrame(data []byte) {
	frame, err := wire.DecodeClassic(data)
	if err != nil {
		s.end(wire.Malformed, err.Error())
		return
	}
	command, ok := frame.(wire.Command)
	if !ok {
		return // such an app cannot be told what is wrong with its extra
	}
	c := command.Command
	c.ID = uuid.Must(uuid.NewV7()).String()
	c.Receivers = slices.DeleteFunc(c.Receivers, func(id string) bool { return id == s.me.UserID })
	if c.Status == callout.Extended && c.Extra.ChangeID == 0 {
		if change := s.classic.shown[c.OrderID]; change != nil && change.acked {
			c.Extra.ChangeID = change.change
		}
	}
	s.command(c)
}

// classicAnswered reminds a party whose command was refused of how the order stands; such an app knows no errors.
func (s *Session) classicAnswered(c *callout.Command, a Answer) {
	if a.Err == nil || a.View != callout.PartyView || !a.Err.Code.Final() {
		return
	}
	s.ask(Find{UserID: s.me.UserID, OrderID: c.OrderID, UpTo: s.sent, Because: Reason{Refused: true}})
}

// classicRemind sends the newest event that the session has passed once more, but for a 1001: such an app takes every
// 1001 that it hears for a new order, and accepts it.
func (s *Session) classicRemind(row *wire.Event) {
	if row.Status == callout.Placed {
		return
	}
	if frame, ok := wire.AppendClassic(nil, row); ok {
		s.send(frame)
	}
}
