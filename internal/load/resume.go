package load

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/calloutd/callout/internal/wire"
)

// ResumeConfig says who comes back.
type ResumeConfig struct {
	Who    []Party // whose devices have had nothing
	Unread int64   // events in the inbox of each
	Times  int     // how often each comes back for the first event, before it takes all
}

// ResumeResult is what came of it. The times are in microseconds, from when a device has said hello.
type ResumeResult struct {
	Welcome, First *hdrhistogram.Histogram // until it was welcome, and had the first event
	CatchUp        *hdrhistogram.Histogram // until it had all of them, and had acknowledged them
	Time           time.Duration           // of all that caught up, who do so one after the other
}

// Resume has devices come back to what they have not read, one after the other: first for one event each, after which they
// drop without having acknowledged it, and then for all. The first time counts for nothing: nobody has been there before.
func Resume(ctx context.Context, n *Native, c ResumeConfig) (*ResumeResult, error) {
	r := &resuming{native: n, config: c, result: ResumeResult{Welcome: NewHistogram(), First: NewHistogram(), CatchUp: NewHistogram()}}
	for i := range c.Times + 1 {
		for _, who := range c.Who {
			if err := r.comeBack(ctx, who, i > 0); err != nil {
				return nil, err
			}
		}
	}
	for _, who := range c.Who {
		if err := r.catchUp(ctx, who); err != nil {
			return nil, err
		}
	}
	return &r.result, ctx.Err()
}

// resuming is one call of Resume.
type resuming struct {
	native *Native
	config ResumeConfig
	result ResumeResult
}

func (r *resuming) comeBack(ctx context.Context, who Party, counts bool) error {
	s, err := r.enter(ctx, who)
	if err != nil {
		return err
	}
	welcome := time.Since(s.hello)
	err = r.receive(ctx, s, 1)
	first := time.Since(s.hello)
	_ = s.Drop() // what it had it has not acknowledged
	if err == nil && counts {
		record(r.result.Welcome, welcome)
		record(r.result.First, first)
	}
	return err
}

func (r *resuming) catchUp(ctx context.Context, who Party) error {
	s, err := r.enter(ctx, who)
	if err != nil {
		return err
	}
	if err := r.receive(ctx, s, r.config.Unread); err != nil {
		_ = s.Drop()
		return err
	}
	err = s.Close() // with which it acknowledges the last
	took := time.Since(s.hello)
	record(r.result.CatchUp, took)
	r.result.Time += took
	return err
}

// enter connects a device as one that has had nothing.
func (r *resuming) enter(ctx context.Context, who Party) (*Session, error) {
	s, err := r.native.Enter(ctx, who, netip.Addr{}, new(wire.Resume))
	if err != nil {
		return nil, err
	}
	if w := &s.Welcome; w.Reset || w.From != 0 || w.Seq != r.config.Unread {
		_ = s.Drop()
		return nil, fmt.Errorf("%s, who has had nothing of %d events, is welcomed with reset %v, from %d, seq %d",
			who.UserID, r.config.Unread, w.Reset, w.From, w.Seq)
	}
	return s, nil
}

// receive waits for so many events. Without a word from the server it waits for ever, so it ends with the context.
func (r *resuming) receive(ctx context.Context, s *Session, events int64) error {
	stop := context.AfterFunc(ctx, func() { _ = s.Drop() })
	defer stop()
	for range events {
		if _, err := s.Receive(); err != nil {
			return err
		}
	}
	return nil
}
