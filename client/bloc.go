package client

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/calloutd/callout"
)

// maxWaiting is how many events of the program may wait in a Bloc, and how many states for it.
const maxWaiting = 1024

// Bloc is a [Socket] as a component that events go into and states come out of. It handles the events one after the
// other, and may connect and disconnect any number of times: what it receives comes from the inbox, which no connection
// owns, so a new connection goes on where the last one was.
//
// A Bloc has goroutines of its own from NewBloc to Close. Its methods may be called from any goroutine.
type Bloc struct {
	UserID string       // as in the Config
	Type   callout.Role // as in the Config

	config    Config
	socket    *Socket
	stop      context.CancelFunc
	work      sync.WaitGroup // handle and subscribe
	closing   sync.Once
	closed    chan struct{}
	failure   error         // of closing
	toHandle  chan struct{} // has room for one: there may be an event to handle
	toTell    chan struct{} // has room for one: there may be a state to tell
	finished  chan struct{} // has room for one: the program has done with the state of an inboxEvent
	listening atomic.Bool   // a loop over States is running

	mu     sync.Mutex
	events []Event
	states []telling
	hand   telling // what the program is busy with

	// The handling goroutine's own.
	life      int  // counts the lives of the socket
	running   bool // one is under way
	connected bool // as told
}

// telling is a state on its way to the program.
type telling struct {
	state State
	inbox bool // it is the state of an inboxEvent
}

// NewBloc makes a Bloc that is not connected yet. The error says what is wrong with config.
func NewBloc(config Config) (*Bloc, error) {
	socket, err := NewSocket(config)
	if err != nil {
		return nil, err
	}
	b := &Bloc{
		UserID: socket.UserID, Type: socket.Role, config: socket.config, socket: socket, closed: make(chan struct{}),
		toHandle: make(chan struct{}, 1), toTell: make(chan struct{}, 1), finished: make(chan struct{}, 1),
	}
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	b.work.Go(func() { b.handleAll(ctx) })
	b.work.Go(func() { b.subscribe(ctx) })
	return b, nil
}

// Connected reports whether the connection is there at this moment.
func (b *Bloc) Connected() bool { return b.socket.Connected() }

// Orders lists the user's open orders, as [Socket.Orders] does.
func (b *Bloc) Orders() []callout.Order { return b.socket.Orders() }

// Add has an event handled after those that were added before. It never blocks. The error is ErrBusy when 1,024 wait
// already, or ErrClosed.
func (b *Bloc) Add(e Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.closed:
		return ErrClosed
	default:
	}
	if len(b.events) >= maxWaiting {
		return ErrBusy
	}
	b.events = append(b.events, e)
	wake(b.toHandle)
	return nil
}

// ReceiveOrderStatus adds a ReceiveDataEvent. What comes from the inbox needs no such call.
func (b *Bloc) ReceiveOrderStatus(r Received) error { return b.Add(ReceiveDataEvent{r}) }

// SendOrderStatus adds a SendDataEvent that asks for the status on the order. With PLACED, ReceiverID is the serviceman
// whom the order is offered to. A command that says more than that is added as an event.
func (b *Bloc) SendOrderStatus(o callout.OrderStatus) error {
	cmd := callout.Command{OrderID: o.OrderID, Status: o.Status}
	if o.Status == callout.Placed && o.ReceiverID != "" {
		cmd.Receivers = []string{o.ReceiverID}
	}
	return b.Add(SendDataEvent{cmd})
}

// States gives the states in order, each once. As with [Socket.OrderStatuses], asking for the next one says that the
// program has finished the one before. The loop ends when ctx ends or the Bloc is closed. Only one loop may run at a
// time; a second one ends at once. Without a loop the Bloc stops handling events when 1,024 states wait for one.
func (b *Bloc) States(ctx context.Context) iter.Seq[State] {
	return func(yield func(State) bool) {
		if !b.listening.CompareAndSwap(false, true) {
			b.config.Logger.Error("a second loop over States was refused", "url", b.socket.URL)
			return
		}
		defer b.listening.Store(false)
		for {
			if state, ok := b.nextState(ctx); !ok || !yield(state) {
				return
			}
		}
	}
}

// Close disconnects, and ends the Bloc and the loop over its States. Events that have not been handled are dropped. The
// error is that of [Socket.Close]. Close may be called from the body of the loop.
func (b *Bloc) Close() error {
	b.closing.Do(func() {
		b.stop()
		b.work.Wait()
		b.failure = b.socket.Close()
		b.mu.Lock()
		defer b.mu.Unlock()
		close(b.closed)
	})
	return b.failure
}

func (b *Bloc) nextState(ctx context.Context) (State, bool) {
	b.release()
	for {
		if ctx.Err() != nil {
			return nil, false
		}
		if state, ok := b.takeState(); ok {
			return state, true
		}
		select {
		case <-b.toTell:
		case <-b.closed:
			return nil, false
		case <-ctx.Done():
		}
	}
}

// release notes that the program has done with what was in its hand.
func (b *Bloc) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hand.inbox {
		b.finished <- struct{}{}
	}
	b.hand = telling{}
}

func (b *Bloc) takeState() (State, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.closed:
		return nil, false
	default:
	}
	if len(b.states) == 0 {
		return nil, false
	}
	b.hand, b.states = b.states[0], b.states[1:]
	wake(b.toHandle) // there may have been no room for another
	return b.hand.state, true
}
