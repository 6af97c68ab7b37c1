// Package peers speaks to the servers in bench/peers, with as little work as load's own dialect has, so that the generator
// costs about the same whatever it loads.
package peers

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout/internal/load"
)

const (
	patience = 30 * time.Second // for a connection to be made and welcome
	buffer   = 4 << 10          // which holds every frame that a peer sends here
)

// conn is a WebSocket connection. One goroutine at a time reads; any may write.
type conn struct {
	net.Conn
	me   string
	in   *bufio.Reader
	used int // bytes of the buffer that the last frame takes

	mu      sync.Mutex // one write at a time
	payload []byte
	out     []byte
}

// dial connects to url, and has enter say and hear what the dialect wants at the beginning.
func dial(ctx context.Context, url string, who load.Party, from netip.Addr, enter func(*conn) error) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var dialer ws.Dialer
	if from.IsValid() {
		local := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
		dialer.NetDial = local.DialContext
	}
	socket, early, _, err := dialer.Dial(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", who.UserID, err)
	}
	c := &conn{Conn: socket, me: who.UserID, in: bufio.NewReaderSize(socket, buffer)}
	if early != nil {
		if early.Size() < buffer {
			early = bufio.NewReaderSize(early, buffer)
		}
		c.in = early
	}
	stop := context.AfterFunc(ctx, func() { _ = socket.SetDeadline(time.Unix(1, 0)) })
	err = enter(c)
	if !stop() {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		_ = socket.Close()
		return nil, fmt.Errorf("enter as %s: %w", who.UserID, err)
	}
	return c, nil
}

// text gives the next text frame, which is good until the next call. Pings it answers.
func (c *conn) text() ([]byte, error) {
	for {
		op, payload, err := c.frame()
		switch {
		case err != nil:
			return nil, fmt.Errorf("the connection of %s: %w", c.me, err)
		case op == ws.OpText:
			return payload, nil
		case op == ws.OpPing:
			if err := c.write(ws.OpPong, payload); err != nil {
				return nil, err
			}
		case op == ws.OpClose:
			code, reason := ws.ParseCloseFrameData(payload)
			return nil, fmt.Errorf("the connection of %s was closed by the server with %d %s", c.me, code, reason)
		}
	}
}

func (c *conn) frame() (ws.OpCode, []byte, error) {
	if _, err := c.in.Discard(c.used); err != nil {
		return 0, nil, err
	}
	c.used = 0
	head, err := c.in.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	op, from, size := ws.OpCode(head[0]&0x0f), 2, int(head[1])
	if head[0]&0x80 == 0 || size > 126 {
		return 0, nil, fmt.Errorf("a frame that begins with % x is masked, in fragments or longer than a peer sends any", head)
	}
	if size == 126 {
		if head, err = c.in.Peek(4); err != nil {
			return 0, nil, err
		}
		from, size = 4, int(binary.BigEndian.Uint16(head[2:]))
	}
	frame, err := c.in.Peek(from + size)
	if err != nil {
		return 0, nil, err
	}
	c.used = len(frame)
	return op, frame[from:], nil
}

func (c *conn) write(op ws.OpCode, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flush(op, payload)
}

// compose sends the text that f appends.
func (c *conn) compose(f func([]byte) []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.payload = f(c.payload[:0])
	return c.flush(ws.OpText, c.payload)
}

// flush sends a frame. It holds mu.
func (c *conn) flush(op ws.OpCode, payload []byte) error {
	c.out = appendMasked(c.out[:0], op, payload)
	_, err := c.Conn.Write(c.out)
	return err
}

// Close says goodbye and hangs up.
func (c *conn) Close() error {
	_ = c.SetWriteDeadline(time.Now().Add(time.Second))
	return errors.Join(c.write(ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, "")), c.Conn.Close())
}

// appendMasked appends a frame as a client sends it.
func appendMasked(b []byte, op ws.OpCode, payload []byte) []byte {
	b = append(b, 0x80|byte(op))
	if n := len(payload); n < 126 {
		b = append(b, 0x80|byte(n))
	} else {
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	}
	var mask [4]byte
	binary.LittleEndian.PutUint32(mask[:], rand.Uint32())
	b = append(b, mask[:]...)
	b = append(b, payload...)
	ws.Cipher(b[len(b)-len(payload):], mask, 0)
	return b
}
