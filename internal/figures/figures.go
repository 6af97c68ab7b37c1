// Package figures remembers the last hour of a server in a few figures: what its metrics were every few seconds.
package figures

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout"
)

const (
	// Every is how often the figures are taken.
	Every = 10 * time.Second
	// kept is how many points there are: an hour of them.
	kept = int(time.Hour / Every)
)

// Point is what a server was like at a moment, and what it did since the one before.
type Point struct {
	At       time.Time              `json:"at"`
	Sessions int                    `json:"sessions" doc:"That are open"`
	Open     map[callout.Status]int `json:"open" doc:"Orders that have not ended, by the code of their status"`
	Commits  float64                `json:"commitsPerSecond" doc:"Commands that took effect"`
	Moves    map[callout.Status]int `json:"moves" doc:"Events since the point before, by their code"`

	// Absent where there was nothing to measure.
	Accept *Quantiles `json:"secondsToAccept,omitempty" doc:"From an order's PLACED to its ACCEPTED"`
	Lag    *Quantiles `json:"deliveryLagSeconds,omitempty" doc:"From an event's commit until it was written to a socket"`
}

// Quantiles are of what was measured since the point before.
type Quantiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
}

// Sources are where figures come from.
type Sources struct {
	Metrics   prometheus.Gatherer
	CountOpen func(context.Context) (map[callout.Status]int, error)
	Clock     func() time.Time
	Timeout   time.Duration // for CountOpen
	Log       *slog.Logger
}

// Recorder remembers points.
type Recorder struct {
	sources Sources

	mu     sync.Mutex
	points []Point // the last kept, the oldest first
	last   *totals
}

// New makes a recorder that remembers nothing yet.
func New(sources Sources) *Recorder { return &Recorder{sources: sources} }

// Run takes figures until ctx ends.
func (r *Recorder) Run(ctx context.Context) {
	ticker := time.NewTicker(Every)
	defer ticker.Stop()
	for {
		if err := r.Take(ctx); err != nil && ctx.Err() == nil {
			r.sources.Log.Warn("figures could not be taken", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// Take takes one point. Without the database it has no open orders.
func (r *Recorder) Take(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.sources.Timeout)
	defer cancel()
	now := r.sources.Clock().UTC()
	totals, err := gather(r.sources.Metrics, now)
	if err != nil {
		return err
	}
	open, err := r.sources.CountOpen(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	p := totals.since(r.last)
	p.Open = open
	r.last = totals
	r.points = append(r.points, p)
	if len(r.points) > kept {
		r.points = append(make([]Point, 0, kept+1), r.points[1:]...)
	}
	return err
}

// Points lists what is remembered, the oldest first. Nobody may change what is in them.
func (r *Recorder) Points() []Point {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(make([]Point, 0, len(r.points)), r.points...)
}
