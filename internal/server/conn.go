package server

import (
	"bufio"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// maxHints is how many rows may wait for a session in memory. What comes beyond is read from the database.
const maxHints = 64

// conn drives the session of one connection. Its run goroutine alone touches the session; a second one reads the socket;
// everybody else posts.
type conn struct {
	server  *Server
	socket  net.Conn
	session *session.Session
	attempt attempt
	device  device // set once, by take, under the hub's lock
	frames  chan frame
	quit    chan struct{}  // closed when run is over
	tasks   sync.WaitGroup // the reader, and requests under way

	mu       sync.Mutex
	posts    []func(time.Time) session.Actions
	hints    []wire.Event
	behind   bool // more hints came than there was room for
	receipts []*wire.Receipt
	signal   chan struct{} // holds one while something is posted

	closing     bool         // the close frame has been sent
	sent        atomic.Int64 // the last seq that the session has sent, for compare
	busy        atomic.Bool  // commands of the peer are under way, for drain
	unsubscribe []func()     // from the bus
}

func newConn(s *Server, socket net.Conn) *conn {
	return &conn{
		server: s, socket: socket, frames: make(chan frame), quit: make(chan struct{}), signal: make(chan struct{}, 1),
	}
}

// post has f called on the run goroutine. It does not block. What is posted after the end is dropped.
func (c *conn) post(f func(time.Time) session.Actions) {
	c.mu.Lock()
	c.posts = append(c.posts, f)
	c.mu.Unlock()
	c.wake()
}

// hint is what the bus calls with each row for the session's user.
func (c *conn) hint(row *wire.Event) {
	c.mu.Lock()
	if len(c.hints) < maxHints {
		c.hints = append(c.hints, *row) // the row itself would keep its whole group in memory
	} else {
		c.behind = true
	}
	c.mu.Unlock()
	c.wake()
}

// receipt is what the bus calls with each receipt for the session's user. What there is no room for is dropped: who wants
// to know can ask.
func (c *conn) receipt(r *wire.Receipt) {
	c.mu.Lock()
	if len(c.receipts) < maxHints {
		c.receipts = append(c.receipts, r)
	}
	c.mu.Unlock()
	c.wake()
}

func (c *conn) wake() {
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// run drives the session to its end. first is what a classic session wants done before anything is heard.
func (c *conn) run(ctx context.Context, first session.Actions, from *bufio.Reader) {
	defer c.tasks.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer close(c.quit)
	defer func() {
		for _, cancel := range c.unsubscribe {
			cancel()
		}
	}()
	defer c.socket.Close()
	c.tasks.Go(func() { c.read(from) })

	timer := time.NewTimer(0)
	defer timer.Stop()
	alive := c.act(ctx, first)
	for alive {
		var frames <-chan frame
		if c.session.Ready() {
			frames = c.frames
		}
		timer.Reset(c.session.Next().Sub(c.server.config.Clock()))
		select {
		case f, ok := <-frames:
			alive = ok && c.take(ctx, f)
		case <-c.signal:
			alive = c.drainPosts(ctx)
		case <-timer.C:
			alive = c.act(ctx, c.session.Tick(c.server.config.Clock()))
		case <-c.server.hub.over:
			alive = false
		}
	}
}

// drainPosts hands the session what has been posted: what others say first, then the rows.
func (c *conn) drainPosts(ctx context.Context) bool {
	c.mu.Lock()
	posts, hints, behind, receipts := c.posts, c.hints, c.behind, c.receipts
	c.posts, c.hints, c.behind, c.receipts = nil, nil, false, nil
	c.mu.Unlock()
	for _, f := range posts {
		if !c.act(ctx, f(c.server.config.Clock())) {
			return false
		}
	}
	var all session.Actions
	now := c.server.config.Clock()
	for i := range hints {
		all = merge(all, c.session.Hint(&hints[i], now))
	}
	if behind {
		all = merge(all, c.session.Behind())
	}
	for _, r := range receipts {
		all = merge(all, c.session.Receipt(r))
	}
	return c.act(ctx, all)
}

// merge has what several hints ask for done at once, so that their events go out in one write.
func merge(a, b session.Actions) session.Actions {
	a.Send = append(a.Send, b.Send...)
	a.Requests = append(a.Requests, b.Requests...)
	if b.Close != nil {
		a.Close = b.Close
	}
	a.Gone = a.Gone || b.Gone
	a.Limited = a.Limited || b.Limited
	return a
}

// take hands the session one frame, and reports whether the connection goes on.
func (c *conn) take(ctx context.Context, f frame) bool {
	now := c.server.config.Clock()
	switch f.kind {
	case textFrame:
		return c.act(ctx, c.session.Frame(f.payload, now))
	case pongFrame:
		return c.act(ctx, c.session.Pong(f.payload, now))
	case pingFrame:
		c.session.Alive(now)
		return c.closing || c.write(pong(f.payload))
	case closeFrame:
		if !c.closing {
			c.write(closeWith(f.code, ""))
		}
		return false
	}
	// The frame breaks the WebSocket protocol: say so; what else comes is thrown away by the reader. The peer's close frame
	// can no longer be made out, so the peer hears at once that nothing more comes, and closes the connection.
	if !c.closing && !c.end(session.Close{Code: f.code, Reason: f.reason}) {
		return false
	}
	half, ok := c.socket.(interface{ CloseWrite() error })
	return !ok || half.CloseWrite() == nil
}

// act does what the session wants done, and reports whether the connection goes on. A session does not know of faults
// of the WebSocket protocol: what it says after the close frame of one is not sent.
func (c *conn) act(ctx context.Context, a session.Actions) bool {
	if c.closing {
		a.Send, a.Close = nil, nil
	}
	c.sent.Store(c.session.Sent()) // first, so that whoever has been sent an event is known to have been
	c.busy.Store(c.session.Busy())
	c.server.metrics.acted(&a)
	if len(a.Send) > 0 && !c.sendAll(a.Send) {
		return false
	}
	for _, r := range a.Requests {
		c.request(ctx, r)
	}
	if a.Close != nil {
		return c.end(*a.Close)
	}
	return !a.Gone
}

// end sends the close frame. From then on the connection is read, for a while, until the peer closes it: closed at once,
// the peer's kernel would throw away what it has not yet read.
func (c *conn) end(why session.Close) bool {
	c.closing = true
	c.server.metrics.closed(why.Code)
	if !c.write(closeWith(why.Code, why.Reason)) {
		return false
	}
	return c.socket.SetReadDeadline(time.Now().Add(c.server.config.Linger)) == nil
}
