package servertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

// patience is how long a peer waits for a frame before its test has failed.
const patience = 20 * time.Second

// Peer is one end of a socket to a server under test, spoken by another WebSocket library than the server's. It holds what it
// reads, and the frames that it sends, to docs/asyncapi.yaml.
type Peer struct {
	t       testing.TB
	Conn    *websocket.Conn
	dialect wiretest.Dialect
}

// Dial opens a socket at path, such as "/v1/socket".
func (s *Server) Dial(path string) *Peer {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+path, nil)
	if err != nil {
		s.t.Fatalf("dial %s: %v", path, err)
	}
	conn.SetReadLimit(1 << 20)
	s.t.Cleanup(func() { _ = conn.CloseNow() })
	return &Peer{s.t, conn, wiretest.DialectAt(path)}
}

// In is the same peer as seen from a subtest.
func (p *Peer) In(t testing.TB) *Peer { return &Peer{t, p.Conn, p.dialect} }

// Enter opens a native session in development mode, on a device of the user's name, and gives its welcome.
func (s *Server) Enter(userID string, role callout.Role, change ...func(*wire.Hello)) (*Peer, wire.Welcome) {
	s.t.Helper()
	p := s.Dial("/v1/socket")
	hello := wire.Hello{UserID: userID, Role: role, Device: "d-" + userID}
	for _, f := range change {
		f(&hello)
	}
	p.Send(hello)
	welcome, ok := p.Next().(wire.Welcome)
	if !ok {
		s.t.Fatal("the first frame is no welcome")
	}
	return p, welcome
}

// Send sends a frame as a good client does.
func (p *Peer) Send(frame wire.Frame) {
	p.t.Helper()
	data := wire.Encode(frame)
	if err := p.dialect.FromClient(data); err != nil {
		p.t.Error(err)
	}
	p.Text(string(data))
}

// Text sends a text frame as it is.
func (p *Peer) Text(frame string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.Conn.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
		p.t.Fatalf("send %.80s: %v", frame, err)
	}
}

// Command sends a command.
func (p *Peer) Command(id, orderID string, status callout.Status, change ...func(*callout.Command)) {
	p.t.Helper()
	c := callout.Command{ID: id, OrderID: orderID, Status: status}
	for _, f := range change {
		f(&c)
	}
	p.Send(wire.Command{Command: c})
}

// Next reads a frame.
func (p *Peer) Next() wire.ServerFrame {
	p.t.Helper()
	frame, err := wire.DecodeServer(p.NextText())
	if err != nil {
		p.t.Fatal(err)
	}
	return frame
}

// NextText reads a frame as it is.
func (p *Peer) NextText() []byte {
	p.t.Helper()
	data, err := p.read()
	if err != nil {
		p.t.Fatalf("read a frame: %v", err)
	}
	return data
}

// Event reads an event and acknowledges it.
func (p *Peer) Event() wire.Event {
	p.t.Helper()
	frame := p.Next()
	e, ok := frame.(wire.Event)
	if !ok {
		p.t.Fatalf("the next frame is no event but %#v", frame)
	}
	p.Send(wire.Ack{Seq: e.Seq})
	return e
}

// Error reads a refusal.
func (p *Peer) Error() wire.Error {
	p.t.Helper()
	frame := p.Next()
	e, ok := frame.(wire.Error)
	if !ok {
		p.t.Fatalf("the next frame is no error but %#v", frame)
	}
	return e
}

// Closed reads to the close frame and gives its code, and the goodbye before it if there was one.
func (p *Peer) Closed() (wire.CloseCode, *wire.Goodbye) {
	p.t.Helper()
	frames, code := p.Rest()
	for _, frame := range frames {
		if g, ok := frame.(wire.Goodbye); ok {
			return code, &g
		}
	}
	return code, nil
}

// Rest reads to the close frame and gives its code, and the native frames before it.
func (p *Peer) Rest() (frames []wire.ServerFrame, code wire.CloseCode) {
	p.t.Helper()
	for {
		data, err := p.read()
		if err != nil {
			var closed websocket.CloseError
			if !errors.As(err, &closed) {
				p.t.Fatalf("the socket ended without a close frame: %v", err)
			}
			return frames, wire.CloseCode(closed.Code)
		}
		if frame, err := wire.DecodeServer(data); err == nil {
			frames = append(frames, frame)
		}
	}
}

func (p *Peer) read() ([]byte, error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	kind, data, err := p.Conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageText {
		p.t.Errorf("a frame of the server is no text: %q", data)
	}
	if err := p.dialect.FromServer(data); err != nil {
		p.t.Error(err)
	}
	return data, nil
}
