package server

import (
	"bufio"
	"errors"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// frame is what the reader hands on: a whole message, a control frame, or a fault that ends the session.
type frame struct {
	kind    frameKind
	payload []byte
	code    wire.CloseCode // of a close frame, or what a fault is answered with
	reason  string
}

type frameKind uint8

const (
	textFrame frameKind = iota
	pingFrame
	pongFrame
	closeFrame
	faultFrame
)

// reader reads frames off a socket, and closes frames at the end.
type reader struct {
	conn  *conn
	ws    wsutil.Reader
	begun time.Time // when the message that is being read began
}

// read hands on what comes until the peer closes, breaks the protocol, or the connection is over. After a fault it
// throws away what still comes, until the peer closes or the deadline for that has passed.
func (c *conn) read(from *bufio.Reader) {
	defer close(c.frames)
	r := reader{conn: c, ws: wsutil.Reader{
		Source: from, State: ws.StateServerSide, CheckUTF8: true, MaxMessageSize: int64(c.server.config.Limits.Frame),
	}}
	r.ws.OnIntermediate = func(h ws.Header, body io.Reader) error {
		if r.overdue() {
			return fault{wire.ProtocolFault, "a message that does not end"}
		}
		f, err := r.control(h, body)
		if err == nil {
			err = c.pass(f)
		}
		return err
	}
	for {
		f, err := r.next()
		if err != nil {
			var fault frame
			if asFault(err, &fault) && c.pass(fault) == nil {
				_, _ = io.Copy(io.Discard, from)
			}
			return
		}
		if c.pass(f) != nil || f.kind == closeFrame {
			return
		}
	}
}

// errOver says that the connection's run is over and nobody takes frames any more.
var errOver = errors.New("the connection is over")

func (c *conn) pass(f frame) error {
	select {
	case c.frames <- f:
		return nil
	case <-c.quit:
		return errOver
	}
}

// next reads a whole message or a control frame.
func (r *reader) next() (frame, error) {
	h, err := r.ws.NextFrame()
	if err != nil {
		return frame{}, err
	}
	r.begun = time.Now()
	switch {
	case h.OpCode.IsControl():
		return r.control(h, &r.ws)
	case h.OpCode == ws.OpBinary:
		return frame{}, fault{wire.NotText, "frames are text"}
	}
	payload, err := io.ReadAll(&r.ws)
	return frame{kind: textFrame, payload: payload}, err
}

// overdue reports whether a message takes longer than a peer may be silent. Control frames between its fragments are signs of
// life, and would keep it for ever; without any, the session ends by itself.
func (r *reader) overdue() bool {
	return time.Since(r.begun) > 2*r.conn.server.config.Session.PingEvery
}

func (r *reader) control(h ws.Header, body io.Reader) (frame, error) {
	payload := make([]byte, h.Length)
	if _, err := io.ReadFull(body, payload); err != nil {
		return frame{}, err
	}
	switch h.OpCode {
	case ws.OpPing:
		return frame{kind: pingFrame, payload: payload}, nil
	case ws.OpPong:
		return frame{kind: pongFrame, payload: payload}, nil
	}
	return closing(payload)
}

// closing reads a close frame's payload (RFC 6455, section 5.5.1): nothing, or a code and a reason.
func closing(payload []byte) (frame, error) {
	if len(payload) == 0 {
		return frame{kind: closeFrame, code: wire.Done}, nil
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if len(payload) == 1 || ws.CheckCloseFrameData(code, reason) != nil {
		return frame{}, fault{wire.ProtocolFault, "a close frame that is none"}
	}
	return frame{kind: closeFrame, code: wire.CloseCode(code)}, nil
}

// fault is a breach of the WebSocket protocol.
type fault struct {
	code   wire.CloseCode
	reason string
}

func (f fault) Error() string { return f.reason }

// asFault says what a read error is to be answered with, and false if it is not the peer's fault but its end.
func asFault(err error, f *frame) bool {
	var ours fault
	var protocol ws.ProtocolError
	switch {
	case errors.As(err, &ours):
		*f = frame{kind: faultFrame, code: ours.code, reason: ours.reason}
	case errors.As(err, &protocol):
		*f = frame{kind: faultFrame, code: wire.ProtocolFault, reason: protocol.Error()}
	case errors.Is(err, ws.ErrHeaderLengthMSB), errors.Is(err, ws.ErrHeaderLengthUnexpected):
		*f = frame{kind: faultFrame, code: wire.ProtocolFault, reason: "a frame's length is no length"}
	case errors.Is(err, wsutil.ErrInvalidUTF8):
		*f = frame{kind: faultFrame, code: wire.NotUTF8, reason: "a text frame is not UTF-8"}
	case errors.Is(err, wsutil.ErrMessageTooLarge), errors.Is(err, wsutil.ErrFrameTooLarge):
		*f = frame{kind: faultFrame, code: wire.FrameTooLarge, reason: "a frame is larger than this server takes"}
	default:
		return false
	}
	return true
}

// sendAll writes all that a session wants sent in one go.
func (c *conn) sendAll(messages []session.Message) bool {
	size := 0
	for _, m := range messages {
		size += len(m.Data) + ws.MaxHeaderSize
	}
	out := make([]byte, 0, size)
	for _, m := range messages {
		op := ws.OpText
		if m.Ping {
			op = ws.OpPing
		}
		out = appendFrame(out, op, m.Data)
	}
	if !c.write(out) {
		return false
	}
	now := c.server.config.Clock()
	c.server.metrics.sent(messages, now)
	c.noteSent(messages, now)
	return true
}

// write writes whole frames. A peer that does not take them in time is gone.
func (c *conn) write(frames []byte) bool {
	if err := c.socket.SetWriteDeadline(time.Now().Add(c.server.config.WriteTimeout)); err != nil {
		return false
	}
	_, err := c.socket.Write(frames)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		c.server.config.Log.Debug("a peer does not take what is sent", "peer", c.socket.RemoteAddr(), "err", err)
	}
	return err == nil
}

func pong(payload []byte) []byte { return appendFrame(nil, ws.OpPong, payload) }

// closeWith is a close frame. A reason is cut to what a control frame holds.
func closeWith(code wire.CloseCode, reason string) []byte {
	const most = ws.MaxControlFramePayloadSize - 2
	for len(reason) > most || !utf8.ValidString(reason) {
		reason = reason[:min(len(reason), most+1)-1]
	}
	return appendFrame(nil, ws.OpClose, ws.NewCloseFrameBody(ws.StatusCode(code), reason))
}

// appendFrame appends one unmasked frame (RFC 6455, section 5.2).
func appendFrame(b []byte, op ws.OpCode, payload []byte) []byte {
	b = append(b, 0x80|byte(op))
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = append(b, 126, byte(n>>8), byte(n))
	default:
		b = append(b, 127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, payload...)
}
