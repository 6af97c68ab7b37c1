package session

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// classicState is what a session keeps for an app of the original system, which says neither hello nor ack. Behind the
// events goes a ping that carries their seq, and the pong that repeats it acknowledges them.
type classicState struct {
	owed  bool              // a ping is to go out, behind what was sent
	pings []int64           // the seqs that pings have carried and no pong has repeated, ascending, each once
	shown map[string]*shown // the open change of each order, as far as the app has been told
}

// shown is a change that the app has been told of.
type shown struct {
	change int64 // its id
	seq    int64 // of its event
	acked  bool  // in this session
}

// NewClassic starts a session of the classic dialect, for a user who has been found to be me.
func NewClassic(config *Config, me Identity, now time.Time) (*Session, Actions) {
	s := New(config, now)
	s.classic = &classicState{shown: make(map[string]*shown)}
	s.hello = &wire.Hello{}
	s.state = opening
	s.me = me
	s.device = wire.ClassicDevice
	s.whenDone = true
	s.window = config.Window
	s.ask(Open{UserID: me.UserID, Device: s.device})
	return s, s.take()
}

// replay asks for the newest event of each open order, which the session starts with. Where nothing was ever sent, there
// is nothing to send again.
func (s *Session) replay() {
	var orders []string
	for _, o := range s.welcome.Orders {
		orders = append(orders, o.ID)
	}
	s.welcome, s.hello = nil, nil
	if s.sent == 0 || len(orders) == 0 {
		s.deliverFrom()
		return
	}
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
	slices.SortFunc(rows, func(a, b wire.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range rows {
		s.classicDeliver(&rows[i], 0)
	}
	s.deliverFrom()
	return s.take()
}

// classicDeliver sends a row as such an app understands it, and keeps what the app now knows of changes. seq is the row's,
// or 0 if it is sent once more.
func (s *Session) classicDeliver(row *wire.Event, seq int64) {
	switch row.Status {
	case callout.OrderChanged:
		s.classic.shown[row.OrderID] = &shown{change: row.Version, seq: row.Seq}
	case callout.Extended, callout.ChangeDeclined, callout.Cancelled:
		delete(s.classic.shown, row.OrderID)
	}
	s.classic.owed = true
	if frame, ok := wire.AppendClassic(nil, row); ok {
		s.out.Send = append(s.out.Send, Message{Data: frame, At: row.At, Seq: seq})
	}
}

// classicPing sends the ping behind what was sent.
func (s *Session) classicPing() {
	if s.classic == nil || !s.classic.owed || s.state != open {
		return
	}
	s.classic.owed = false
	if n := len(s.classic.pings); n == 0 || s.classic.pings[n-1] != s.sent {
		s.classic.pings = append(s.classic.pings, s.sent)
	}
	s.out.Send = append(s.out.Send, Message{Data: strconv.AppendInt(nil, s.sent, 10), Ping: true})
}

// classicPong acknowledges what a ping of ours went behind. Any other pong is a sign of life and no more. A stack may
// answer the last of several pings alone.
func (s *Session) classicPong(payload []byte) {
	i := slices.IndexFunc(s.classic.pings, func(seq int64) bool {
		return string(payload) == strconv.FormatInt(seq, 10)
	})
	if i < 0 {
		return
	}
	seq := s.classic.pings[i]
	s.classic.pings = slices.Delete(s.classic.pings, 0, i+1)
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
	c.ID = s.config.NewID()
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
	if a.Err == nil || a.View != callout.PartyView || !a.Err.Code.Final() || s.sent == 0 {
		return
	}
	s.findNewest(c.OrderID)
}

func (s *Session) findNewest(orderID string) {
	s.find(Find{OrderID: orderID, UpTo: s.sent, Because: Reason{Refused: true, Passed: s.sent}})
}

// classicRemind sends the newest event that the session has passed once more, but for a 1001: such an app takes every
// 1001 that it hears for a new order, and accepts it. If the session has passed more since, that may be newer.
func (s *Session) classicRemind(row *wire.Event, because Reason) {
	if s.sent > because.Passed {
		s.findNewest(row.OrderID)
		return
	}
	if row.Status == callout.Placed {
		return
	}
	if frame, ok := wire.AppendClassic(nil, row); ok {
		s.send(frame)
	}
}
