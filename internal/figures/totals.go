package figures

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/calloutd/callout"
)

// The metrics that figures are made of.
const (
	commandsMetric = "callout_commands_total"
	eventsMetric   = "callout_events_total"
	acceptMetric   = "callout_accept_seconds"
	lagMetric      = "callout_delivery_lag_seconds"
	sessionsMetric = "callout_sessions"
)

// totals are what the metrics were at a moment.
type totals struct {
	at          time.Time
	sessions    int
	committed   float64 // commands that took effect
	events      map[callout.Status]float64
	accept, lag histogram
}

// histogram counts values by the buckets that they fall into, the last of which has no bound.
type histogram struct {
	bounds []float64 // of all buckets but the last
	counts []float64
}

func gather(from prometheus.Gatherer, at time.Time) (*totals, error) {
	families, err := from.Gather()
	if err != nil {
		return nil, fmt.Errorf("gather the metrics: %w", err)
	}
	t := &totals{at: at, events: make(map[callout.Status]float64)}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			switch family.GetName() {
			case commandsMetric:
				if labelsOf(m)["outcome"] == "committed" {
					t.committed += m.GetCounter().GetValue()
				}
			case eventsMetric:
				if code, err := strconv.Atoi(labelsOf(m)["code"]); err == nil {
					t.events[callout.Status(code)] = m.GetCounter().GetValue()
				}
			case acceptMetric:
				t.accept = histogramOf(m.GetHistogram())
			case lagMetric:
				t.lag = histogramOf(m.GetHistogram())
			case sessionsMetric:
				t.sessions = int(m.GetGauge().GetValue())
			}
		}
	}
	return t, nil
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := make(map[string]string, 2)
	for _, l := range m.GetLabel() {
		labels[l.GetName()] = l.GetValue()
	}
	return labels
}

func histogramOf(h *dto.Histogram) histogram {
	var made histogram
	var before uint64
	for _, b := range h.GetBucket() {
		made.bounds = append(made.bounds, b.GetUpperBound())
		made.counts = append(made.counts, float64(b.GetCumulativeCount()-before))
		before = b.GetCumulativeCount()
	}
	made.counts = append(made.counts, float64(h.GetSampleCount()-before))
	return made
}

// since is the point that t makes after others; nil: it is the first, and nothing was done before it.
func (t *totals) since(last *totals) Point {
	p := Point{At: t.at, Sessions: t.sessions, Moves: make(map[callout.Status]int)}
	if last == nil {
		return p
	}
	for status, n := range t.events {
		if moved := int(n - last.events[status]); moved > 0 {
			p.Moves[status] = moved
		}
	}
	if passed := t.at.Sub(last.at).Seconds(); passed > 0 {
		p.Commits = (t.committed - last.committed) / passed
	}
	p.Accept, p.Lag = t.accept.since(last.accept), t.lag.since(last.lag)
	return p
}

// since is what was measured after another moment; nil: nothing.
func (h histogram) since(last histogram) *Quantiles {
	counts := make([]float64, len(h.counts))
	total := 0.0
	for i := range counts {
		counts[i] = h.counts[i]
		if i < len(last.counts) {
			counts[i] -= last.counts[i]
		}
		total += counts[i]
	}
	if total <= 0 {
		return nil
	}
	return &Quantiles{Count: int(total), P50: h.quantile(counts, total, 0.5), P99: h.quantile(counts, total, 0.99)}
}

// quantile is where in its bucket a share of the values ends, as if those of a bucket were spread evenly; in the last, its lower bound.
func (h histogram) quantile(counts []float64, total, share float64) float64 {
	rank, below, lower := share*total, 0.0, 0.0
	for i, n := range counts {
		if i == len(h.bounds) {
			break
		}
		if below+n >= rank && n > 0 {
			return lower + (h.bounds[i]-lower)*(rank-below)/n
		}
		below, lower = below+n, h.bounds[i]
	}
	return lower
}
