package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/calloutd/callout/bench/internal/report"
	"github.com/calloutd/callout/internal/load"
)

// sample measures a stack once, on a database of its own.
func (b *bench) sample(ctx context.Context, s stack, pairs, round int) (err error) {
	database, err := newDatabase(ctx, b.cluster, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.remove()) }()
	sample, err := b.sampleOn(ctx, s, database, pairs, round)
	if err != nil {
		return err
	}
	b.results.Samples = append(b.results.Samples, *sample)
	return nil
}

// sampleOn measures a stack once, on a database that nobody else uses.
func (b *bench) sampleOn(ctx context.Context, s stack, database *database, pairs, round int) (*report.Sample, error) {
	server, err := startServer(ctx, s.Label, s.command(context.WithoutCancel(ctx), b.programs, database.name))
	if err != nil {
		return nil, err
	}
	result, cpu, err := b.play(ctx, s, pairs, server, database)
	if err = errors.Join(err, server.stop()); err != nil {
		return nil, err
	}
	if err := database.check(ctx, s, result.Orders); err != nil {
		return nil, fmt.Errorf("check the database: %w", err)
	}
	return &report.Sample{
		Stack: s.Name, Pairs: pairs, Round: round,
		Seconds: rounded(result.Time.Seconds()), Transitions: result.Transitions,
		TransitionsPerSecond: rounded(float64(result.Transitions) / result.Time.Seconds()),
		LatencyMs:            latency(result.Latency), CPUMicros: cpu, SentAgain: result.Again,
	}, nil
}

// play loads a server, and gives what processor time a transition took.
func (b *bench) play(ctx context.Context, s stack, pairs int, server *server, database *database) (*load.Result, report.CPU, error) {
	var before, after usage
	result, err := load.Pairs(ctx, s.dialect(server.addr), load.Config{
		Pairs: pairs, WarmUp: b.WarmUp, For: b.For, Prefix: load.NewPrefix(),
		Begin: func() (err error) { before, err = used(server, database); return err },
		End:   func() (err error) { after, err = used(server, database); return err },
	})
	if err != nil {
		return nil, report.CPU{}, err
	}
	if result.Transitions == 0 {
		return nil, report.CPU{}, errors.New("nothing happened")
	}
	each := func(before, after time.Duration) float64 {
		return rounded(float64((after - before).Microseconds()) / float64(result.Transitions))
	}
	cpu := report.CPU{Server: each(before.server, after.server), Generator: each(before.generator, after.generator)}
	if !s.file {
		databases := each(before.database, after.database)
		cpu.Database = &databases
	}
	return result, cpu, nil
}

// usage is the processor time that those who take part have used.
type usage struct{ server, database, generator time.Duration }

func used(server *server, database *database) (usage, error) {
	s, err := load.ReadProcess(server.pid())
	if err != nil {
		return usage{}, err
	}
	g, err := load.ReadProcess(os.Getpid())
	if err != nil {
		return usage{}, err
	}
	d, err := database.cpu()
	return usage{s.CPU, d, g.CPU}, err
}

func latency(h *hdrhistogram.Histogram) report.Latency {
	ms := func(micros int64) float64 { return float64(micros) / 1000 }
	at := func(percent float64) float64 { return ms(h.ValueAtQuantile(percent)) }
	return report.Latency{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: ms(h.Max())}
}

// rounded has two digits behind the point: more would not be true.
func rounded(f float64) float64 { return math.Round(f*100) / 100 }
