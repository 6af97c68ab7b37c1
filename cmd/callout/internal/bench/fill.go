package bench

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout/internal/load"
)

// fillReport is what came of filling a database.
type fillReport struct {
	Events          int64   `json:"events"` // that the database holds in the end
	Added           int64   `json:"added"`
	Pairs           int     `json:"pairs"` // that they are of; 0: there were enough
	Seconds         float64 `json:"seconds"`
	EventsPerSecond float64 `json:"eventsPerSecond"`
}

const (
	// history is how many events a pair plays, unless that makes so few pairs that groups are small, or more pairs than
	// the ledger's queue has room for.
	history             = 1000
	fewPairs, manyPairs = 64, 5000

	// progressEvery is how often it is said how far it has come.
	progressEvery = 5 * time.Second
)

// fill has the ledger commit whole orders until the database holds as many events as it is to.
func (b *bench) fill(ctx context.Context) (report, error) {
	held, err := b.database.events(ctx)
	if err != nil {
		return nil, err
	}
	r := &fillReport{Events: held}
	if missing := int64(b.Fill) - held; missing > 0 {
		orders := divided(missing, int64(len(load.Story)))
		pairs := min(max(missing/history, fewPairs), manyPairs, orders)
		r.Pairs, r.Added = int(pairs), divided(orders, pairs)*pairs*int64(len(load.Story))
		if err := b.add(ctx, r); err != nil {
			return nil, err
		}
	}
	// There may be more: what is due of orders that were there before happens meanwhile.
	if r.Events, err = b.database.events(ctx); err == nil && r.Events < held+r.Added {
		err = fmt.Errorf("the database held %d events, %d were added, and it holds %d", held, r.Added, r.Events)
	}
	return r, err
}

// add plays what a report says, and says how long it took.
func (b *bench) add(ctx context.Context, r *fillReport) error {
	if err := b.profileOn(); err != nil {
		return err
	}
	var played atomic.Int64
	done := make(chan struct{})
	var progress sync.WaitGroup
	progress.Go(func() { b.sayProgress(r, &played, done) })
	began := time.Now()
	err := load.Fill(ctx, b.ledger, load.FillConfig{
		Pairs: r.Pairs, Orders: 1, Events: int(r.Added) / r.Pairs, Prefix: load.NewPrefix(),
		Played: func(events int) { played.Add(int64(events)) },
	})
	took := time.Since(began)
	close(done)
	progress.Wait()
	if err != nil {
		return err
	}
	r.Seconds, r.EventsPerSecond = seconds(took), rounded(float64(r.Added)/took.Seconds())
	return b.profileOff()
}

func (b *bench) sayProgress(r *fillReport, played *atomic.Int64, done <-chan struct{}) {
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			fmt.Fprintf(b.Log, "%d of %d events\n", r.Events+played.Load(), r.Events+r.Added)
		case <-done:
			return
		}
	}
}

func (r *fillReport) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if r.Added > 0 {
		fmt.Fprintf(t, "added\t%d events of %d pairs in %.1f s, %.0f a second\n", r.Added, r.Pairs, r.Seconds, r.EventsPerSecond)
	}
	fmt.Fprintf(t, "database\tholds %d events\n", r.Events)
	return t.Flush()
}

// divided is n in so many parts, rounded up.
func divided(n, parts int64) int64 { return (n + parts - 1) / parts }
