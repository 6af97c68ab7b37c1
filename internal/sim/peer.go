package sim

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout/internal/wire"
)

// silence is after what time without a sign of life a peer gives a connection up.
const silence = 15 * time.Second

// peer is a device that speaks the protocol itself, to the letter, and in ways that the SDK does not: it acknowledges late
// or in part, sends commands more than once and under ids that are taken, and does not always say how far it has got.
type peer struct {
	*common
	*meeting       // the session that there is
	handled  int64 // the last event that has ever come

	orderly  bool   // it numbers all its hellos, so that none that is late can take over
	instance string // whose hellos are numbered
	hellos   int64  // how many there have been since it has had that name
}

// meeting is what a peer knows of one session.
type meeting struct {
	conn    *websocket.Conn
	heard   atomic.Int64    // when there was the last sign of life, in Unix nanoseconds
	began   bool            // the welcome has come
	resumed int64           // where it has said that it is; -1: nothing
	got     int64           // the last event that has come
	lazy    bool            // it acknowledges nothing
	acked   int64           // the last event acknowledged
	asked   map[string]int  // copies of each command sent, of whatever content, less the refusals that have come
	fakes   map[string]bool // ids under which another command has been sent
}

func (p *peer) run(ctx context.Context) {
	for ctx.Err() == nil {
		p.meet(ctx)
		pause(ctx, p.dice.between(50*time.Millisecond, 2*time.Second))
	}
}

// meet holds one session.
func (p *peer) meet(ctx context.Context) {
	session, end := p.world.lifetime(ctx, p.dice.between(time.Second, 25*time.Second))
	defer end()
	http := p.world.network.httpClient(p.name)
	defer http.CloseIdleConnections()
	m := &meeting{lazy: !p.world.isCalm() && p.dice.chance(0.1), asked: make(map[string]int), fakes: make(map[string]bool)}
	dialling, cancel := context.WithTimeout(session, silence)
	defer cancel()
	conn, _, err := websocket.Dial(dialling, "http://callout.sim/v1/socket", &websocket.DialOptions{
		HTTPClient: http, Subprotocols: []string{wire.Subprotocol},
		OnPingReceived: func(context.Context, []byte) bool { m.alive(); return true },
	})
	if err != nil {
		p.note("could not connect: %v", err)
		return
	}
	conn.SetReadLimit(64 << 20)
	m.conn = conn
	m.alive()
	p.meeting = m
	why := p.converse(session, end)
	p.note("has ended a session: %v", why)
}

func (m *meeting) alive() { m.heard.Store(time.Now().UnixNano()) }

func (m *meeting) isSilent() bool { return time.Since(time.Unix(0, m.heard.Load())) > silence }

// converse says hello, and then listens and speaks until the session is over.
func (p *peer) converse(ctx context.Context, end func()) error {
	frames := make(chan []byte)
	read := make(chan struct{})
	var failure error // once read is closed
	go func() {
		defer close(read)
		failure = p.read(ctx, frames)
	}()
	defer func() {
		if p.dice.chance(0.3) {
			_ = p.conn.Close(websocket.StatusNormalClosure, "")
		}
		end()
		_ = p.conn.CloseNow()
		<-read
	}()
	if err := p.hello(ctx); err != nil {
		return err
	}
	for {
		select {
		case data := <-frames:
			p.alive()
			if err := p.frame(data); err != nil {
				return err
			}
		case <-time.After(p.dice.between(20*time.Millisecond, 600*time.Millisecond)):
			if err := p.act(ctx); err != nil {
				return err
			}
		case <-read:
			return failure
		}
	}
}

func (p *peer) read(ctx context.Context, frames chan<- []byte) error {
	for {
		_, data, err := p.conn.Read(ctx)
		if err != nil {
			return err
		}
		select {
		case frames <- data:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hello says who the peer is, and mostly how far it has got: in what it has handled, which may be more than it has
// acknowledged.
func (p *peer) hello(ctx context.Context) error {
	h := wire.Hello{UserID: p.user(), Role: p.person.plan.actor.Role, Device: p.name, Window: p.dice.below(6)}
	p.resumed = -1
	if last, known := p.last(); known && p.dice.chance(0.7) {
		p.resumed = max(last, p.handled)
		p.finishes(p.resumed)
		h.Resume = &wire.Resume{Seq: p.resumed}
		if row, ok := p.world.truth.row(p.user(), p.resumed); ok {
			h.Resume.Of = row.Of()
		}
	}
	p.number(&h)
	p.note("says hello (resumes at %d; number %d of %q)", p.resumed, h.Attempt, h.Instance)
	return p.send(ctx, h)
}

// number says which hello of the peer it is. One that is not orderly does not always say so, and takes another name at times.
func (p *peer) number(h *wire.Hello) {
	if p.instance == "" || !p.orderly && p.dice.chance(0.1) {
		p.instance, p.hellos = fmt.Sprintf("%s-%d", p.name, p.dice.below(1_000_000_000)), 0
	}
	p.hellos++
	if p.orderly || p.dice.chance(0.6) {
		h.Instance, h.Attempt = p.instance, p.hellos
	}
}

func (p *peer) send(ctx context.Context, frame wire.Frame) error {
	return p.conn.Write(ctx, websocket.MessageText, wire.Encode(frame))
}

var (
	errSilent = errors.New("the server has fallen silent")
	errWhim   = errors.New("it felt like it")
)
