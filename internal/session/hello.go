package session

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Snapshot is what a session starts from, read in one snapshot.
type Snapshot struct {
	Head    int64 // the last seq of the inbox
	Floor   int64 // rows up to this seq have been cut off
	Cursor  int64 // the last seq that the device has acknowledged
	Known   bool  // whether the device has been here before
	Matches bool  // whether the inbox agrees with what the device says it has
	Barred  bool  // whether the user is let in no more
	Orders  []callout.Order
}

func (s *Session) begin(h wire.Hello) {
	s.state = opening
	s.hello = &h
	s.device = h.Device
	s.whenDone, s.wantsReceipts = h.WhenDone, h.Receipts
	s.window = s.config.Window
	if h.Window > 0 && h.Window < s.window {
		s.window = h.Window
	}
	s.ask(Verify{h})
}

// Verified says who the hello's sender is. A code other than 0 says that it is nobody, and closes the session with it.
func (s *Session) Verified(me Identity, code wire.CloseCode, reason string) Actions {
	if s.state != opening {
		return s.take()
	}
	if code != 0 {
		s.end(code, reason)
		return s.take()
	}
	h := s.hello
	if h.Watch && me.Role != callout.Operator {
		s.end(wire.Forbidden, "only operators watch")
		return s.take()
	}
	s.me = me
	s.ask(Open{
		UserID: me.UserID, Device: s.device, Resume: h.Resume, Receipts: h.Receipts, Watch: h.Watch, Instance: h.Instance, Attempt: h.Attempt,
	})
	return s.take()
}

// Opened gives the snapshot that was asked for; ok is false when the database is away.
func (s *Session) Opened(snap Snapshot, ok bool, now time.Time) Actions {
	if s.state != opening {
		return s.take()
	}
	if !ok {
		s.end(wire.Overloaded, "the database is away")
		return s.take()
	}
	if snap.Barred {
		s.end(wire.Forbidden, "this user is barred")
		return s.take()
	}
	from, reset := s.start(snap)
	s.sent, s.acked, s.head = from, from, snap.Head
	s.welcome = &wire.Welcome{
		UserID: s.me.UserID, Role: s.me.Role, From: from, Seq: snap.Head, Orders: snap.Orders, Now: millis(now),
		PingSeconds: int(s.config.PingEvery / time.Second), ExpiresAt: s.me.Expires.UTC(), Reset: reset, Dev: s.config.Dev,
	}
	if !snap.Known {
		s.ask(Register{s.me.UserID, s.device, from})
		return s.take()
	}
	had := min(snap.Cursor, from)
	if reset { // what the device did not get it has not acknowledged, although it goes on behind it
		had = from
	}
	s.ask(Acknowledge{s.me.UserID, s.device, had, from})
	s.enter()
	return s.take()
}

// Registered says that a new device is known from now on; ok is false when the database is away.
func (s *Session) Registered(ok bool) Actions {
	if s.state == opening {
		if ok {
			s.enter()
		} else {
			s.end(wire.Overloaded, "the database is away")
		}
	}
	return s.take()
}

// start finds the seq after which the session delivers, and whether the device has to start anew.
func (s *Session) start(snap Snapshot) (from int64, reset bool) {
	switch r := s.hello.Resume; {
	case s.classic != nil: // cannot be told to start anew: it gets what there is
		return max(snap.Cursor, snap.Floor), false
	case r != nil && (r.Seq > snap.Head || r.Seq < snap.Floor || !snap.Matches):
		return snap.Head, true
	case r != nil:
		return r.Seq, false
	case snap.Known && snap.Cursor >= snap.Floor:
		return snap.Cursor, false
	case snap.Known:
		return snap.Head, true
	}
	return snap.Head, false
}

// enter says the welcome, or asks for what a classic session says instead.
func (s *Session) enter() {
	if s.classic != nil {
		s.replay()
		return
	}
	s.send(wire.Encode(*s.welcome))
	s.welcome, s.hello = nil, nil
	s.deliverFrom()
}

// deliverFrom opens the session, and goes on with what the device does not have.
func (s *Session) deliverFrom() {
	s.state = open
	s.dirty = s.dirty || s.head > s.sent
	s.pump()
}
