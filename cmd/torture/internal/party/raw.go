package party

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
	"github.com/calloutd/callout/internal/wire"
)

// raw speaks the native protocol by hand, and uses all that it allows: it acknowledges late or never, resumes from where
// it was, from before, or from where the server knows it to be, and sends commands again that have been answered.
type raw struct {
	*Party
	poked chan struct{} // has room for one: there is something to write

	mu      sync.Mutex
	outbox  []*outgoing          // what has no outcome, in order
	sent    map[string]*outgoing // every command, by its id
	places  []wire.Resume        // the last places that it has been at, the newest last
	heard   int64                // the last seq that came in this connection
	acked   int64                // the last seq acknowledged in it
	deaf    bool                 // nothing is acknowledged in this connection
	ackDue  time.Time            // when to acknowledge what came
	answers []*outgoing          // some of those that have an outcome, to be sent again
}

// outgoing is a command on its way.
type outgoing struct {
	record *record.Command
	frame  []byte
	asked  bool      // it has been written in this connection, and the server has not asked for it again
	due    time.Time // not to be written before
}

func newRaw(p *Party) *raw {
	return &raw{Party: p, poked: make(chan struct{}, 1), sent: make(map[string]*outgoing)}
}

const (
	greetWithin = 4 * time.Second
	silence     = 4 * time.Second // after which a connection is taken for dead; the server pings every second
	writeWithin = 3 * time.Second
)

func (r *raw) receive(ctx context.Context, told func(callout.Status, callout.Order)) {
	for ctx.Err() == nil {
		wait := r.mind.between(10*time.Millisecond, 300*time.Millisecond)
		if after, err := r.converse(ctx, told); err == nil {
			wait = max(wait, after)
		}
		pause(ctx, wait)
	}
}

// send puts a command into the outbox.
func (r *raw) send(_ context.Context, cmd callout.Command) {
	o := &outgoing{record: r.Device.Call(cmd), frame: wire.Encode(wire.Command{Command: cmd})}
	r.mu.Lock()
	r.outbox = append(r.outbox, o)
	r.sent[cmd.ID] = o
	r.mu.Unlock()
	r.poke()
}

func (r *raw) poke() {
	select {
	case r.poked <- struct{}{}:
	default:
	}
}

// converse holds one connection, and gives how long the server wants to be left alone after it.
func (r *raw) converse(ctx context.Context, told func(callout.Status, callout.Order)) (after time.Duration, err error) {
	l, err := r.enter(ctx)
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	var writing sync.WaitGroup
	writing.Go(func() { r.tend(ctx, l) })
	defer writing.Wait()
	defer stop()
	defer func() { _ = l.conn.CloseNow() }()
	r.isInside()
	for {
		frame, err := l.read(ctx)
		if err != nil {
			r.closed(err)
			return after, nil
		}
		switch f := frame.(type) {
		case wire.Event:
			r.event(f, told)
		case wire.Error:
			r.refusal(f)
		case wire.Goodbye:
			after = time.Duration(f.AfterMs) * time.Millisecond
		default:
			r.Device.Fault(fmt.Sprintf("a %T came where none may", frame))
		}
	}
}

// enter connects, says hello and takes the welcome in.
func (r *raw) enter(ctx context.Context) (*rawLink, error) {
	greeting, cancel := context.WithTimeout(ctx, greetWithin)
	defer cancel()
	l, err := dialRaw(greeting, r.world.URL)
	if err != nil {
		return nil, err
	}
	hello := r.hello()
	if err = l.write(greeting, wire.Encode(hello)); err == nil {
		err = r.welcome(greeting, l, hello)
	}
	if err != nil {
		_ = l.conn.CloseNow()
		return nil, err
	}
	l.watch(silence)
	return l, nil
}

func (r *raw) welcome(ctx context.Context, l *rawLink, hello wire.Hello) error {
	frame, err := l.read(ctx)
	if err != nil {
		r.closed(err)
		return err
	}
	w, ok := frame.(wire.Welcome)
	if !ok {
		if _, bye := frame.(wire.Goodbye); !bye {
			r.Device.Fault(fmt.Sprintf("the first frame was a %T", frame))
		}
		return errors.New("there was no welcome")
	}
	s := record.Session{Resume: -1, From: w.From, Reset: w.Reset, Window: hello.Window}
	if hello.Resume != nil {
		s.Resume = hello.Resume.Seq
	}
	r.Device.Begin(s)
	r.Device.See(w.Orders...)
	r.world.Tally.Add("raw connections", 1)
	r.connected(w.From)
	return nil
}

// hello says where the device is. A device that has nothing yet, and one time in six any, leaves that to the server.
func (r *raw) hello() wire.Hello {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := wire.Hello{UserID: r.Device.UserID, Role: r.Device.Role, Device: r.Device.Name, Window: 4 + int(r.mind.between(0, 12))}
	if n := len(r.places); n > 0 && !r.mind.one(6) {
		at := r.places[n-1]
		if r.mind.one(6) {
			at = r.places[int(r.mind.between(0, time.Duration(n)))]
		}
		h.Resume = &at
		r.Device.Resume(at.Seq)
	}
	return h
}

func (r *raw) connected(from int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard, r.acked, r.deaf, r.ackDue = from, from, r.mind.one(20), time.Time{}
	for _, o := range r.outbox {
		o.asked, o.due = false, time.Time{}
	}
}

// maxPlaces is how far back a device goes that has forgotten what it had.
const maxPlaces = 10

// event takes an event in, and tells of it if the device did not have it yet.
func (r *raw) event(e wire.Event, told func(callout.Status, callout.Order)) {
	event, order, err := record.FromWire(e)
	if err != nil {
		r.Device.Fault(err.Error())
		return
	}
	r.Device.Hand(event)
	if e.ReceiverID != r.Device.UserID {
		r.Device.Fault("an event of " + e.ReceiverID + "'s inbox came")
	}
	if e.CommandID != "" {
		r.settle(e.CommandID, func(c *record.Command) { r.Device.TookEffect(c, e.Version) })
	}
	if !e.Repeat && r.accept(e) {
		told(e.Status, order)
	}
}

// accept keeps the place that an event is at, and reports whether it is a new one.
func (r *raw) accept(e wire.Event) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = max(r.heard, e.Seq)
	if r.ackDue.IsZero() && !r.deaf {
		r.ackDue = time.Now().Add(r.mind.between(0, 900*time.Millisecond))
	}
	if n := len(r.places); n > 0 && e.Seq <= r.places[n-1].Seq {
		return false
	}
	if len(r.places) == maxPlaces {
		r.places = append(r.places[:0], r.places[1:]...)
	}
	r.places = append(r.places, wire.Resume{Seq: e.Seq, Of: e.Of()})
	return true
}

// closed holds the end of a connection to what may end one.
func (r *raw) closed(err error) {
	var bad badFrame
	if errors.As(err, &bad) {
		r.Device.Fault("it was sent " + bad.Error())
	}
	var frame websocket.CloseError
	if !errors.As(err, &frame) {
		return
	}
	r.world.Tally.Add(fmt.Sprintf("raw connections closed with %d", frame.Code), 1)
	switch code := wire.CloseCode(frame.Code); code {
	case wire.Draining, wire.FellBehind, wire.Overloaded:
	case wire.Replaced: // by what an earlier connection of the device has said late
	default:
		r.Device.Fault(fmt.Sprintf("closed with %d: %s", code, frame.Reason))
	}
}
