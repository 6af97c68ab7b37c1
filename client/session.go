package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout/internal/wire"
)

const (
	greetWithin = 15 * time.Second // from dialling to the welcome
	leaveWithin = 5 * time.Second  // for what is being written when the socket is closed, or cannot be written any more
	defaultPing = 25 * time.Second // for servers that do not say how often they ping
	pingSlack   = 5 * time.Second
)

// errSilent ends a connection on which the server has said nothing for two pings and some.
const errSilent Fault = "the server has fallen silent"

// connect holds one connection from dialling until it is over, and says why it is.
func (s *Socket) connect(ctx context.Context, l *life) (welcomed bool, err error) {
	link, welcome, err := s.greet(ctx, l)
	if err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	if err := s.welcomed(ctx, l, welcome); err != nil {
		_ = link.conn.Close(websocket.StatusNormalClosure, "")
		return false, err
	}
	if l.away {
		s.config.Logger.Info("connected again", "url", s.URL)
		l.away = false
	}
	stop := s.keepToken(ctx, l, link, welcome)
	defer stop()
	ping := cmp.Or(time.Duration(welcome.PingSeconds)*time.Second, defaultPing)
	err = s.converse(ctx, l, link, 2*ping+pingSlack)
	s.setConnected(false)
	return true, err
}

// greet dials, says hello and waits for the welcome.
func (s *Socket) greet(ctx context.Context, l *life) (_ *link, _ wire.Welcome, err error) {
	var none wire.Welcome
	ctx, cancel := context.WithTimeout(ctx, greetWithin)
	defer cancel()
	hello, err := s.hello(ctx, l)
	if err != nil {
		return nil, none, err
	}
	link, err := dial(ctx, s.config.HTTPClient, s.address, wire.Subprotocol)
	if err != nil {
		return nil, none, err
	}
	defer func() {
		if err != nil {
			_ = link.conn.CloseNow()
		}
	}()
	opened := time.Now()
	// The answer to a hello that cannot be written may be there to read.
	failed := link.write(ctx, wire.Encode(hello))
	frame, err := link.read(ctx)
	if closed := (*CloseError)(nil); errors.As(err, &closed) {
		closed.late = closed.Code == CodeUnauthenticated && time.Since(opened) >= helloWithin
	}
	if err != nil {
		return nil, none, err
	}
	if failed != nil {
		return nil, none, fmt.Errorf("say hello: %w", failed)
	}
	welcome, ok := frame.(wire.Welcome)
	if !ok {
		return nil, none, faultf("a frame that is no welcome came first")
	}
	return link, welcome, nil
}

// hello says who this device is and how far it has got, and which of the socket's hellos it is.
func (s *Socket) hello(ctx context.Context, l *life) (wire.Hello, error) {
	h := wire.Hello{Window: s.config.Window, WhenDone: s.config.WhenDone, Receipts: s.config.OnReceipt != nil, Watch: s.config.OnWatch != nil}
	if s.config.Token == nil {
		h.UserID, h.Role = s.config.UserID, s.config.Role
	} else {
		token, err := s.config.Token(ctx)
		if err != nil {
			return h, fmt.Errorf("get a token: %w", err)
		}
		if l.expired != "" && token == l.expired {
			return h, finalError{&CloseError{Code: CodeTokenExpired, Reason: "the token has expired and there is no other"}}
		}
		h.Token = token
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.token, l.said = h.Token, nil
	h.Device = s.cursor.Device
	s.hellos++
	h.Instance, h.Attempt = s.instance, s.hellos
	if s.inbox.placed {
		h.Resume = &wire.Resume{Seq: s.inbox.done, Of: s.inbox.of}
	}
	return h, nil
}

// converse reads and writes until the connection is over. When ctx ends it takes leave.
func (s *Socket) converse(ctx context.Context, l *life, link *link, silence time.Duration) error {
	lasting, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := link.watched(silence, func() { cut(errSilent) })
	defer stop()

	read, written := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		cut(s.read(lasting, l, link))
	}()
	go func() {
		defer close(written)
		if err := s.write(ctx, lasting, link); err != nil {
			// What the server has said before may still be there to read, and be the reason.
			select {
			case <-lasting.Done():
			case <-ctx.Done():
			case <-time.After(leaveWithin):
			}
			cut(err)
		}
	}()
	select {
	case <-lasting.Done():
	case <-ctx.Done():
		select {
		case <-written:
		case <-time.After(leaveWithin):
		}
		if err := link.conn.Close(websocket.StatusNormalClosure, ""); !errors.Is(err, net.ErrClosed) {
			l.closing = err
		}
	}
	_ = link.conn.CloseNow()
	<-read
	<-written
	return context.Cause(lasting)
}

// write writes what there is to write until lasting ends, or until ctx does and the last acknowledgement is written.
func (s *Socket) write(ctx, lasting context.Context, link *link) error {
	for {
		frames, wait := s.toWrite(time.Now(), ctx.Err() == nil)
		for _, frame := range frames {
			if err := link.write(lasting, frame); err != nil {
				return fmt.Errorf("the connection was lost: %w", err)
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		var due <-chan time.Time
		if wait > 0 {
			due = time.After(wait)
		}
		select {
		case <-s.outgoing:
		case <-due:
		case <-ctx.Done():
		case <-lasting.Done():
			return nil
		}
	}
}

// toWrite takes the acknowledgement that is due and, if asked for, the commands.
func (s *Socket) toWrite(now time.Time, commands bool) (frames [][]byte, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if commands {
		frames, wait = s.outbox.take(now)
		frames = append(frames, s.asked()...)
	}
	if seq, due := s.inbox.ack(); due {
		frames = append(frames, wire.Encode(wire.Ack{Seq: seq}))
	}
	return frames, wait
}
