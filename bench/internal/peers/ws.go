package peers

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/calloutd/callout/internal/load"
)

// WS is the dialect of bench/peers/ws.
type WS struct{ Addr string }

// Dial implements [load.Dialect].
func (d *WS) Dial(ctx context.Context, who load.Party, from netip.Addr) (load.Conn, error) {
	// The server delivers from when it has taken the connection, before it reads what comes over it.
	c, err := dial(ctx, "ws://"+d.Addr+"/?userId="+url.QueryEscape(who.UserID), who, from, func(*conn) error { return nil })
	if err != nil {
		return nil, err
	}
	return &wsConn{conn: c}, nil
}

type wsConn struct {
	*conn
	reader
}

// Send implements [load.Conn].
func (c *wsConn) Send(command *load.Command) error {
	return c.compose(func(b []byte) []byte { return appendCommand(b, command) })
}

// Receive implements [load.Conn].
func (c *wsConn) Receive() (load.Notice, error) {
	frame, err := c.text()
	if err != nil {
		return load.Notice{}, err
	}
	switch {
	case bytes.HasPrefix(frame, []byte(`{"type":"event",`)):
		return c.notice(frame, false)
	case bytes.HasPrefix(frame, []byte(`{"type":"done",`)):
		return c.notice(frame, true)
	}
	return load.Notice{}, fmt.Errorf("%s got %.200q", c.me, frame)
}
