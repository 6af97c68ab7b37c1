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

// Centrifuge is the dialect of bench/peers/centrifuge: the library's JSON protocol, in which a frame from the server is one
// or more lines.
type Centrifuge struct{ Addr string }

// Dial implements [load.Dialect].
func (d *Centrifuge) Dial(ctx context.Context, who load.Party, from netip.Addr) (load.Conn, error) {
	c, err := dial(ctx, "ws://"+d.Addr+"/connection/websocket", who, from, enterCentrifuge)
	if err != nil {
		return nil, err
	}
	return &centrifugeConn{conn: c, sent: 1}, nil
}

func enterCentrifuge(c *conn) error {
	if err := c.write(ws.OpText, fmt.Appendf(nil, `{"id":1,"connect":{"token":%q}}`, c.me)); err != nil {
		return err
	}
	frame, err := c.text()
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(frame, []byte(`{"id":1,"connect":{`)) {
		return fmt.Errorf("the server answers %.200q", frame)
	}
	return nil
}

type centrifugeConn struct {
	*conn
	reader
	lines []byte // of the last frame, not yet read
	sent  int64  // under conn's lock
}

// Send implements [load.Conn].
func (c *centrifugeConn) Send(command *load.Command) error {
	return c.compose(func(b []byte) []byte {
		c.sent++
		b = append(b, `{"id":`...)
		b = strconv.AppendInt(b, c.sent, 10)
		b = append(b, `,"rpc":{"method":"command","data":`...)
		return append(appendCommand(b, command), '}', '}')
	})
}

// Receive implements [load.Conn].
func (c *centrifugeConn) Receive() (load.Notice, error) {
	for {
		line, err := c.line()
		if err != nil {
			return load.Notice{}, err
		}
		switch {
		case bytes.HasPrefix(line, []byte(`{"push":`)):
			return c.notice(line, false)
		case bytes.HasPrefix(line, []byte(`{"id":`)):
			return c.notice(line, true)
		case string(line) == "{}": // a ping, which the same answers
			if err := c.write(ws.OpText, []byte("{}")); err != nil {
				return load.Notice{}, err
			}
		default:
			return load.Notice{}, fmt.Errorf("%s got %.200q", c.me, line)
		}
	}
}

func (c *centrifugeConn) line() ([]byte, error) {
	for len(c.lines) == 0 {
		frame, err := c.text()
		if err != nil {
			return nil, err
		}
		c.lines = frame
	}
	line, rest, _ := bytes.Cut(c.lines, []byte{'\n'})
	c.lines = rest
	return line, nil
}
