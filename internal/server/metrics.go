package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout/internal/session"
)

type metrics struct {
	lag prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer, h *hub) *metrics {
	m := &metrics{lag: prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "callout_delivery_lag_seconds",
		Help:    "Time from the moment that an event is dated at, just before its commit, until it was written to a socket. What was caught up on later counts with its age.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 20),
	})}
	sessions := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "callout_sessions", Help: "Sessions that are open.",
	}, func() float64 { return float64(h.count()) })
	registry.MustRegister(m.lag, sessions)
	return m
}

func (m *metrics) sent(messages []session.Message, now time.Time) {
	for _, msg := range messages {
		if !msg.At.IsZero() {
			m.lag.Observe(now.Sub(msg.At).Seconds())
		}
	}
}
