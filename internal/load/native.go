package load

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout/internal/wire"
)

// Native is the dialect of Callout's own protocol, written and read by hand: what the generator spends, the server does not
// get where they share a machine.
type Native struct {
	URL    string                      // of the socket, such as ws://127.0.0.1:8080/v1/socket
	Token  func(Party) (string, error) // nil: the server is in development mode
	Window int                         // events that may be under way to a session unacknowledged; 0: 64
	Buffer int                         // bytes that a connection reads at once; 0: 4 KiB
}

const (
	window = 64
	buffer = 4 << 10
	// patience is how long a connection may take until it is welcome.
	patience = 30 * time.Second
)

// Dial implements [Dialect]. A device that is new begins with what happens from now on.
func (n *Native) Dial(ctx context.Context, who Party, from netip.Addr) (Conn, error) {
	s, err := n.Enter(ctx, who, from, nil)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Enter connects a party's one device, which has had what resume says, or nil where that is for the server to know.
func (n *Native) Enter(ctx context.Context, who Party, from netip.Addr, resume *wire.Resume) (*Session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the server has not answered for %v", patience))
	defer cancel()
	hello := wire.Hello{UserID: who.UserID, Role: who.Role, Device: who.Device(), Window: cmp.Or(n.Window, window), Resume: resume}
	if n.Token != nil {
		token, err := n.Token(who)
		if err != nil {
			return nil, err
		}
		hello.Token, hello.UserID, hello.Role = token, "", ""
	}
	dialer := ws.Dialer{Protocols: []string{wire.Subprotocol}}
	if from.IsValid() {
		local := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
		dialer.NetDial = local.DialContext
	}
	conn, early, _, err := dialer.Dial(ctx, n.URL)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return nil, fmt.Errorf("connect %s to %s: %w", who.UserID, n.URL, err)
	}
	s := &Session{me: who.UserID, conn: conn, window: int64(hello.Window)}
	s.in.from = bufio.NewReaderSize(conn, cmp.Or(n.Buffer, buffer))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	if early != nil {
		err = errors.New("the server spoke before it was spoken to")
	} else {
		err = s.enter(hello)
	}
	if !stop() {
		err = fmt.Errorf("no welcome: %w", context.Cause(ctx))
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("enter %s as %s: %w", n.URL, who.UserID, err)
	}
	return s, nil
}
