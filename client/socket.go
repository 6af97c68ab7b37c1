package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Socket is a user's connection to a server, kept up from Open to Close. A socket that was closed, or that has ended,
// may be opened again and goes on where it was.
//
// Its methods may be called from any goroutine. Its fields are for reading; Open sets them once more, to what the server
// says.
type Socket struct {
	URL    string       // of the WebSocket
	UserID string       // whose inbox it is. With a token alone it is empty until Open has returned
	Role   callout.Role // what that user is; the same holds

	config   Config
	address  *url.URL
	arrived  chan struct{} // has room for one: there may be something to hand to the program
	outgoing chan struct{} // has room for one: there may be something to write
	slots    chan struct{} // one in it for each command that waits
	reading  atomic.Bool   // a loop over OrderStatuses is running
	instance string        // tells the hellos of this socket from those of others of its device

	mu        sync.Mutex
	life      *life // nil: never opened
	hellos    int64 // how many there have been, in all lives
	connected bool
	cursor    Cursor // whose device this is. Its position is the inbox's to know
	role      callout.Role
	inbox     inbox
	orders    orders
	outbox    outbox
	questions []wire.Ask // of AskReceipt, to be written
}

// life is one stretch of a socket, from Open to its end.
type life struct {
	stop     context.CancelCauseFunc
	told     func(change)
	welcomed chan struct{} // closed by the first welcome
	ended    chan struct{} // closed when the socket's goroutine has come to its end

	over    bool  // guarded by Socket.mu: nothing more is taken in
	failure error // guarded by Socket.mu: why it is over; while it is not, why the last attempt came to nothing
	closing error // set before ended is closed: what went wrong in saying goodbye

	token string   // guarded by Socket.mu: what the server goes by, if it lets the user in
	said  []string // guarded by Socket.mu: what has been said since to take its place, and has no answer yet

	// The goroutine's own.
	expired string // a token that is of no more use
	away    bool   // the log has been told so
}

// change is what becomes of a connection.
type change struct {
	connected bool
	ended     bool // for good
	err       error
}

// NewSocket makes a socket that is not open yet. The error says what is wrong with config.
func NewSocket(config Config) (*Socket, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	address, err := endpoint(config.URL, nativePath)
	if err != nil {
		return nil, err
	}
	return &Socket{
		URL: address.String(), UserID: config.UserID, Role: config.Role,
		config: config, address: address,
		instance: rand.Text(), arrived: make(chan struct{}, 1), outgoing: make(chan struct{}, 1), slots: make(chan struct{}, maxPending),
		role: config.Role, inbox: inbox{window: config.Window}, orders: make(orders),
	}, nil
}

// Open connects, and returns when the server has let the user in. It keeps trying until ctx ends, unless the server says
// that trying is no use: then the error is a [*CloseError]. From then on the socket keeps itself connected, whatever
// becomes of ctx, until Close or until the server ends it for good.
func (s *Socket) Open(ctx context.Context) error {
	l, err := s.start(ctx, s.config.informer())
	if err != nil {
		return fmt.Errorf("open %s: %w", s.URL, err)
	}
	select {
	case <-l.welcomed:
	case <-l.ended:
		return fmt.Errorf("open %s: %w", s.URL, s.Err())
	case <-ctx.Done():
		last := s.lastFailure(l)
		l.stop(ctx.Err())
		<-l.ended
		return fmt.Errorf("open %s: %w", s.URL, errors.Join(ctx.Err(), last))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.UserID != s.cursor.UserID || s.Role != s.role {
		s.UserID, s.Role = s.cursor.UserID, s.role
	}
	return nil
}

// Connected reports whether the connection is there at this moment.
func (s *Socket) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected
}

// Err says why the socket is over: ErrClosed after Close, a *CloseError that names the server's reason, or what else
// made it impossible to go on. It is nil as long as the socket is open, and if it has ended because everything is done
// (see Config.WhenDone).
func (s *Socket) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life == nil || !s.life.over {
		return nil
	}
	return s.life.failure
}

// Close acknowledges what the program has finished and closes the connection. It waits for the server to agree, but no
// longer than a few seconds; the error says that the server did not. Calls of Send that wait return, and loops over
// OrderStatuses end with what they are busy with. Close may be called from the body of such a loop.
func (s *Socket) Close() error {
	s.mu.Lock()
	l := s.life
	s.mu.Unlock()
	if l == nil {
		return nil
	}
	l.stop(ErrClosed)
	<-l.ended
	return l.closing
}

// start begins a life, of which told is told what becomes of the connection.
func (s *Socket) start(ctx context.Context, told func(change)) (*life, error) {
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	running, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	l := &life{stop: stop, told: told, welcomed: make(chan struct{}), ended: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life != nil && !s.life.over {
		stop(nil)
		return nil, ErrOpen
	}
	s.life = l
	s.inbox.ended = false
	wake(s.arrived)
	go s.run(running, l)
	return l, nil
}

// load finds out who this device is and how far it has got, the first time.
func (s *Socket) load(ctx context.Context) error {
	if s.known() {
		return nil
	}
	c, err := s.config.Cursor.Load(ctx)
	if err != nil {
		return fmt.Errorf("load the cursor: %w", err)
	}
	if c.UserID != "" && s.config.UserID != "" && c.UserID != s.config.UserID {
		return fmt.Errorf("the cursor is of user %s, not %s", c.UserID, s.config.UserID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cursor.Device != "" {
		return nil
	}
	if c.Device != "" {
		s.inbox.place(c.Seq, c.Of)
	}
	c.Device = cmp.Or(s.config.Device, c.Device, "go-"+rand.Text())
	c.UserID = cmp.Or(c.UserID, s.config.UserID)
	s.cursor = c
	return nil
}

func (s *Socket) known() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursor.Device != ""
}

func (s *Socket) lastFailure(l *life) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return l.failure
}

// wake fills a channel that has room for one.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
