package figures

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout"
)

var now = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func TestARecorderRemembersAnHour(t *testing.T) {
	at := now
	commands := prometheus.NewCounterVec(prometheus.CounterOpts{Name: commandsMetric}, []string{"code", "outcome"})
	registry := prometheus.NewRegistry()
	events := prometheus.NewCounterVec(prometheus.CounterOpts{Name: eventsMetric}, []string{"code"})
	registry.MustRegister(commands, events)
	var away error
	r := New(Sources{
		Metrics: registry, Clock: func() time.Time { return at }, Timeout: time.Second, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		CountOpen: func(context.Context) (map[callout.Status]int, error) {
			return map[callout.Status]int{callout.Placed: 7}, away
		},
	})
	for i := range kept + 5 {
		if err := r.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
		commands.WithLabelValues("1001", "committed").Add(float64(20 * (i + 1)))
		events.WithLabelValues("1001").Add(float64(20 * (i + 1)))
		events.WithLabelValues("1002").Add(float64(i + 1))
		commands.WithLabelValues("1001", "repeated").Inc()
		commands.WithLabelValues("unknown", "invalid").Inc()
		at = at.Add(Every)
	}
	points := r.Points()
	if len(points) != kept || !points[0].At.Equal(now.Add(5*Every)) {
		t.Fatalf("%d points from %v on", len(points), points[0].At)
	}
	if p := points[0]; p.Moves[callout.Placed] != 100 || p.Moves[callout.Broadcasted] != 5 || len(p.Moves) != 2 || p.Commits != 10 || p.Open[callout.Placed] != 7 || p.Accept != nil {
		t.Errorf("the first that is left: %+v", p)
	}
	away = errors.New("away")
	if err := r.Take(t.Context()); !errors.Is(err, away) || len(r.Points()) != kept {
		t.Errorf("without the database: %v, %d points", err, len(r.Points()))
	}
}

func TestARecorderTakesFiguresUntilItIsToEnd(t *testing.T) {
	taken := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	r := New(Sources{
		Metrics: prometheus.NewRegistry(), Clock: time.Now, Timeout: time.Second, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		CountOpen: func(context.Context) (map[callout.Status]int, error) {
			taken <- struct{}{}
			return nil, nil
		},
	})
	ended := make(chan struct{})
	go func() {
		r.Run(ctx)
		close(ended)
	}()
	<-taken
	cancel()
	<-ended
}
