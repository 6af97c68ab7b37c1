package load

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Session is a connection in the native protocol.
type Session struct {
	Welcome wire.Welcome

	me     string
	conn   net.Conn
	window int64
	hello  time.Time // when it was said
	in     frames
	order  string       // the order of the last event, which most often is that of the next
	at     int64        // and its version
	had    atomic.Int64 // the last seq received

	mu      sync.Mutex // one write at a time
	out     []byte
	payload []byte
	acked   int64 // the last seq acknowledged
	seen    int64 // the last seq received when Tick last looked
}

func (s *Session) enter(hello wire.Hello) error {
	s.hello = time.Now()
	if err := s.write(ws.OpText, wire.Encode(hello)); err != nil {
		return err
	}
	for {
		op, payload, err := s.in.next()
		if err != nil {
			return err
		}
		if op != ws.OpText {
			if err := s.control(op, payload); err != nil {
				return err
			}
			continue
		}
		frame, err := wire.DecodeServer(payload)
		if err != nil {
			return err
		}
		switch f := frame.(type) {
		case wire.Welcome:
			s.Welcome = f
			s.had.Store(f.From)
			s.acked, s.seen = f.From, f.From
			return nil
		case wire.Goodbye:
			return fmt.Errorf("the server says goodbye with %d: %s", f.Code, f.Reason)
		}
		return fmt.Errorf("a %T instead of a welcome", frame)
	}
}

// Send implements [Conn]. The acknowledgement of what has come so far goes with the command.
func (s *Session) Send(c *Command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = s.out[:0]
	s.appendAck()
	s.payload = appendCommand(s.payload[:0], c)
	s.out = appendMasked(s.out, ws.OpText, s.payload)
	return s.flush()
}

// Receive implements [Conn].
func (s *Session) Receive() (Notice, error) {
	for {
		op, payload, err := s.in.next()
		if err != nil {
			return Notice{}, fmt.Errorf("the connection of %s: %w", s.me, err)
		}
		if op != ws.OpText {
			if err := s.control(op, payload); err != nil {
				return Notice{}, fmt.Errorf("the connection of %s: %w", s.me, err)
			}
			continue
		}
		n, counts, err := s.text(payload)
		if counts || err != nil {
			return n, err
		}
	}
}

// Tick implements [Ticker]: what has come and was there already at the last Tick is acknowledged.
func (s *Session) Tick() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.seen
	s.seen = s.had.Load()
	if s.acked >= before {
		return nil
	}
	s.out = s.out[:0]
	s.appendAck()
	return s.flush()
}

// Close implements [Conn]: it acknowledges what has come, says goodbye and hangs up.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = s.out[:0]
	s.appendAck()
	s.out = appendMasked(s.out, ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, ""))
	_ = s.conn.SetWriteDeadline(time.Now().Add(time.Second))
	return errors.Join(s.flush(), s.conn.Close())
}

// Drop hangs up without a word, as a network does.
func (s *Session) Drop() error { return s.conn.Close() }

// last is where the device of a session that receives no more is to resume.
func (s *Session) last() *wire.Resume {
	resume := &wire.Resume{Seq: s.had.Load()}
	if s.order != "" {
		resume.Of = wire.EventName(s.order, s.at)
	}
	return resume
}

// text reads a text frame. counts is whether it is anything that a player has to know.
func (s *Session) text(frame []byte) (n Notice, counts bool, err error) {
	last := s.had.Load()
	e, kind, err := scanEvent(frame, s.me, last)
	switch {
	case err != nil:
		return n, false, fmt.Errorf("read a frame to %s: %w", s.me, err)
	case kind != "event":
		return n, false, s.other(frame)
	case e.repeat:
		return n, false, nil
	case e.seq != last+1:
		return n, false, fmt.Errorf("%s got event %d after event %d", s.me, e.seq, last)
	}
	s.had.Store(e.seq)
	if string(e.orderID) != s.order {
		s.order = string(e.orderID)
	}
	s.at = e.version
	return Notice{Own: e.commandID != nil, OrderID: s.order, Version: e.version}, true, s.ackHalf(e.seq)
}

// other reads a frame that is no event. What it does not know does not count.
func (s *Session) other(frame []byte) error {
	f, err := wire.DecodeServer(frame)
	if err != nil {
		return err
	}
	switch f := f.(type) {
	case wire.Error:
		return &Refusal{CommandID: f.ID, Code: f.Code, Message: f.Message}
	case wire.Goodbye:
		return fmt.Errorf("the server says goodbye to %s with %d: %s", s.me, f.Code, f.Reason)
	}
	return nil
}

// ackHalf acknowledges once half a window is unacknowledged, so that the server never has to wait for it.
func (s *Session) ackHalf(had int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if had-s.acked < max(s.window/2, 1) {
		return nil
	}
	s.out = s.out[:0]
	s.appendAck()
	return s.flush()
}

// control answers a ping, and the server's end of the conversation, which is an error.
func (s *Session) control(op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		return s.write(ws.OpPong, payload)
	case ws.OpPong:
		return nil
	case ws.OpClose:
		code, reason := ws.ParseCloseFrameData(payload)
		_ = errors.Join(s.write(ws.OpClose, payload), s.conn.Close()) // the server waits for no more than that
		return fmt.Errorf("closed by the server with %d %s", code, reason)
	}
	return fmt.Errorf("a frame of kind %d", op)
}

// write sends one frame.
func (s *Session) write(op ws.OpCode, payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = appendMasked(s.out[:0], op, payload)
	return s.flush()
}

// appendAck appends the acknowledgement of what has come, if it is due. It holds mu.
func (s *Session) appendAck() {
	had := s.had.Load()
	if had <= s.acked {
		return
	}
	s.acked = had
	s.payload = append(s.payload[:0], `{"type":"ack","seq":`...)
	s.payload = strconv.AppendInt(s.payload, had, 10)
	s.payload = append(s.payload, '}')
	s.out = appendMasked(s.out, ws.OpText, s.payload)
}

// flush writes what was appended, in one write. It holds mu.
func (s *Session) flush() error {
	_, err := s.conn.Write(s.out)
	return err
}

// appendCommand appends a command's frame. Its ids need no escaping.
func appendCommand(b []byte, c *Command) []byte {
	b = append(b, `{"type":"command","id":"`...)
	b = append(b, c.ID...)
	b = append(b, `","orderId":"`...)
	b = append(b, c.OrderID...)
	b = append(b, `","statusCode":`...)
	b = strconv.AppendInt(b, int64(c.Status), 10)
	switch c.Status {
	case callout.Placed:
		b = append(b, `,"receivers":["`...)
		b = append(b, c.To...)
		b = append(b, `"]`...)
	case callout.Accepted: // the first one wins, whatever the version
	default:
		b = append(b, `,"version":`...)
		b = strconv.AppendInt(b, c.Version, 10)
	}
	b = append(b, `,"extra":`...)
	b = append(b, Extra(c.Status)...)
	return append(b, '}')
}
