package ledger

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what a ledger does.
type Metrics struct {
	commands *prometheus.CounterVec
	latency  prometheus.Histogram
	size     prometheus.Histogram
}

// NewMetrics registers a ledger's metrics. Each name may be registered once.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callout_commands_total",
			Help: "Commands answered, by status code and outcome: committed, repeated, or the code of the refusal.",
		}, []string{"code", "outcome"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "callout_commit_seconds", Help: "Time from the beginning of a group's transaction until it was durable.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16),
		}),
		size: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "callout_commit_group_commands", Help: "Commands in one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}),
	}
	registry.MustRegister(m.commands, m.latency, m.size)
	return m
}

// committed counts a group.
func (m *Metrics) committed(g *group, took time.Duration) {
	commands := 0
	for i := range g.items {
		if g.items[i].ack == nil {
			commands++
		}
		m.answered(&g.items[i], &g.answers[i])
	}
	if commands > 0 {
		m.latency.Observe(took.Seconds())
		m.size.Observe(float64(commands))
	}
}

// answered counts a command; a registration is none. Status codes outside the table are one label: a sender must not be
// able to make labels.
func (m *Metrics) answered(it *item, a *Answer) {
	if it.ack != nil {
		return
	}
	code := "unknown"
	if it.cmd.Status.Known() {
		code = strconv.Itoa(int(it.cmd.Status))
	}
	m.commands.WithLabelValues(code, a.outcome()).Inc()
}

func (a *Answer) outcome() string {
	switch {
	case a.Err != nil:
		return string(a.Err.Code)
	case a.Repeated:
		return "repeated"
	}
	return "committed"
}
