package demo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/load"
	"github.com/calloutd/callout/internal/store"
)

// played is what is kept of an order that was played: whom to ask the database about, and what they must have got.
type played struct {
	orderID string
	parties [2]receipts
	times   []time.Duration // from each sending to its receipt by the other party
}

type receipts struct {
	userID string
	inbox  []entry
}

// playMany plays n orders at once, sums up, and holds the database to what the parties have received.
func (o *Options) playMany(ctx context.Context, d node.Database, n int) error {
	atOnce := min(n, ordersAtOnce())
	counts := counts{orders: n, due: n * len(moves(o.Cancel))}
	var all []played
	took := time.Duration(0)
	watching, progress, stop := watched(ctx, patience)
	defer stop()
	err := besideServer(watching, d, o.Log, counts.committed, func(ctx context.Context, url string) error {
		fmt.Fprintf(o.Out, "\n%s orders, %s, over real sockets in %s,\nkept in %s.\n\n", grouped(n), together(n, atOnce), o.dialect(), o.kept())
		counts.start = time.Now()
		return o.withProgress(&counts, func() (err error) {
			all, err = o.playAll(ctx, url, n, atOnce, &counts, progress)
			took = time.Since(counts.start)
			return err
		})
	})
	if err != nil {
		return err
	}
	o.summary(&counts, all, took)
	if err := verify(ctx, d, o.Cancel, all); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	fmt.Fprintf(o.Out, "\nVerified in the database: every order has its %d events and\n"+
		"rests in %s; every party has its inbox whole, in order and once.\n", len(moves(o.Cancel)), end(o.Cancel))
	return nil
}

// playAll plays n orders, atOnce at a time, each to its end. The first that fails ends the others.
func (o *Options) playAll(ctx context.Context, url string, n, atOnce int, c *counts, progress func(arrow) error) ([]played, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all := make([]played, n)
	var next atomic.Int64
	var players sync.WaitGroup
	var failed sync.Once
	var failure error
	for range atOnce {
		players.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				done, err := o.playThrough(ctx, url, progress)
				if err != nil {
					failed.Do(func() { failure = fmt.Errorf("order %d of %d: %w", i+1, n, err) })
					cancel()
					return
				}
				all[i] = done
				c.ended.Add(1)
			}
		})
	}
	players.Wait()
	if failure == nil {
		failure = context.Cause(ctx)
	}
	return all, failure
}

func (o *Options) playThrough(ctx context.Context, url string, progress func(arrow) error) (played, error) {
	record := newRecorder(time.Now, progress)
	p, err := newPlay(url, hexID(), o.Cancel, o.Classic, record)
	if err != nil {
		return played{}, err
	}
	if err := p.run(ctx); err != nil {
		return played{}, err
	}
	arrows, err := record.recorded()
	return played{
		orderID: p.orderID, times: deliveries(arrows),
		parties: [2]receipts{{p.client.id, p.client.inbox}, {p.serviceman.id, p.serviceman.inbox}},
	}, err
}

// deliveries are the times from each sending to its receipt by the other party.
func deliveries(arrows []arrow) []time.Duration {
	var times []time.Duration
	var sent arrow
	for _, a := range arrows {
		switch {
		case a.What != tells:
		case a.To == serverLane:
			sent = a
		case a.From == serverLane && a.Code == sent.Code:
			times = append(times, a.At-sent.At)
		}
	}
	return times
}

// ordersAtOnce is how many orders are played at once: more than a thousand take memory and are done no sooner. Each takes
// both ends of two connections, of which this process may have only so many open.
func ordersAtOnce() int {
	const enough, apiece, spare = 1000, 4, 100
	most, known := load.OpenFiles()
	if !known || most >= enough*apiece+spare {
		return enough
	}
	return max(1, (int(most)-spare)/apiece)
}

func together(n, atOnce int) string {
	if n == 1 || atOnce == n {
		return "all at once"
	}
	return grouped(atOnce) + " at a time"
}

func (o *Options) summary(c *counts, all []played, took time.Duration) {
	var times []time.Duration
	for _, p := range all {
		times = append(times, p.times...)
	}
	slices.Sort(times)
	events := int(c.events.Load())
	line := func(name, value string) { fmt.Fprintf(o.Out, "  %-18s %s\n", name, value) }
	line("orders", grouped(len(all)))
	line("events committed", grouped(events))
	line("seconds", fmt.Sprintf("%.2f, connecting included", took.Seconds()))
	line("events a second", grouped(int(float64(events)/took.Seconds())))
	line("send to receipt", fmt.Sprintf("%s in the median, %s at the 99th percentile", short(percentile(times, 50)), short(percentile(times, 99))))
}

// percentile is the time within which p of 100 of the sorted times are.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*p+99)/100-1]
}

// counts is how far many orders are.
type counts struct {
	orders int
	due    int // events
	start  time.Time
	ended  atomic.Int64 // orders
	events atomic.Int64 // committed
}

// committed leaves out what the system does: it has no part in these orders, but a database may hold others.
func (c *counts) committed(records []store.Record) {
	for i := range records {
		if records[i].Sender.Role != callout.System {
			c.events.Add(1)
		}
	}
}
