package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Classic does what an app of the original system does: it opens /order?userId=…, sends frames that say no more than a
// status, and hears events. Its commands have no ids and no answers: a refused one is answered at most by the newest
// event of its order, and one that is sent while the connection breaks may be lost or take effect. Each event comes at
// least once, and with every connection the newest one of each open order again. Programs that can choose use a [Socket].
//
// The connection is there while a loop over OrderStatuses runs. Send and Close may be called from any goroutine.
type Classic struct {
	URL    string // of the WebSocket, without a token
	UserID string

	config  Config
	address url.URL
	over    chan struct{} // closed by Close
	once    sync.Once

	mu   sync.Mutex
	conn *websocket.Conn // nil: there is no connection
	err  error           // why the last loop ended
}

// NewClassic makes a connection that is not open yet. Of config, URL, UserID, Token, RetryMin, RetryMax, OnConnection,
// Logger and HTTPClient count. The server ends the connection once all orders of the user have ended.
func NewClassic(config Config) (*Classic, error) {
	config.Role = callout.Client // the server takes the user for what they are on each order
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	if config.UserID == "" {
		return nil, errors.New("client: UserID is missing")
	}
	address, err := endpoint(config.URL, classicPath)
	if err != nil {
		return nil, err
	}
	query := address.Query()
	query.Set("userId", config.UserID)
	address.RawQuery = query.Encode()
	return &Classic{
		URL: address.String(), UserID: config.UserID, config: config, address: *address, over: make(chan struct{}),
	}, nil
}

// OrderStatuses connects, stays connected, and gives the events as they come. One is acknowledged when the program asks
// for the next: no ping is answered before. The loop ends when ctx ends, after Close, and when the server ends the
// connection for good. Only one loop may run at a time.
func (c *Classic) OrderStatuses(ctx context.Context) iter.Seq[Received] {
	return func(yield func(Received) bool) {
		c.setErr(nil)
		pause, away := c.config.newPause(), false
		welcome := func() {
			pause.Reset()
			if away {
				c.config.Logger.Info("connected again", "url", c.URL)
			}
			away = false
		}
		for {
			more, err := c.listen(ctx, welcome, yield)
			if c.ended(ctx, err) || !more {
				return
			}
			wait := pause.NextBackOff()
			c.config.Logger.Warn("not connected", "url", c.URL, "err", err, "retryIn", wait)
			away = true
			select {
			case <-ctx.Done():
			case <-c.over:
			case <-time.After(wait):
			}
		}
	}
}

// Send sends a command: its OrderID, which such apps make of 24 hex digits when they place an order, its Status, UserID
// and its Receivers, and its Extra, which such apps leave empty. No error means no more than that the frame has been
// sent; ErrClosed, that there is no connection now. If ctx ends while the frame is being sent, so does the connection.
func (c *Classic) Send(ctx context.Context, cmd callout.Command) error {
	frame, err := json.Marshal(classicFrame{
		cmd.OrderID, strconv.Itoa(int(cmd.Status)), append([]string{c.UserID}, cmd.Receivers...), cmd.Extra,
	})
	if err != nil {
		return fmt.Errorf("send %s: %w", cmd.Status, err)
	}
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn == nil {
		return fmt.Errorf("send %s: %w", cmd.Status, ErrClosed)
	}
	if err := conn.Write(ctx, websocket.MessageText, frame); err != nil {
		return fmt.Errorf("send %s: %w", cmd.Status, err)
	}
	return nil
}

// classicFrame is a command as such an app sends it.
type classicFrame struct {
	OrderID    string        `json:"orderId"`
	StatusCode string        `json:"statusCode"`
	Receivers  []string      `json:"receivers"`
	Extra      callout.Extra `json:"extra"`
}

// Err says why the last loop over OrderStatuses ended. It is nil if the server said that all is done.
func (c *Classic) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close closes the connection for good. The error says that the server did not confirm it.
func (c *Classic) Close() error {
	c.once.Do(func() { close(c.over) })
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn == nil {
		return nil
	}
	if err := conn.Close(websocket.StatusNormalClosure, ""); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// listen holds one connection, and reports whether the program wants more.
func (c *Classic) listen(ctx context.Context, welcome func(), yield func(Received) bool) (more bool, err error) {
	l, err := c.dial(ctx)
	if err != nil {
		return true, err
	}
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	const silence = 2*defaultPing + pingSlack
	stop := l.watched(silence, func() { cut(errSilent) })
	defer stop()
	c.connected(l.conn, nil)
	defer func() {
		if more {
			_ = l.conn.CloseNow()
		} else {
			_ = l.conn.Close(websocket.StatusNormalClosure, "")
		}
		c.connected(nil, err)
	}()
	welcome()
	for !c.isOver() {
		l.heard()
		frame, err := l.read(ctx)
		if err != nil {
			return true, err
		}
		e, ok := frame.(wire.Event)
		if !ok {
			return true, faultf("a frame that is no event")
		}
		r, err := received(e)
		if err != nil {
			return true, err
		}
		stop() // the program may take its time
		if !yield(r) {
			return false, nil
		}
	}
	return false, ErrClosed
}

func (c *Classic) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, greetWithin)
	defer cancel()
	address := c.address
	if c.config.Token != nil {
		token, err := c.config.Token(ctx)
		if err != nil {
			return nil, fmt.Errorf("get a token: %w", err)
		}
		query := address.Query()
		query.Set("token", token)
		address.RawQuery = query.Encode()
	}
	return dial(ctx, c.config.HTTPClient, &address)
}

func (c *Classic) connected(conn *websocket.Conn, err error) {
	c.mu.Lock()
	c.conn = conn
	c.mu.Unlock()
	c.config.OnConnection(conn != nil, err)
}

// ended says whether the loop has to end after a connection that ended with err.
func (c *Classic) ended(ctx context.Context, err error) bool {
	var closed *CloseError
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case c.isOver():
		err = ErrClosed
	case !errors.As(err, &closed):
		return false
	case closed.Code == codeDone:
		err = nil
	case closed.Code == CodeTokenExpired && c.config.Token != nil, !closed.final():
		return false
	}
	c.setErr(err)
	return true
}

func (c *Classic) setErr(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *Classic) isOver() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}
