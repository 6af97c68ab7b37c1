package server

import (
	"errors"
	"slices"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout/internal/session"
)

const (
	turnReads  = 4        // reads in one turn, so that nobody who sends without end keeps the others waiting
	turnOutput = 64 << 10 // bytes that one turn has to say at most before it hears more
)

// hear takes what the peer has sent, as far as the session takes it now, and reports whether the connection goes on.
func (c *conn) hear(w *worker) bool {
	data, kept := c.inbound.rest, true // the bytes that came, and whether they are in memory of the connection's own
	c.inbound.rest = nil
	for reads := 0; ; reads++ {
		var alive, more bool
		if data, alive, more = c.frames(w, data); !alive {
			return false
		}
		if !more {
			break
		}
		if reads == turnReads {
			c.wake()
			break
		}
		var err error
		if data, kept, err = c.read(w, data, kept); errors.Is(err, errLater) {
			break
		} else if err != nil {
			return false // the peer is gone, or has closed the connection without a word
		}
	}
	switch {
	case len(data) == 0:
	case kept:
		c.inbound.rest = data
	default:
		c.inbound.rest = slices.Clone(data)
	}
	return true
}

// frames hands the session the frames that there are, and reports whether it takes more. What is left of the bytes it gives
// back.
func (c *conn) frames(w *worker, data []byte) (rest []byte, alive, more bool) {
	now := c.server.config.Clock()
	limits := frameLimits{c.server.config.Limits.Frame, 2 * c.server.config.Session.PingEvery}
	for {
		switch {
		case c.deaf:
			return nil, true, true
		case !c.session.Ready():
			return data, true, false
		case len(w.out.frames) > turnOutput:
			c.wake()
			return data, true, false
		}
		f, n, ok, wrong := c.inbound.next(data, now, limits)
		data = data[n:]
		switch {
		case wrong != nil:
			c.fail(w, wrong)
		case !ok:
			return data, true, true
		case !c.take(w, f):
			return nil, false, false
		}
	}
}

// take hands the session one frame, and reports whether the connection goes on.
func (c *conn) take(w *worker, f frame) bool {
	now := c.server.config.Clock()
	switch f.kind {
	case textFrame:
		return c.act(w, c.session.Frame(f.payload, now))
	case pongFrame:
		return c.act(w, c.session.Pong(f.payload, now))
	case pingFrame:
		c.session.Alive(now)
		if !c.isClosing() {
			w.out.frames = appendFrame(w.out.frames, ws.OpPong, f.payload)
		}
		return true
	}
	if !c.isClosing() {
		w.out.frames = appendClose(w.out.frames, f.code, "")
	}
	return false
}

// fail answers a breach of the protocol. The peer's close frame can no longer be made out, so what still comes is thrown
// away, and the peer hears at once that nothing more comes, and closes the connection.
func (c *conn) fail(w *worker, wrong *fault) {
	c.deaf = true
	c.inbound = inbound{}
	if !c.isClosing() {
		c.close(w, session.Close{Code: wrong.code, Reason: wrong.reason})
	}
	w.out.finish = true
}

// read reads more behind the bytes that have not been taken: into the worker's memory, or into the connection's own if they
// are there already or fill the worker's.
func (c *conn) read(w *worker, data []byte, kept bool) ([]byte, bool, error) {
	switch {
	case len(data) == 0:
		n, err := c.link.read(w.in)
		return w.in[:n], false, err
	case !kept && len(data) < len(w.in):
		begun := copy(w.in, data)
		n, err := c.link.read(w.in[begun:])
		return w.in[:begun+n], false, err
	}
	data = slices.Grow(data, max(4096, len(data)/2))
	n, err := c.link.read(data[len(data):cap(data)])
	return data[:len(data)+n], true, err
}
