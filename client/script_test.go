package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

// script is a server that a test plays by hand, one connection after the other.
type script struct {
	t      testing.TB
	URL    string
	client *http.Client
	scenes chan *scene
	pipes  *pipes       // nil: it listens on a port
	late   http.Handler // answers handshakes instead; nil: they are let in
}

// scene is one connection to a script.
type scene struct {
	t      testing.TB
	conn   *websocket.Conn
	raw    net.Conn        // what it runs on
	frames chan wire.Frame // what the client has said; closed when the connection is over
}

// newScript listens on a free port, or, in a bubble of fake time, on pipes in memory.
func newScript(t testing.TB, inMemory bool) *script {
	t.Helper()
	s := &script{t: t, scenes: make(chan *scene, 1)}
	var listener net.Listener
	transport := &http.Transport{DisableKeepAlives: true}
	if inMemory {
		s.pipes = &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		transport.DialContext = s.pipes.dial
		listener = s.pipes
	} else {
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	s.URL, s.client = "http://"+listener.Addr().String(), &http.Client{Transport: transport}
	web := &http.Server{Handler: s, ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, rawConn{}, c)
	}}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	t.Cleanup(func() {
		_ = web.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return s
}

type rawConn struct{}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.late != nil {
		s.late.ServeHTTP(w, r)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		s.t.Error(err)
		return
	}
	c := &scene{s.t, conn, r.Context().Value(rawConn{}).(net.Conn), make(chan wire.Frame, 1000)}
	s.scenes <- c
	c.listen()
}

// listen takes in what the client says until the connection is over.
func (c *scene) listen() {
	defer close(c.frames)
	for {
		_, data, err := c.conn.Read(context.Background())
		if err != nil {
			return
		}
		frame, err := wire.Decode(data)
		if err != nil {
			c.t.Error(err)
			return
		}
		c.frames <- frame
	}
}

func (s *script) config() client.Config {
	c := clientConfig(s.URL, "c-1")
	c.Device = "phone"
	c.HTTPClient = s.client
	return c
}

// open makes a socket, and opens it while the test lets it in at an inbox that has head events.
func (s *script) open(c client.Config, head int64, orders ...callout.Order) (*client.Socket, *scene) {
	s.t.Helper()
	socket := newSocket(s.t, c)
	opened := make(chan error, 1)
	go func() { opened <- socket.Open(context.Background()) }()
	scene := s.next()
	scene.hello()
	scene.welcome(head, head, orders...)
	if err := within(s.t, opened, "Open"); err != nil {
		s.t.Fatal(err)
	}
	return socket, scene
}

// next waits for the next connection.
func (s *script) next() *scene {
	s.t.Helper()
	c := within(s.t, s.scenes, "the next connection")
	s.t.Cleanup(func() { _ = c.conn.CloseNow() })
	return c
}

func (c *scene) hello() wire.Hello {
	c.t.Helper()
	h, ok := c.read().(wire.Hello)
	if !ok {
		c.t.Fatal("the first frame is no hello")
	}
	return h
}

func (c *scene) welcome(from, head int64, orders ...callout.Order) {
	c.t.Helper()
	c.send(wire.Welcome{UserID: "c-1", Role: callout.Client, From: from, Seq: head, Orders: orders, PingSeconds: 25})
}

// send sends frames of the server.
func (c *scene) send(frames ...wire.ServerFrame) {
	c.t.Helper()
	for _, f := range frames {
		c.text(string(wire.Encode(f)))
	}
}

func (c *scene) text(frame string) {
	c.t.Helper()
	if err := c.conn.Write(soon(c.t), websocket.MessageText, []byte(frame)); err != nil {
		c.t.Fatal(err)
	}
}

// read reads a frame of the client.
func (c *scene) read() wire.Frame {
	c.t.Helper()
	frame := within(c.t, c.frames, "a frame of the client")
	if frame == nil {
		c.t.Fatal("the client is gone")
	}
	return frame
}

func (c *scene) command() callout.Command {
	c.t.Helper()
	frame := c.read()
	cmd, ok := frame.(wire.Command)
	if !ok {
		c.t.Fatalf("the next frame is no command but %#v", frame)
	}
	return cmd.Command
}

func (c *scene) ack() int64 {
	c.t.Helper()
	frame := c.read()
	ack, ok := frame.(wire.Ack)
	if !ok {
		c.t.Fatalf("the next frame is no ack but %#v", frame)
	}
	return ack.Seq
}

// cut ends the connection without a word.
func (c *scene) cut() { _ = c.raw.Close() }

// close takes leave of the client, and waits until it has heard.
func (c *scene) close(g wire.Goodbye) {
	c.t.Helper()
	if g.Code.GoodbyeFirst() {
		c.send(g)
	}
	if err := c.conn.Close(websocket.StatusCode(g.Code), g.Reason); err != nil {
		c.t.Error(err)
	}
}

// event is the seq-th event of an inbox whose orders are told of in turn, so that any number of them can be made up.
func event(seq int64) wire.Event {
	id := fmt.Sprintf("o-%d", seq)
	order := callout.Order{ID: id, Version: 1, Status: callout.Placed, ClientID: "c-1", Receivers: []string{"s-9"}}
	data, err := order.MarshalJSON()
	if err != nil {
		panic(err)
	}
	return wire.Event{
		Seq: seq, OrderID: id, Version: 1, SenderID: "c-1", ReceiverID: "c-1", Status: callout.Placed,
		At: time.Unix(1_700_000_000, 0), Order: data,
	}
}

func events(from, to int64) (all []wire.ServerFrame) {
	for seq := from; seq <= to; seq++ {
		all = append(all, event(seq))
	}
	return all
}

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
	deaf   atomic.Bool // what clients send is lost on its way
}

// lossy is a client's end.
type lossy struct {
	net.Conn
	deaf *atomic.Bool
}

func (l lossy) Write(data []byte) (int, error) {
	if l.deaf.Load() {
		return len(data), nil
	}
	return l.Conn.Write(data)
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return lossy{near, &p.deaf}, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe.test" }
