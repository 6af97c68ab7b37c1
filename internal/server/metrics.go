package server

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

type metrics struct {
	lag    prometheus.Histogram
	ends   *prometheus.CounterVec
	limits *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer, h *hub) *metrics {
	m := &metrics{
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "callout_delivery_lag_seconds",
			Help:    "Time from the moment that an event is dated at, just before its commit, until it was written to a socket. What was caught up on later counts with its age.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 20),
		}),
		ends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callout_sessions_closed_total",
			Help: "Sessions that the server has ended, by close code; gone: the peer was silent for two pings.",
		}, []string{"code"}),
		limits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callout_limit_hits_total",
			Help: "What was turned away, by limit: a connection (connections, address), a command (commands), or a device (devices).",
		}, []string{"limit"}),
	}
	sessions := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "callout_sessions", Help: "Sessions that are open.",
	}, func() float64 { return float64(h.count()) })
	connections := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "callout_connections", Help: "Connections that are open, those included that have not said hello yet.",
	}, func() float64 { return float64(h.countEntered()) })
	busy := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "callout_sessions_busy", Help: "Sessions that wait for the answer to a command.",
	}, func() float64 { return float64(h.countBusy()) })
	registry.MustRegister(m.lag, m.ends, m.limits, sessions, connections, busy)
	return m
}

// acted counts what a session wants done.
func (m *metrics) acted(a *session.Actions) {
	if a.Limited {
		m.refused("commands")
	}
	if a.Gone {
		m.ends.WithLabelValues("gone").Inc()
	}
}

func (m *metrics) closed(code wire.CloseCode) {
	m.ends.WithLabelValues(strconv.Itoa(int(code))).Inc()
}

func (m *metrics) refused(limit string) { m.limits.WithLabelValues(limit).Inc() }
