// Package session is one device's conversation with the server, native or classic, as a state machine without I/O of its
// own: whoever drives it hands in what has come ([Session.Frame], [Session.Hint], [Session.Paged], …) and carries out
// the [Actions] that it answers with. So it is tested without a network, and lives under any transport.
//
// A Session is not safe for concurrent use: one goroutine at a time drives it.
package session

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Config is how sessions behave.
type Config struct {
	HelloTimeout time.Duration // how long a native session may take to say hello
	PingEvery    time.Duration // how often a ping goes out; a peer that is silent for two of them is gone
	AckTimeout   time.Duration // how long what was sent may stay unacknowledged
	TokenGrace   time.Duration // how long a session outlives its token, for the peer to say a new one
	Retry        time.Duration // how long to wait after the database has failed
	Window       int           // events under way unacknowledged, unless the hello asks for fewer
	Page         int           // events read from the database at once
	Commands     int           // commands waiting for their answers at once; further frames are left unread
	Rate         int           // commands a second, on average; 0: as many as come
	Burst        int           // commands at once before that counts
	Dev          bool          // development mode, said in the welcome
	NewID        func() string // names the commands of classic sessions, which come without an id
}

// DefaultConfig is how sessions behave unless told otherwise.
func DefaultConfig() Config {
	return Config{
		HelloTimeout: 5 * time.Second, PingEvery: 25 * time.Second, AckTimeout: time.Minute, TokenGrace: 30 * time.Second,
		Retry: time.Second, Window: 64, Page: 64, Commands: 64, Rate: 200, Burst: 400,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	}
}

// Identity is who a session's user turned out to be.
type Identity struct {
	UserID  string
	Role    callout.Role // empty in the classic dialect without a token: what the user is on each order
	Expires time.Time    // of the token; zero without one
}

// Session is one live connection of a device.
type Session struct {
	config *Config
	me     Identity
	device string
	state  state
	hello  *wire.Hello // until the session is open
	out    Actions

	heard  time.Time // when the peer last gave a sign of life
	pinged time.Time // when the last ping went out
	since  time.Time // when the session began
	pings  uint32    // that went out
	deaf   bool      // what the peer still says counts for nothing

	delivery
	leaving
	commanding
	renewal
	receipting
	draining
	classic *classicState // nil in the native dialect
}

type state uint8

const (
	expectingHello state = iota
	opening              // the hello is being looked at; frames wait
	open
	closed // a close frame has been sent
)

// New starts a native session. config is shared by all sessions and is not changed.
func New(config *Config, now time.Time) *Session {
	return &Session{
		config: config, since: now, heard: now, pinged: now,
		commanding: commanding{allowance: allowance{rate: config.Rate, burst: config.Burst}},
	}
}

// Ready reports whether the session takes a frame now. Frames that come while it does not are to be left unread.
func (s *Session) Ready() bool {
	return s.state != opening && !s.renewing && !s.asking && s.waiting() < s.config.Commands
}

// Sent is the last seq that the session has sent, for whoever compares it with the inbox's head.
func (s *Session) Sent() int64 { return s.sent }

// UserID is whose session it is; empty before the hello was verified.
func (s *Session) UserID() string { return s.me.UserID }

// Frame takes a text frame from the peer.
func (s *Session) Frame(data []byte, now time.Time) Actions {
	s.heard = now
	if s.expired(now) {
		s.expire()
	}
	if s.classic != nil {
		s.classicFrame(data)
		return s.take()
	}
	frame, err := wire.Decode(data)
	if s.state == expectingHello {
		if hello, ok := frame.(wire.Hello); ok && err == nil {
			s.begin(hello)
		} else {
			s.end(wire.Malformed, "the first frame is no valid hello"+because(err))
		}
		return s.take()
	}
	if _, again := frame.(wire.Hello); again {
		s.end(wire.Malformed, "a second hello")
		return s.take()
	}
	if err != nil {
		s.end(wire.Malformed, err.Error())
		return s.take()
	}
	switch f := frame.(type) {
	case wire.Ack:
		s.ack(f.Seq)
	case wire.Ask:
		s.inquire(f)
	case wire.Ping:
		s.pong()
	case wire.Token:
		s.renew(f.Token)
	case wire.Command:
		s.command(f.Command)
	case wire.BadCommand:
		s.send(wire.Encode(wire.Error{ID: f.ID, Code: f.Err.Code, Message: f.Err.Message}))
	}
	return s.take()
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// Pong takes a pong from the peer, with the payload that it carried.
func (s *Session) Pong(payload []byte, now time.Time) Actions {
	s.heard = now
	if s.classic != nil {
		s.classicPong(payload)
	}
	return s.take()
}

// pong answers a ping, unless the session has said more than it may.
func (s *Session) pong() {
	if s.state == open && s.spend() {
		s.send(wire.Encode(wire.Pong{}))
	}
}

// Alive notes a sign of life that is none of the others, such as a ping from the peer.
func (s *Session) Alive(now time.Time) { s.heard = now }

// Tick tells the time. It is to be called at [Session.Next], and does no harm before.
func (s *Session) Tick(now time.Time) Actions {
	if !s.Ready() { // nothing of the peer's is read, so that its silence says nothing
		s.heard = now
		s.stillWaiting(now)
	}
	switch {
	case s.state == closed:
	case s.state == expectingHello:
		if !now.Before(s.since.Add(s.config.HelloTimeout)) {
			s.end(wire.Unauthenticated, "no hello in time")
		}
	case s.expired(now):
		s.expire()
	case !now.Before(s.deadline()):
		s.out.Gone = true
		s.state = closed
	case s.overdue(now):
		s.end(wire.FellBehind, "what was sent has not been acknowledged in time")
	default:
		if !now.Before(s.pinged.Add(s.config.PingEvery)) {
			s.ping(now)
			s.stayKnown()
		}
		s.retry(now)
	}
	return s.take()
}

// seenEvery is about how often it is noted that a quiet device is here. With each ping would be a write to the database for each
// session that does nothing.
const seenEvery = 10 * time.Minute

// stayKnown notes from time to time that the device is here: of too many, the longest unseen is forgotten.
func (s *Session) stayKnown() {
	s.pings++
	if every := uint32(max(1, seenEvery/s.config.PingEvery)); s.state == open && s.pings%every == 0 {
		s.ask(Acknowledge{s.me.UserID, s.device, s.acked, s.acked})
	}
}

// deadline is when a peer that stays silent counts as gone.
func (s *Session) deadline() time.Time { return s.heard.Add(2 * s.config.PingEvery) }

// Next is when the session wants its next Tick. It is later than the last one.
func (s *Session) Next() time.Time {
	switch s.state {
	case expectingHello:
		return s.since.Add(s.config.HelloTimeout)
	case closed:
		return s.since.Add(math.MaxInt64) // never
	}
	next := s.pinged.Add(s.config.PingEvery)
	for _, t := range []time.Time{s.deadline(), s.expiry(), s.retryAt, s.ackDeadline()} {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	return next
}

// Lost ends the session because the inbox no longer holds what was sent from it: the database is an older one. The device
// finds out what that means for it when it resumes.
func (s *Session) Lost() Actions {
	s.end(wire.FellBehind, "the inbox has lost what was sent; resume to start anew")
	return s.take()
}

// Dismissed ends the session because somebody who looks after users wants it to: the device is logged out, or the user
// barred.
func (s *Session) Dismissed(barred bool) Actions {
	s.deaf = true
	if barred {
		s.end(wire.Forbidden, "this user is barred")
	} else {
		s.end(wire.LoggedOut, "this device has been logged out")
	}
	return s.take()
}

// Replaced ends the session because a later one of the same device has taken over. What it has not read is dropped.
func (s *Session) Replaced() Actions {
	s.deaf = true
	s.end(wire.Replaced, "a later session of this device has taken over")
	return s.take()
}
