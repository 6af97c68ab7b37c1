package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/calloutd/callout/bench/internal/report"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// bench is one run.
type bench struct {
	flags
	programs programs
	cluster  *pgtest.Cluster
	results  report.Results
}

// measure measures everything there is. With an error it gives what has been measured by then, if that is all of the rounds.
func (f *flags) measure(ctx context.Context) (_ *report.Results, err error) {
	b := &bench{flags: *f}
	b.say("building")
	if b.programs, err = buildPrograms(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.programs.remove()) }()
	if b.cluster, err = pgtest.Start(ctx, pgtest.Options{Settings: settings}); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.cluster.Close()) }()
	b.results = report.Results{Began: time.Now().UTC().Truncate(time.Second), PostgreSQL: settingsInWords()}
	if b.results.Machine, err = b.machine(ctx); err != nil {
		return nil, err
	}
	chosen := b.chosen()
	for _, s := range chosen {
		b.results.Stacks = append(b.results.Stacks, s.Stack)
	}
	for round := range b.Rounds {
		if err := b.round(ctx, round+1, chosen); err != nil {
			return nil, err
		}
	}
	for _, part := range []func(context.Context) error{b.idle, b.storm, b.growth} {
		if err := part(ctx); err != nil {
			return &b.results, err
		}
	}
	return &b.results, nil
}

func (b *bench) chosen() []stack {
	if len(b.Stacks) == 0 {
		return stacks
	}
	return slices.DeleteFunc(slices.Clone(stacks), func(s stack) bool { return !slices.Contains(b.Stacks, s.Name) })
}

// round measures each stack with each number of pairs, and the limits, in an order of its own.
func (b *bench) round(ctx context.Context, n int, chosen []stack) error {
	type job struct {
		name string
		run  func() error
	}
	var jobs []job
	for _, s := range chosen {
		for _, pairs := range b.Pairs {
			jobs = append(jobs, job{fmt.Sprintf("%s, %d pairs", s.Label, pairs), func() error { return b.sample(ctx, s, pairs, n) }})
		}
	}
	for _, l := range limits {
		jobs = append(jobs, job{l.name, func() error { return b.limit(ctx, l, n) }})
	}
	rand.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	for i, j := range jobs {
		b.say("round %d of %d, %d of %d: %s", n, b.Rounds, i+1, len(jobs), j.name)
		if err := j.run(); err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
	}
	return nil
}

// say tells how far it has come.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}
