package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/calloutd/callout/bench/internal/report"
)

// growth measures Callout on databases that hold events already, each time beside an empty one.
func (b *bench) growth(ctx context.Context) error {
	for _, s := range b.chosen() {
		if len(b.Grow) == 0 || s.Name != report.Callout && s.Name != report.CalloutSQLite {
			continue
		}
		if err := b.grow(ctx, s); err != nil {
			return fmt.Errorf("%s, growth: %w", s.Label, err)
		}
	}
	return nil
}

// grow brings one database from each number of events to the next, and measures it there.
func (b *bench) grow(ctx context.Context, s stack) (err error) {
	database, err := newDatabase(ctx, b.cluster, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.remove()) }()
	held := 0
	for _, events := range b.Grow {
		if err := b.fill(ctx, database, held, events); err != nil {
			return err
		}
		held = events
		for round := range b.Rounds {
			if err := b.growthRound(ctx, grown{stack: s, database: database, events: events, round: round + 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill brings a database to so many events, and to rest, as PostgreSQL itself would in time.
func (b *bench) fill(ctx context.Context, d *database, held, events int) error {
	if events == held {
		return nil
	}
	if err := d.checkRoom(ctx, events-held); err != nil {
		return err
	}
	b.say("growth: filling %s to %d events", d.name, events)
	var answer struct{}
	if err := b.callout(ctx, &answer, fmt.Sprintf("--fill=%d", events), "--db="+d.name); err != nil {
		return err
	}
	return d.rest(ctx, "VACUUM ANALYZE")
}

// grown is a database that was brought to so many events, and a round of it.
type grown struct {
	stack
	database *database
	events   int
	round    int
}

// growthRound measures everything on a database and on one that is empty, in an order of its own. Where the former is to
// hold nothing, both are new.
func (b *bench) growthRound(ctx context.Context, g grown) error {
	type job struct {
		name string
		run  func(d *database, empty bool) error
	}
	var jobs []job
	for _, pairs := range b.Pairs {
		jobs = append(jobs, job{fmt.Sprintf("%d pairs", pairs), func(d *database, empty bool) error { return b.growthSample(ctx, g, d, empty, pairs) }})
	}
	for _, unread := range b.unread() {
		jobs = append(jobs, job{fmt.Sprintf("%d unread", unread), func(d *database, empty bool) error { return b.growthResume(ctx, g, d, empty, unread) }})
	}
	rand.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	for _, j := range jobs {
		b.say("growth: %s, %d events and none, round %d of %d: %s", g.Label, g.events, g.round, b.Rounds, j.name)
		first := rand.IntN(2) == 0
		for _, empty := range []bool{first, !first} {
			if err := b.onDatabase(ctx, g, empty, j.run); err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
		}
	}
	return nil
}

func (b *bench) onDatabase(ctx context.Context, g grown, empty bool, run func(d *database, empty bool) error) (err error) {
	database := g.database
	if empty || g.events == 0 {
		if database, err = newDatabase(ctx, b.cluster, g.stack); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, database.remove()) }()
	} else if err := database.rest(ctx); err != nil {
		return err
	}
	return run(database, empty)
}

func (b *bench) growthSample(ctx context.Context, g grown, d *database, empty bool, pairs int) error {
	size, err := d.size(ctx)
	if err != nil {
		return err
	}
	sample, err := b.sampleOn(ctx, g.stack, d, pairs, g.round)
	if err != nil {
		return err
	}
	b.results.Grown = append(b.results.Grown, report.Grown{Events: g.events, Empty: empty, Bytes: size, Sample: *sample})
	return nil
}

// growthResume has devices come back to events that they have not read.
func (b *bench) growthResume(ctx context.Context, g grown, d *database, empty bool, unread int) error {
	r := report.Resume{Stack: g.Name, Events: g.events, Empty: empty, Round: g.round}
	if err := b.callout(ctx, &r, fmt.Sprintf("--resume=%d", unread), "--db="+d.name, "--loaded"); err != nil {
		return err
	}
	b.results.Resumes = append(b.results.Resumes, r)
	return nil
}

// unread is how many events devices come back to.
func (b *bench) unread() []int {
	if b.Smoke {
		return []int{1, 100}
	}
	return []int{1, 10_000}
}
