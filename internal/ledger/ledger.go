// Package ledger commits commands: it is where the rules and the storage meet. Commands that arrive while a commit is
// under way are committed together by the next one, so that one fsync serves many; a lone command never waits for
// company. Nobody is told of an event, or of a refusal that was decided beside it, before its group is durable.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Config is what a ledger needs beside its store.
type Config struct {
	Rules callout.Rules
	// Committers is how many groups are under way at once, each on a connection of its own; 0 is 1. An order is always committed by
	// the same one. SQLite takes one. PostgreSQL takes more, yet where two of them tell the same user one loses and begins anew, and
	// only one alone sends the next group before the last is durable, which gains the ledger alone as much, and with sockets more.
	//
	// What devices acknowledge is committed beside them.
	Committers int
	Queue      int // commands that may wait for each committer, and new devices; one more is refused as overloaded
	Group      int // commands in one transaction, at most; what was sent ahead and has to be committed again may be thrice as much
	OpenOrders int // orders of one client that may be open; a further PLACED has to wait. 0: as many as come

	Keeper    store.Keeper  // removes what nobody needs any longer
	Keep      time.Duration // how long inboxes and ended orders are kept at least
	KeepEvery time.Duration // how often it is looked at what need not be kept

	AckEvery time.Duration // how long an acknowledgement may wait to be written
	Sweep    time.Duration // how often timers are looked at
	Timeout  time.Duration // how long the database may take for one group before its outcome counts as unknown

	// Announce is told what was committed, in commit order for each committer, after the commit. It must not block.
	Announce func(rows []wire.Event)
	// Missed says that rows may have been committed without being announced. It must not block.
	Missed func()

	Metrics *Metrics
	Log     *slog.Logger
}

// DefaultConfig has the sizes and times that were measured to serve well, such as groups of 256.
func DefaultConfig() Config {
	return Config{
		Rules: callout.DefaultRules(), Queue: 8192, Group: 256, OpenOrders: 20,
		Keep: 30 * 24 * time.Hour, KeepEvery: time.Hour,
		AckEvery: time.Second, Sweep: 500 * time.Millisecond, Timeout: 10 * time.Second,
	}
}

// Answer tells the sender of a command what became of it. It is given after the commit that decided it.
type Answer struct {
	Err *callout.Error // nil: the command took effect, now or before

	// With a refusal: the order as its sender may see it now, as JSON, and how much of it that is.
	Order json.RawMessage
	View  callout.View

	// The event that the command was, when it took effect.
	OrderID  string
	Version  int64
	Repeated bool // it took effect before: this is the answer to a repeat

	limit    string        // the limit that has refused it
	accepted time.Duration // of an ACCEPTED that took effect: since the order was placed
}

// Ledger commits. Its methods are safe for concurrent use and never block.
type Ledger struct {
	store   store.Ledger
	config  Config
	lanes   []*lane
	devices *devices
	seed    maphash.Seed

	mu     sync.RWMutex // held for reading while something is handed in
	closed bool
}

// New makes a ledger. Nothing is committed before Run.
func New(s store.Ledger, config Config) *Ledger {
	l := &Ledger{store: s, config: config, seed: maphash.MakeSeed()}
	streamer, ok := s.(store.Streamer)
	if !ok || config.Committers > 1 {
		streamer = nil
	}
	for range max(1, config.Committers) {
		l.lanes = append(l.lanes, newLane(s, streamer, &l.config))
	}
	l.devices = newDevices(s, &l.config)
	return l
}

// Submit hands in a command. Its answer is given to done exactly once: at once when the command cannot be taken, else
// after its commit, on a goroutine of the ledger that done must not block.
func (l *Ledger) Submit(cmd callout.Command, done func(Answer)) {
	cmd.Complete()
	it := item{cmd: cmd, done: done}
	if err := it.prepare(); err != nil {
		l.refuse(&it, err)
		return
	}
	lane := l.lane(cmd.OrderID)
	lane.foresee(&it)
	l.hand(lane, it)
}

// Ack notes how far a device has got, and what was sent to it. It is merged with others and written within
// Config.AckEvery; losing it in a crash costs the device a repeat, and the receipts some marks.
func (l *Ledger) Ack(ack store.Ack) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if !l.closed {
		l.devices.acks.merge(ack, time.Now())
	}
}

// Acked is how far a device has got by an acknowledgement that still waits to be written; 0: none does.
func (l *Ledger) Acked(userID, name string) int64 {
	return l.devices.acks.seq(device{userID, name})
}

// Register writes an acknowledgement at once and says when it is durable: a device that is new is known from then on.
func (l *Ledger) Register(ack store.Ack, done func(*callout.Error)) {
	ack.New = true
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		done(closing())
		return
	}
	select {
	case l.devices.queue <- registration{ack, done}:
	default:
		done(&callout.Error{Code: callout.Overloaded, Message: "too many devices are waiting"})
	}
}

// Run commits until ctx ends and everything that was handed in by then is committed and answered, the acknowledgements
// included; what the database has not taken within Config.Timeout by then is answered as unavailable. It returns an error
// only when the database cannot be trusted any longer, and the process has to end.
func (l *Ledger) Run(ctx context.Context) error {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	committing, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	var committers, beside sync.WaitGroup
	for _, lane := range l.lanes {
		committers.Go(func() { lane.run(committing, stop) })
	}
	committers.Go(func() { l.devices.run(committing, stop) })
	beside.Go(func() { l.sweep(running) })
	beside.Go(func() { l.retain(running, stop) })
	<-running.Done()
	beside.Wait()

	l.close()
	late := time.AfterFunc(l.config.Timeout, abandon)
	defer late.Stop()
	committers.Wait()
	for _, lane := range l.lanes {
		if lane.broken != nil {
			return lane.broken
		}
	}
	if l.devices.broken != nil {
		return l.devices.broken
	}
	if err := context.Cause(running); errors.Is(err, store.Broken) { // retention has found it so
		return err
	}
	return nil
}

// close takes nothing more in; what is in the queues is still committed.
func (l *Ledger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, lane := range l.lanes {
		close(lane.queue)
		lane.look()
	}
	close(l.devices.queue)
}

// lane is the committer of an order.
func (l *Ledger) lane(orderID string) *lane {
	return l.lanes[maphash.String(l.seed, orderID)%uint64(len(l.lanes))]
}

func (l *Ledger) hand(to *lane, it item) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		l.refuse(&it, closing())
		return
	}
	select {
	case to.queue <- it:
		if int64(len(to.queue)) >= to.enough.Load() {
			to.look()
		}
	default:
		l.turnAway(&it, Answer{Err: &callout.Error{Code: callout.Overloaded, Message: "too many commands are waiting"}, limit: "queue"})
	}
}

func closing() *callout.Error {
	return &callout.Error{Code: callout.Unavailable, Message: "the server is closing"}
}

// refuse answers what is not taken in.
func (l *Ledger) refuse(it *item, err *callout.Error) { l.turnAway(it, Answer{Err: err}) }

func (l *Ledger) turnAway(it *item, a Answer) {
	l.config.Metrics.answered(it, &a)
	it.done(a)
}
