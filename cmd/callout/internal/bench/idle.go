package bench

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/netip"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout/internal/load"
)

// idleReport is what sessions cost that do nothing. What is not known of a server is left out.
type idleReport struct {
	Sessions int     `json:"sessions"`
	Seconds  float64 `json:"seconds"` // that it took to connect them

	// What one more session costs: what so many sessions cost more than the fifth of them, divided by how many more they
	// are. Memory is measured after a collection.
	RSSPerSession        *float64 `json:"rssPerSession,omitempty"`  // bytes
	HeapPerSession       *float64 `json:"heapPerSession,omitempty"` // bytes
	GoroutinesPerSession *float64 `json:"goroutinesPerSession,omitempty"`

	RestSeconds float64  `json:"restSeconds"`
	CPUAtRest   *float64 `json:"cpuAtRest,omitempty"` // of one core, pings included
}

// footprint is what a server holds while it has so many sessions.
type footprint struct {
	sessions int
	rss      int64 // bytes; negative: not known
	memory
}

const (
	// idleBuffer is what is read at once from a server that says nothing but pings.
	idleBuffer = 512
	// collections is how often a server gives back what memory it can, at most, before it is measured.
	collections = 10
)

func (b *bench) idle(ctx context.Context) (_ report, err error) {
	crowd := load.NewCrowd(b.native(idleBuffer), load.NewPrefix(), b.sources())
	defer crowd.Close()
	var few, all footprint
	began := time.Now()
	if err := crowd.Grow(ctx, b.Idle/5); err != nil {
		return nil, err
	}
	connecting := time.Since(began)
	if few, err = b.settle(b.Idle / 5); err != nil {
		return nil, err
	}
	began = time.Now()
	if err := crowd.Grow(ctx, b.Idle); err != nil {
		return nil, err
	}
	connecting += time.Since(began)
	if all, err = b.settle(b.Idle); err != nil {
		return nil, err
	}
	r := &idleReport{Sessions: b.Idle, Seconds: seconds(connecting), RestSeconds: seconds(b.Rest)}
	r.divide(few, all)
	if err := b.rest(ctx, r); err != nil {
		return nil, err
	}
	return r, crowd.Lost()
}

// sources are the addresses to connect from.
func (b *bench) sources() (list []netip.Addr) {
	if u, err := url.Parse(b.URL); err == nil {
		list = load.Sources(u.Hostname())
	}
	return list
}

// settle has the server give back what memory it can, until that does not make it smaller any more.
func (b *bench) settle(sessions int) (footprint, error) {
	f := footprint{sessions: sessions, rss: -1}
	if b.server == nil {
		return f, nil
	}
	for range collections {
		a, err := b.server.tell(wordCollect)
		if err != nil {
			return f, err
		}
		f.memory = a.memory
		now, err := load.RSS(b.server.pid())
		if err != nil {
			return f, nil // not to be known here
		}
		before := f.rss
		f.rss = now
		if before >= 0 && float64(now) > 0.99*float64(before) {
			break
		}
	}
	return f, nil
}

func (r *idleReport) divide(few, all footprint) {
	if all.Goroutines == 0 {
		return
	}
	per := func(few, all int64) *float64 {
		n := rounded(float64(all-few) / float64(r.Sessions-r.Sessions/5))
		return &n
	}
	if few.rss >= 0 && all.rss >= 0 {
		r.RSSPerSession = per(few.rss, all.rss)
	}
	r.HeapPerSession = per(few.HeapAlloc, all.HeapAlloc)
	r.GoroutinesPerSession = per(int64(few.Goroutines), int64(all.Goroutines))
}

// rest looks what the sessions cost while nothing happens.
func (b *bench) rest(ctx context.Context, r *idleReport) error {
	if err := b.profileOn(); err != nil {
		return err
	}
	from, began := b.usage(), time.Now()
	timer := time.NewTimer(b.Rest)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	to, took := b.usage(), time.Since(began)
	if from.server >= 0 && to.server >= 0 {
		share := math.Round(float64(to.server-from.server)/float64(took)*1e5) / 1e5
		r.CPUAtRest = &share
	}
	return b.profileOff()
}

func (r *idleReport) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "sessions\t%d, connected in %.2f s\n", r.Sessions, r.Seconds)
	if r.HeapPerSession != nil {
		rss := "RSS not known here"
		if r.RSSPerSession != nil {
			rss = fmt.Sprintf("%.0f bytes of RSS", *r.RSSPerSession)
		}
		fmt.Fprintf(t, "one more\t%s, %.0f bytes of heap, %.2f goroutines\n", rss, *r.HeapPerSession, *r.GoroutinesPerSession)
	}
	if r.CPUAtRest != nil {
		fmt.Fprintf(t, "at rest\t%.2f %% of a core, over %.0f s\n", 100**r.CPUAtRest, r.RestSeconds)
	}
	return t.Flush()
}
