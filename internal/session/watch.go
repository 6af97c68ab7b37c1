package session

import "github.com/calloutd/callout/internal/wire"

// Watched tells an operator's session, which has asked for it, of events. It may be told some twice, and of some nothing but that it
// has missed them.
func (s *Session) Watched(w *wire.Watched) Actions {
	if s.state == open {
		s.send(wire.Encode(*w))
	}
	return s.take()
}
