package server

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// outbound are frames on their way to a socket, and which events are in them.
type outbound struct {
	frames []byte
	events []sentEvent
	since  time.Time // when the first of them could not go out; zero: they have not been tried yet
	finish bool      // nothing more comes behind them
}

// sentEvent is an event that is on its way.
type sentEvent struct {
	seq int64 // 0: it is sent once more
	at  time.Time
}

// add appends what a session wants sent.
func (o *outbound) add(m *session.Message) {
	op := ws.OpText
	if m.Ping {
		op = ws.OpPing
	}
	o.frames = appendMessage(o.frames, op, m)
	if m.Seq > 0 || !m.At.IsZero() {
		o.events = append(o.events, sentEvent{m.Seq, m.At})
	}
}

// reset makes room for what comes next, without giving up the memory.
func (o *outbound) reset() { *o = outbound{frames: o.frames[:0], events: o.events[:0]} }

// send hands on what waits of earlier turns, or else what this turn has to say, and keeps what does not go out. It reports
// false if the peer is gone.
func (c *conn) send(w *worker) bool {
	o := &w.out
	if c.unsent != nil {
		o = c.unsent
	}
	if len(o.frames) == 0 {
		return !o.finish || c.link.finish() == nil
	}
	n, err := c.link.write(o.frames)
	switch {
	case err == nil:
		c.unsent = nil
		c.written(o.events)
		return !o.finish || c.link.finish() == nil
	case !errors.Is(err, errLater):
		c.server.config.Log.Debug("a peer does not take what is sent", "peer", c.link.peer(), "err", err)
		return false
	case c.unsent == nil:
		c.unsent = &outbound{events: append([]sentEvent(nil), o.events...), since: time.Now(), finish: o.finish}
	case !time.Now().Before(c.sendBy()):
		c.server.config.Log.Debug("a peer does not take what is sent in time", "peer", c.link.peer())
		return false
	}
	c.unsent.frames = append([]byte(nil), o.frames[n:]...)
	return true
}

// sendBy is when a peer has to have taken what waits for it.
func (c *conn) sendBy() time.Time { return c.unsent.since.Add(c.server.config.WriteTimeout) }

// written notes that events have been handed to the peer, for receipts and metrics.
func (c *conn) written(events []sentEvent) {
	if len(events) == 0 {
		return
	}
	now := c.server.config.Clock()
	var sent []store.Mark
	for _, e := range events {
		if e.seq > 0 {
			sent = store.AddMark(sent, store.Mark{First: e.seq, Last: e.seq, At: now})
		}
		c.server.metrics.lag.Observe(now.Sub(e.at).Seconds())
	}
	if len(sent) > 0 {
		c.server.ledger.Ack(store.Ack{UserID: c.device.userID, Device: c.device.device, SeenAt: now, Sent: sent})
	}
}

// appendMessage appends one unmasked frame (RFC 6455, section 5.2).
func appendMessage(b []byte, op ws.OpCode, m *session.Message) []byte {
	const head = 4 // bytes of the header of a frame of 126 bytes to 64 KiB, which most have
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = m.Append(b)
	n := len(b) - start - head
	switch {
	case n < 126:
		copy(b[start+2:], b[start+head:])
		b = b[:start+2+n]
		b[start+1] = byte(n)
	case n < 1<<16:
		b[start+1], b[start+2], b[start+3] = 126, byte(n>>8), byte(n)
	default:
		b = append(b, 0, 0, 0, 0, 0, 0)
		copy(b[start+10:], b[start+head:start+head+n])
		copy(b[start+1:], []byte{127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	b[start] = 0x80 | byte(op)
	return b
}

func appendFrame(b []byte, op ws.OpCode, payload []byte) []byte {
	return appendMessage(b, op, &session.Message{Data: payload})
}

// appendClose appends a close frame. A reason is cut to what a control frame holds.
func appendClose(b []byte, code wire.CloseCode, reason string) []byte {
	const most = ws.MaxControlFramePayloadSize - 2
	for len(reason) > most || !utf8.ValidString(reason) {
		reason = reason[:min(len(reason), most+1)-1]
	}
	return appendFrame(b, ws.OpClose, ws.NewCloseFrameBody(ws.StatusCode(code), reason))
}
