package ledger

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Metrics count what a ledger does.
type Metrics struct {
	commands *prometheus.CounterVec
	events   map[callout.Status]prometheus.Counter
	latency  prometheus.Histogram
	size     prometheus.Histogram
	accept   prometheus.Histogram
	limits   *prometheus.CounterVec
	kept     *prometheus.CounterVec
}

// NewMetrics registers a ledger's metrics. Each name may be registered once.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callout_commands_total",
			Help: "Commands answered, by status code and outcome: committed, repeated, or the code of the refusal.",
		}, []string{"code", "outcome"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "callout_commit_seconds", Help: "Time from when the database was sent a group, or began with it, until it was durable.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16),
		}),
		size: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "callout_commit_group_commands", Help: "Commands in one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}),
	}
	m.accept = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "callout_accept_seconds", Help: "Time from an order's PLACED to its ACCEPTED.",
		Buckets: prometheus.ExponentialBuckets(0.1, 1.5, 30),
	})
	m.limits = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "callout_ledger_limit_hits_total",
		Help: "Commands refused by a limit: queue (overloaded), or open_orders of their client.",
	}, []string{"limit"})
	m.kept = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "callout_retention_removed_total", Help: "What retention has removed: inbox rows, devices, orders.",
	}, []string{"what"})
	events := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "callout_events_total", Help: "Events committed, by status code; those among them that followed another by themselves.",
	}, []string{"code"})
	m.events = make(map[callout.Status]prometheus.Counter)
	for _, status := range callout.Statuses() {
		m.events[status] = events.WithLabelValues(strconv.Itoa(int(status)))
	}
	registry.MustRegister(events, m.commands, m.latency, m.size, m.accept, m.limits, m.kept)
	return m
}

// removed counts what retention has removed.
func (m *Metrics) removed(r removed) {
	m.kept.WithLabelValues("inbox_rows").Add(float64(r.rows))
	m.kept.WithLabelValues("devices").Add(float64(r.devices))
	m.kept.WithLabelValues("orders").Add(float64(r.orders))
}

// committed counts a group.
func (m *Metrics) committed(g *group, took time.Duration) {
	m.latency.Observe(took.Seconds())
	m.size.Observe(float64(len(g.items)))
}

// happened counts the events of what was put into inboxes, where the rows of one event follow each other.
func (m *Metrics) happened(rows []wire.Event) {
	for i := range rows {
		if i == 0 || rows[i].Version != rows[i-1].Version || rows[i].OrderID != rows[i-1].OrderID {
			m.events[rows[i].Status].Inc()
		}
	}
}

// answered counts a command. Status codes outside the table are one label: a sender must not be able to make labels.
func (m *Metrics) answered(it *item, a *Answer) {
	code := "unknown"
	if it.cmd.Status.Known() {
		code = strconv.Itoa(int(it.cmd.Status))
	}
	m.commands.WithLabelValues(code, a.outcome()).Inc()
	if it.cmd.Status == callout.Accepted && a.outcome() == "committed" {
		m.accept.Observe(a.accepted.Seconds())
	}
	if a.limit != "" {
		m.limits.WithLabelValues(a.limit).Inc()
	}
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
