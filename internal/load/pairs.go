package load

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/calloutd/callout"
)

// Config says what is played.
type Config struct {
	Pairs  int
	Rate   float64 // transitions a second that are due, over all pairs; 0: the next as soon as both sides have the last
	WarmUp time.Duration
	For    time.Duration // how long is measured
	Prefix string        // of the users' ids, so that they are new

	// Begin and End are called when the measured time begins and ends, and may be nil. They should not take long.
	Begin, End func() error
}

// Result is what came of it.
type Result struct {
	Transitions int64         // that both sides had in the measured time
	Time        time.Duration // that was measured
	Again       int64         // commands that were sent once more because the server could not say what became of them
	Unsent      int64         // commands that were due in the measured time, and that there was no time for: the server did not keep up
	Orders      []Order       // all that were placed, also before and after the measured time; each pair's in their order

	// Latency has microseconds from when a command was sent, or was due where there is a rate, until the counterpart had
	// its event. It counts the commands that were sent or due in the measured time; one that was not sent with the time that it
	// had waited at the end.
	Latency *hdrhistogram.Histogram
}

// Order is an order that was placed, and the first statuses of the story that it is known to have been through.
type Order struct {
	ID, ClientID, ServicemanID string
	Events                     int
}

// NewPrefix makes a prefix for users' ids that no other run has.
func NewPrefix() string {
	random := make([]byte, 5)
	_, _ = rand.Read(random) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(random)) + "-"
}

const (
	// answerWithin is how long commands that are under way at the end may take.
	answerWithin = 30 * time.Second
	tickEvery    = 100 * time.Millisecond
	// dialling is how many connections are made at once.
	dialling = 64
)

// Pairs plays whole orders between pairs of a client and a serviceman, one order after the other in each pair. Commands
// that are under way at the end are waited for. It returns no result but with all of them answered.
func Pairs(ctx context.Context, d Dialect, c Config) (*Result, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	p := &play{config: c, tallies: newTallies(), fail: fail}
	if err := p.connect(ctx, d); err != nil {
		return nil, err
	}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	r := sum(p.tallies)
	r.Time = p.end.Sub(p.begin)
	for _, pair := range p.pairs {
		r.Orders = append(r.Orders, pair.orders...)
	}
	return r, nil
}

// play is one call of Pairs.
type play struct {
	config            Config
	start, begin, end time.Time // begin and end of the measured time
	pairs             []*pair
	tallies           []*tally
	fail              context.CancelCauseFunc
}

// connect makes the pairs, or leaves no connection behind.
func (p *play) connect(ctx context.Context, d Dialect) error {
	p.pairs = make([]*pair, p.config.Pairs)
	for i := range p.pairs {
		p.pairs[i] = newPair(p, i)
	}
	err := each(ctx, 2*len(p.pairs), dialling, func(ctx context.Context, i int) error {
		side := &p.pairs[i/2].sides[i%2]
		conn, err := d.Dial(ctx, side.who, netip.Addr{})
		side.conn = conn
		return err
	})
	if err != nil {
		p.close()
	}
	return err
}

// run plays. Whatever ends it, no goroutine and no connection is left.
func (p *play) run(ctx context.Context) error {
	p.start = time.Now()
	p.begin = p.start.Add(p.config.WarmUp)
	p.end = p.begin.Add(p.config.For)
	var receiving, beside sync.WaitGroup
	for _, pair := range p.pairs {
		for i := range pair.sides {
			receiving.Go(func() { pair.receive(i) })
		}
	}
	over := make(chan struct{})
	beside.Go(func() { p.tick(over) })
	if p.config.Rate > 0 {
		beside.Go(func() { p.keepTime(over) })
	} else {
		for _, pair := range p.pairs {
			pair.goOn()
		}
	}
	answered := make(chan struct{})
	go func() {
		receiving.Wait()
		close(answered)
	}()
	err := p.measure(ctx)
	if err == nil {
		err = p.settle(ctx, answered)
	}
	p.close()
	<-answered
	close(over)
	beside.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// measure waits for the measured time to begin and to end.
func (p *play) measure(ctx context.Context) error {
	for _, at := range []struct {
		time time.Time
		say  func() error
	}{{p.begin, p.config.Begin}, {p.end, p.config.End}} {
		timer := time.NewTimer(time.Until(at.time))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := call(at.say); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until every pair has had its last answer.
func (p *play) settle(ctx context.Context, answered <-chan struct{}) error {
	for _, pair := range p.pairs {
		pair.stopOnceIdle()
	}
	timer := time.NewTimer(answerWithin)
	defer timer.Stop()
	select {
	case <-answered:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return fmt.Errorf("%v after the end some commands have no answer yet", answerWithin)
	}
}

// tick gives the connections, and the commands that are to be sent again, their time.
func (p *play) tick(over <-chan struct{}) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-over:
			return
		}
		for _, pair := range p.pairs {
			pair.tick()
		}
	}
}

// close ends every connection that there is.
func (p *play) close() {
	for _, pair := range p.pairs {
		pair.stop()
	}
}

// party names one side of a pair.
func party(prefix string, role callout.Role, n int) Party {
	letter := "c"
	if role == callout.Serviceman {
		letter = "s"
	}
	return Party{UserID: fmt.Sprintf("%s%s-%06d", prefix, letter, n), Role: role}
}
