package load

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

const (
	// returning is how many sessions come back at once.
	returning = 512
	// attempts is how often one tries to, and retryAfter how long it waits between.
	attempts   = 20
	retryAfter = 200 * time.Millisecond
)

// StormConfig says how large a storm is.
type StormConfig struct {
	Sessions int
	Prefix   string       // of the users' ids, so that they are new
	Sources  []netip.Addr // to connect from, in turn; none is any

	// Begin and End are called right before all drop and once all are back, and may be nil.
	Begin, End func() error
}

// StormResult is what came of a storm.
type StormResult struct {
	Sessions int
	Time     time.Duration // from the drop until the last was welcome again
	Retries  int64         // connections that had to be made anew

	// Microseconds until a session was welcome: since the drop, and since it was its turn to connect.
	Back, Dial *hdrhistogram.Histogram
}

// Storm connects sessions, lets each pair of them accept an order, drops all connections at once, without a word, and has
// every session resume where it was. A welcome that does not say so is an error.
func Storm(ctx context.Context, n *Native, c StormConfig) (*StormResult, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	if len(c.Sources) == 0 {
		c.Sources = []netip.Addr{{}}
	}
	s := &storm{native: n, config: c, fail: fail, sessions: make([]*Session, c.Sessions), result: StormResult{
		Sessions: c.Sessions, Back: NewHistogram(), Dial: NewHistogram(),
	}}
	defer s.close()
	if err := each(ctx, (c.Sessions+1)/2, handshakes/2, func(ctx context.Context, i int) error { return s.gather(ctx, i) }); err != nil {
		return nil, err
	}
	if err := call(c.Begin); err != nil {
		return nil, err
	}
	at := time.Now()
	s.drop()
	if err := each(ctx, c.Sessions, returning, func(ctx context.Context, i int) error { return s.comeBack(ctx, i, at) }); err != nil {
		return nil, err
	}
	s.result.Time = time.Since(at)
	return &s.result, call(c.End)
}

// storm is one call of Storm.
type storm struct {
	native   *Native
	config   StormConfig
	fail     context.CancelCauseFunc
	sessions []*Session

	receiving sync.WaitGroup
	mu        sync.Mutex
	dropped   bool
	result    StormResult
}

// gather connects the sessions of one pair, who then have an order. The last of an odd number is alone, and has none.
func (s *storm) gather(ctx context.Context, pair int) error {
	for i := 2 * pair; i < min(2*pair+2, len(s.sessions)); i++ {
		session, err := s.native.Enter(ctx, one(s.config.Prefix, i), s.source(i), nil)
		if err != nil {
			return err
		}
		s.sessions[i] = session
	}
	if i := 2*pair + 1; i < len(s.sessions) {
		// Without a word from the server this waits for ever, so it ends with the context.
		stop := context.AfterFunc(ctx, func() { _, _ = s.sessions[i-1].Drop(), s.sessions[i].Drop() })
		defer stop()
		if err := s.accept(s.sessions[i-1], s.sessions[i]); err != nil {
			return err
		}
	}
	for i := 2 * pair; i < min(2*pair+2, len(s.sessions)); i++ {
		s.receiving.Go(func() { s.receive(s.sessions[i]) })
	}
	return nil
}

// accept has a client place an order, and a serviceman accept it.
func (s *storm) accept(client, serviceman *Session) error {
	order := "o-" + client.me
	for i, c := range []struct {
		by *Session
		Command
	}{
		{client, Command{ID: order + "-1", OrderID: order, Status: callout.Placed, To: serviceman.me}},
		{serviceman, Command{ID: order + "-2", OrderID: order, Status: callout.Accepted, Version: 1, To: client.me}},
	} {
		if err := c.by.Send(&c.Command); err != nil {
			return err
		}
		for _, to := range []*Session{client, serviceman} {
			n, err := to.Receive()
			if err == nil && (n.OrderID != order || n.Version != int64(i+1)) {
				err = fmt.Errorf("%s got version %d of order %s out of turn", to.me, n.Version, n.OrderID)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// receive answers a session's pings until it is dropped.
func (s *storm) receive(session *Session) {
	_, err := session.Receive()
	_ = session.Drop()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dropped {
		s.fail(fmt.Errorf("a session was lost before the storm: %w", err))
	}
}

// drop hangs up on all.
func (s *storm) drop() {
	s.mu.Lock()
	s.dropped = true
	s.mu.Unlock()
	for _, session := range s.sessions {
		if session != nil {
			_ = session.Drop()
		}
	}
	s.receiving.Wait()
}

// comeBack connects a session again, which says what it had.
func (s *storm) comeBack(ctx context.Context, i int, since time.Time) error {
	before, turn := s.sessions[i], time.Now()
	var err error
	for attempt := range attempts {
		if attempt > 0 {
			timer := time.NewTimer(retryAfter)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
			timer.Stop()
		}
		var session *Session
		if session, err = s.native.Enter(ctx, one(s.config.Prefix, i), s.source(i), before.last()); err == nil {
			s.sessions[i] = session
			s.note(turn, since, attempt)
			return checkWelcome(before, &session.Welcome)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

func (s *storm) note(turn, since time.Time, retries int) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	record(s.result.Back, now.Sub(since))
	record(s.result.Dial, now.Sub(turn))
	s.result.Retries += int64(retries)
}

// checkWelcome holds a welcome to what the session knew.
func checkWelcome(before *Session, w *wire.Welcome) error {
	had := before.had.Load()
	open := min(had, 1) // who has had any event has the order that was accepted
	if w.Reset || w.From != had || w.Seq != had || int64(len(w.Orders)) != open {
		return fmt.Errorf("%s, who had %d events and %d order, is welcomed with reset %v, from %d, seq %d, %d orders",
			before.me, had, open, w.Reset, w.From, w.Seq, len(w.Orders))
	}
	return nil
}

func (s *storm) source(i int) netip.Addr { return s.config.Sources[i%len(s.config.Sources)] }

// close ends what there is.
func (s *storm) close() {
	s.drop() // before the storm there may be some who receive
}
