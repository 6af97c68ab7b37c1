package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/internal/wire"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(postgresServer.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var (
	ana = callout.Actor{ID: "c-ana", Role: callout.Client}
	sam = callout.Actor{ID: "s-sam", Role: callout.Serviceman}
	sue = callout.Actor{ID: "s-sue", Role: callout.Serviceman}
)

// bench is a ledger on a real database, and what it has told.
type bench struct {
	t      *testing.T
	db     database
	faulty *faulty // nil: the ledger commits to the database itself
	ledger *ledger.Ledger
	stop   context.CancelFunc
	ended  chan error

	mu        sync.Mutex
	announced []wire.Event
	missed    int
}

type database interface {
	store.Ledger
	store.Keeper
	store.Inbox
	store.History
	Close() error
}

// start runs a ledger on the file. It is stopped, and its database closed, when the test ends.
func start(t *testing.T, path string, change func(*ledger.Config)) *bench {
	t.Helper()
	return startAt(t, path, time.Now, change)
}

// startAt is start with a clock of the test's.
func startAt(t *testing.T, path string, clock func() time.Time, change func(*ledger.Config)) *bench {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{Ledger: db}
	b := startOn(t, db, f, change)
	b.faulty = f
	return b
}

// startOn is start on an open database, to which the ledger commits as it is told.
func startOn(t *testing.T, db database, commits store.Ledger, change func(*ledger.Config)) *bench {
	t.Helper()
	b := &bench{t: t, db: db, ended: make(chan error, 1)}
	config := ledger.DefaultConfig()
	config.Metrics = ledger.NewMetrics(prometheus.NewRegistry())
	config.Log = slog.New(slog.DiscardHandler)
	config.OpenOrders, config.Keeper = 0, db // tests place as many as they like
	config.Announce = func(rows []wire.Event) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.announced = append(b.announced, rows...)
	}
	config.Missed = func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.missed++
	}
	if change != nil {
		change(&config)
	}
	b.ledger = ledger.New(commits, config)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	b.stop = stop
	go func() { b.ended <- b.ledger.Run(ctx) }()
	t.Cleanup(func() { _ = b.end() })
	return b
}

// end stops the ledger and gives what its Run returned.
func (b *bench) end() error {
	if b.stop == nil {
		return nil
	}
	b.stop()
	b.stop = nil
	return errors.Join(<-b.ended, b.db.Close())
}

func fresh(t *testing.T) string { return filepath.Join(t.TempDir(), "callout.db") }

// submit hands in a command and gives the channel of its answer.
func (b *bench) submit(cmd callout.Command) <-chan ledger.Answer {
	answer := make(chan ledger.Answer, 1)
	b.ledger.Submit(cmd, func(a ledger.Answer) { answer <- a })
	return answer
}

func (b *bench) do(cmd callout.Command) ledger.Answer { return <-b.submit(cmd) }

// must does a command that takes effect.
func (b *bench) must(cmd callout.Command) ledger.Answer {
	b.t.Helper()
	a := b.do(cmd)
	if a.Err != nil {
		b.t.Fatalf("%s: %v", cmd.ID, a.Err)
	}
	return a
}

// register registers a device of Sam's.
func (b *bench) register(device string) *callout.Error {
	done := make(chan *callout.Error, 1)
	b.ledger.Register(store.Ack{UserID: sam.ID, Device: device, SeenAt: time.Now()}, func(err *callout.Error) { done <- err })
	return <-done
}

func (b *bench) inbox(user string) []wire.Event {
	b.t.Helper()
	rows, err := b.db.Page(b.t.Context(), user, 0, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

func place(id, order string, to ...callout.Actor) callout.Command {
	c := callout.Command{ID: id, Sender: ana, OrderID: order, Status: callout.Placed}
	for _, a := range to {
		c.Receivers = append(c.Receivers, a.ID)
	}
	return c
}

func say(id string, who callout.Actor, order string, status callout.Status) callout.Command {
	return callout.Command{ID: id, Sender: who, OrderID: order, Status: status}
}

func wantRefusal(t *testing.T, a ledger.Answer, code callout.Code) {
	t.Helper()
	if a.Err == nil || a.Err.Code != code {
		t.Errorf("the answer is %+v, not %s", a.Err, code)
	}
}

func TestACommandIsCommittedBeforeItIsAnsweredAndAnnounced(t *testing.T) {
	b := start(t, fresh(t), nil)
	a := b.must(place("p1", "o1", sam))
	if a.OrderID != "o1" || a.Version != 1 || a.Repeated {
		t.Errorf("the answer is %+v", a)
	}
	if got := len(b.inbox(ana.ID)) + len(b.inbox(sam.ID)); got != 2 {
		t.Errorf("the inboxes hold %d rows, not 2", got)
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	if len(b.announced) != 2 {
		t.Errorf("%d rows were announced, not 2", len(b.announced))
	}
}

func TestWhatWaitsIsCommittedInOneTransaction(t *testing.T) {
	b := start(t, fresh(t), nil)
	release := b.faulty.hold()
	first := b.submit(place("p0", "o0", sam))
	<-b.faulty.entered
	var rest []<-chan ledger.Answer
	for i := 1; i <= 100; i++ {
		rest = append(rest, b.submit(place(fmt.Sprintf("p%d", i), fmt.Sprintf("o%d", i), sam)))
	}
	release()
	for _, answer := range append(rest, first) {
		if a := <-answer; a.Err != nil {
			t.Fatal(a.Err)
		}
	}
	if got := b.faulty.commits(); got != 2 {
		t.Errorf("101 commands took %d transactions, not 2", got)
	}
}

func TestNobodyHearsOfARefusalBeforeItsGroupIsDurable(t *testing.T) {
	b := start(t, fresh(t), nil)
	b.must(place("p", "o", sam, sue))
	release := b.faulty.holdAfter() // committed, but not yet known to be
	b.submit(say("warm", ana, "nothing", callout.Started))
	<-b.faulty.entered
	won := b.submit(say("a1", sam, "o", callout.Accepted))
	lost := b.submit(say("a2", sue, "o", callout.Accepted))
	select {
	case <-won:
		t.Fatal("the winner was answered before the commit was done")
	case <-lost:
		t.Fatal("the loser was answered before the commit was done")
	default:
	}
	release()
	if a := <-won; a.Err != nil {
		t.Errorf("the first to accept is refused: %v", a.Err)
	}
	a := <-lost
	wantRefusal(t, a, callout.Conflict)
	var seen map[string]any
	if err := json.Unmarshal(a.Order, &seen); err != nil || len(seen) != 3 || seen["statusCode"] != float64(callout.Accepted) {
		t.Errorf("the loser sees %s; that the order is accepted is all that he may know", a.Order)
	}
}

func TestARepeatTakesEffectOnceAndOtherContentIsAConflict(t *testing.T) {
	b := start(t, fresh(t), nil)
	first := b.must(place("p", "o", sam))
	again := b.must(place("p", "o", sam))
	if !again.Repeated || again.OrderID != first.OrderID || again.Version != first.Version {
		t.Errorf("the repeat is answered with %+v", again)
	}
	wantRefusal(t, b.do(place("p", "o", sue)), callout.Conflict)
	wantRefusal(t, b.do(place("p", "o2", sam)), callout.Conflict)
	if got := len(b.inbox(sam.ID)); got != 1 {
		t.Errorf("the serviceman was told %d times", got)
	}
}

func TestARepeatInTheSameGroupTakesEffectOnce(t *testing.T) {
	b := start(t, fresh(t), nil)
	release := b.faulty.hold()
	b.submit(say("warm", ana, "nothing", callout.Started))
	<-b.faulty.entered
	one, two, other := b.submit(place("p", "", sam)), b.submit(place("p", "", sam)), b.submit(place("p", "", sue))
	release()
	if a, r := <-one, <-two; a.Err != nil || r.Err != nil || a.Repeated || !r.Repeated || a.OrderID != r.OrderID {
		t.Errorf("the answers are %+v and %+v", a, r)
	}
	wantRefusal(t, <-other, callout.Conflict)
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	b := start(t, fresh(t), func(c *ledger.Config) { c.Queue = 2 })
	release := b.faulty.hold()
	defer release()
	b.submit(place("p0", "o0", sam))
	<-b.faulty.entered
	b.submit(place("p1", "o1", sam))
	b.submit(place("p2", "o2", sam))
	wantRefusal(t, b.do(place("p3", "o3", sam)), callout.Overloaded)
}

func TestWhatWasHandedInIsCommittedBeforeTheLedgerEnds(t *testing.T) {
	path := fresh(t)
	b := start(t, path, nil)
	release := b.faulty.hold()
	first := b.submit(place("p0", "o0", sam))
	<-b.faulty.entered
	second := b.submit(place("p1", "o1", sam))
	b.ledger.Ack(store.Ack{UserID: sam.ID, Device: "phone", Seq: 1, SeenAt: time.Now(), New: true})
	b.stop()
	release()
	if a, c := <-first, <-second; a.Err != nil || c.Err != nil {
		t.Errorf("%v, %v", a.Err, c.Err)
	}
	if err := b.end(); err != nil {
		t.Error(err)
	}
	wantRefusal(t, b.do(place("late", "o9", sam)), callout.Unavailable)

	again := start(t, path, nil)
	snap, err := again.db.Open(t.Context(), sam.ID, "phone", nil)
	if err != nil || snap.Head != 2 || snap.Cursor != 1 {
		t.Errorf("after a restart the inbox is %+v (%v)", snap, err)
	}
}

func TestARegisteredDeviceIsKnownWhenItIsAnswered(t *testing.T) {
	b := start(t, fresh(t), func(c *ledger.Config) { c.AckEvery = time.Hour })
	if err := b.register("phone"); err != nil {
		t.Fatal(err)
	}
	if snap, err := b.db.Open(t.Context(), sam.ID, "phone", nil); err != nil || !snap.Known {
		t.Errorf("the device is %+v (%v)", snap, err)
	}
}

func TestIdsThatCannotBeAreRefusedBeforeTheDatabaseSeesThem(t *testing.T) {
	b := start(t, fresh(t), nil)
	for _, cmd := range []callout.Command{
		say("", ana, "o", callout.Started), say("x\x00", ana, "o", callout.Started), say("x", ana, "o/1", callout.Started),
		say("x", ana, "", callout.Started), say("x", ana, "\xff", callout.Started),
	} {
		wantRefusal(t, b.do(cmd), callout.Invalid)
	}
	if got := b.faulty.commits(); got != 0 {
		t.Errorf("%d transactions were run", got)
	}
}
