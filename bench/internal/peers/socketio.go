package peers

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout/internal/load"
)

// SocketIO is the dialect of bench/peers/socketio: Engine.IO 4, where a frame begins with its kind, and Socket.IO 5 in
// frames of the kind 4, each with a kind of its own.
type SocketIO struct{ Addr string }

const (
	engineOpen  = '0'
	enginePing  = "2"
	enginePong  = "3"
	socketEnter = "40" // to the main namespace, and the server's word that one is in it
	socketEvent = "42"
	socketReply = "43"
)

// Dial implements [load.Dialect].
func (d *SocketIO) Dial(ctx context.Context, who load.Party, from netip.Addr) (load.Conn, error) {
	c, err := dial(ctx, "ws://"+d.Addr+"/socket.io/?EIO=4&transport=websocket", who, from, enterSocketIO)
	if err != nil {
		return nil, err
	}
	return &socketIOConn{conn: c}, nil
}

func enterSocketIO(c *conn) error {
	frame, err := c.text()
	if err != nil {
		return err
	}
	if len(frame) == 0 || frame[0] != engineOpen {
		return fmt.Errorf("the server begins with %.200q", frame)
	}
	if err := c.write(ws.OpText, fmt.Appendf(nil, `%s{"userId":%q}`, socketEnter, c.me)); err != nil {
		return err
	}
	if frame, err = c.text(); err != nil {
		return err
	}
	if !bytes.HasPrefix(frame, []byte(socketEnter)) {
		return fmt.Errorf("the server answers %.200q", frame)
	}
	return nil
}

type socketIOConn struct {
	*conn
	reader
	sent int64 // commands, each of which asks for a reply by its number; under conn's lock
}

// Send implements [load.Conn].
func (c *socketIOConn) Send(command *load.Command) error {
	return c.compose(func(b []byte) []byte {
		b = append(b, socketEvent...)
		b = strconv.AppendInt(b, c.sent, 10)
		c.sent++
		b = append(b, `["command",`...)
		return append(appendCommand(b, command), ']')
	})
}

// Receive implements [load.Conn].
func (c *socketIOConn) Receive() (load.Notice, error) {
	for {
		frame, err := c.text()
		if err != nil {
			return load.Notice{}, err
		}
		switch {
		case bytes.HasPrefix(frame, []byte(socketEvent+`["event",`)):
			return c.notice(frame, false)
		case bytes.HasPrefix(frame, []byte(socketReply)):
			return c.notice(frame, true)
		case string(frame) == enginePing:
			if err := c.write(ws.OpText, []byte(enginePong)); err != nil {
				return load.Notice{}, err
			}
		default:
			return load.Notice{}, fmt.Errorf("%s got %.200q", c.me, frame)
		}
	}
}
