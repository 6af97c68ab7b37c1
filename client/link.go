package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout/internal/wire"
)

// maxServerFrame is how many bytes a frame of the server may have: a welcome shows all open orders of its user.
const maxServerFrame = 64 << 20

// link is one connection. One goroutine at a time reads from it.
type link struct {
	conn    *websocket.Conn
	goodbye *wire.Goodbye
	renewed chan time.Time // has room for one: until when the token that the server goes by now is good

	silence time.Duration // how long the server may say nothing
	watch   *time.Timer   // ends the link after that; nil: nobody watches yet
}

// dial opens a connection. A server that refuses the handshake for who is asking answers with a *CloseError.
func dial(ctx context.Context, client *http.Client, address *url.URL, subprotocols ...string) (*link, error) {
	l := &link{renewed: make(chan time.Time, 1)}
	conn, response, err := websocket.Dial(ctx, address.String(), &websocket.DialOptions{
		HTTPClient: client, Subprotocols: subprotocols,
		OnPingReceived: func(context.Context, []byte) bool {
			l.heard()
			return true
		},
	})
	if err != nil {
		return nil, dialError(response, err)
	}
	conn.SetReadLimit(maxServerFrame)
	l.conn = conn
	return l, nil
}

func dialError(response *http.Response, err error) error {
	if response != nil {
		switch response.StatusCode {
		case http.StatusUnauthorized:
			return &CloseError{Code: CodeUnauthenticated, Reason: "HTTP status 401"}
		case http.StatusForbidden:
			return &CloseError{Code: CodeForbidden, Reason: "HTTP status 403"}
		}
	}
	// An address may hold a token, so that of the request is left out.
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return fmt.Errorf("dial: %w", err)
}

// watched has end called once the server has said nothing, not even a ping, for as long as that.
func (l *link) watched(silence time.Duration, end func()) (stop func()) {
	l.silence = silence
	l.watch = time.AfterFunc(silence, end)
	return func() { l.watch.Stop() }
}

func (l *link) heard() {
	if l.watch != nil {
		l.watch.Reset(l.silence)
	}
}

func (l *link) write(ctx context.Context, frame []byte) error {
	return l.conn.Write(ctx, websocket.MessageText, frame)
}

// read gives the next frame but a goodbye, which it keeps for the error that follows. The connection is over when ctx
// ends, and with every error but a protocolFault.
func (l *link) read(ctx context.Context) (wire.ServerFrame, error) {
	for {
		kind, data, err := l.conn.Read(ctx)
		if err != nil {
			return nil, l.lost(ctx, err)
		}
		l.heard()
		if kind != websocket.MessageText {
			return nil, faultf("a binary frame")
		}
		frame, err := wire.DecodeServer(data)
		if err != nil {
			return nil, faultf("%v", err)
		}
		switch f := frame.(type) {
		case nil, wire.Pong: // of a type that newer servers have, or of none that this SDK asks for
		case wire.Goodbye:
			l.goodbye = &f
		default:
			return frame, nil
		}
	}
}

// lost is why the connection is over: the close frame says, or the goodbye that went before it.
func (l *link) lost(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var frame websocket.CloseError
	isClose := errors.As(err, &frame)
	if !isClose && l.goodbye == nil {
		return fmt.Errorf("the connection was lost: %w", err)
	}
	closed := &CloseError{Code: int(frame.Code), Reason: frame.Reason}
	if g := l.goodbye; g != nil {
		if !isClose {
			closed.Code = int(g.Code)
		}
		closed.Reason, closed.after, closed.stay = g.Reason, time.Duration(g.AfterMs)*time.Millisecond, !g.Reconnect
	}
	return closed
}
