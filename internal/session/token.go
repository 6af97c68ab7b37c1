package session

import (
	"time"

	"github.com/calloutd/callout/internal/wire"
)

// renewal is a token on its way to be verified, while the session is open.
type renewal struct{ renewing bool }

// expiry is when the session ends unless a new token is said before; zero: never. A classic app cannot say one.
func (s *Session) expiry() time.Time {
	switch {
	case s.me.Expires.IsZero():
		return time.Time{}
	case s.classic != nil:
		return s.me.Expires
	}
	return s.me.Expires.Add(s.config.TokenGrace)
}

func (s *Session) expired(now time.Time) bool {
	at := s.expiry()
	return !at.IsZero() && !now.Before(at)
}

// expire ends the session. From then on nobody acts on its token, not even after the close frame.
func (s *Session) expire() {
	s.deaf = true
	s.end(wire.TokenExpired, "the token has expired")
}

// renew has a token verified that is to take the place of the session's own. Nothing more is read meanwhile.
func (s *Session) renew(token string) {
	if s.state != open || !s.spend() {
		return
	}
	s.renewing = true
	s.ask(Renew{token})
}

// Renewed says whose the new token is. A code other than 0 says that it is no good, and closes the session with it; one
// of somebody else, or in another role, closes it, too. While keys cannot be had, the former token goes on to count.
func (s *Session) Renewed(me Identity, code wire.CloseCode, reason string) Actions {
	s.renewing = false
	switch {
	case s.state != open:
	case code == wire.Overloaded:
	case code != 0:
		s.end(code, reason)
	case me.UserID != s.me.UserID || me.Role != s.me.Role:
		s.end(wire.Forbidden, "the new token is somebody else's")
	default:
		s.me.Expires = me.Expires
		s.send(wire.Encode(wire.TokenTaken{ExpiresAt: me.Expires.UTC()}))
	}
	return s.take()
}
