package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/calloutd/callout/bench/internal/report"
	"github.com/calloutd/callout/internal/load"
)

// idle measures what connections cost that do nothing: Callout's, and centrifuge's in the same way.
func (b *bench) idle(ctx context.Context) error {
	if b.Idle < 5 {
		return nil
	}
	b.say("idle: Callout, %d sessions", b.Idle)
	var ours struct {
		RSS        float64  `json:"rssPerSession"`
		Goroutines float64  `json:"goroutinesPerSession"`
		CPU        *float64 `json:"cpuAtRest"`
	}
	if err := b.callout(ctx, &ours, fmt.Sprintf("--idle=%d", b.Idle), "--rest="+b.Rest.String()); err != nil {
		return err
	}
	b.results.Idle = append(b.results.Idle, report.Idle{
		Label: "Callout", Sessions: b.Idle, RSSPerSession: ours.RSS, Goroutines: ours.Goroutines, CPUAtRest: ours.CPU,
	})
	for _, s := range []stack{
		{Stack: report.Stack{Label: "centrifuge"}, command: centrifuge(), dialect: overCentrifuge},
		{Stack: report.Stack{Label: "centrifuge, set for idle connections"}, command: centrifuge("LEAN=1"), dialect: overCentrifuge},
	} {
		b.say("idle: %s, %d connections", s.Label, b.Idle)
		theirs, err := b.idleStack(ctx, s)
		if err != nil {
			return fmt.Errorf("%s, idle: %w", s.Label, err)
		}
		b.results.Idle = append(b.results.Idle, theirs)
	}
	return nil
}

// idleStack measures a peer that gives back memory when it is told to.
func (b *bench) idleStack(ctx context.Context, s stack) (i report.Idle, err error) {
	database, err := newDatabase(ctx, b.cluster, s)
	if err != nil {
		return i, err
	}
	defer func() { err = errors.Join(err, database.remove()) }()
	server, err := startServer(ctx, s.Label, s.command(context.WithoutCancel(ctx), b.programs, database.name))
	if err != nil {
		return i, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	host, _, err := net.SplitHostPort(server.addr)
	if err != nil {
		return i, err
	}
	crowd := load.NewCrowd(s.dialect(server.addr), load.NewPrefix(), load.Sources(host))
	defer crowd.Close()
	few, fewGoroutines, err := grow(ctx, crowd, server, b.Idle/5)
	if err != nil {
		return i, err
	}
	all, allGoroutines, err := grow(ctx, crowd, server, b.Idle)
	if err != nil {
		return i, err
	}
	more := float64(b.Idle - b.Idle/5)
	i = report.Idle{
		Label: s.Label, Sessions: b.Idle,
		RSSPerSession: rounded(float64(all-few) / more), Goroutines: rounded(float64(allGoroutines-fewGoroutines) / more),
	}
	share, err := rest(ctx, server, b.Rest)
	i.CPUAtRest = &share
	return i, errors.Join(err, crowd.Lost())
}

// grow makes a crowd so large, and gives what the server then holds once it holds no less when it collects again.
func grow(ctx context.Context, crowd *load.Crowd, server *server, n int) (rss, goroutines int64, err error) {
	if err := crowd.Grow(ctx, n); err != nil {
		return 0, 0, err
	}
	const collections = 10
	for range collections {
		var answer struct {
			Goroutines int64 `json:"goroutines"`
		}
		if err := server.tell("collect", &answer); err != nil {
			return 0, 0, err
		}
		now, err := load.RSS(server.pid())
		if err != nil {
			return 0, 0, err
		}
		before := rss
		rss, goroutines = now, answer.Goroutines
		if before > 0 && float64(now) > 0.99*float64(before) {
			break
		}
	}
	return rss, goroutines, nil
}

// rest looks how much of a core a server takes while nothing happens.
func rest(ctx context.Context, server *server, span time.Duration) (float64, error) {
	before, err := load.ReadProcess(server.pid())
	if err != nil {
		return 0, err
	}
	began := time.Now()
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	after, err := load.ReadProcess(server.pid())
	return float64(after.CPU-before.CPU) / float64(time.Since(began)), err
}

// storm has sessions of Callout drop all at once, and come back.
func (b *bench) storm(ctx context.Context) (err error) {
	if b.Storm < 1 {
		return nil
	}
	b.say("storm: %d sessions", b.Storm)
	database, err := newDatabase(ctx, b.cluster, stack{ours: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.remove()) }()
	var answer report.Storm
	if err := b.callout(ctx, &answer, fmt.Sprintf("--storm=%d", b.Storm), "--db="+database.name); err != nil {
		return err
	}
	b.results.Storm = &answer
	return nil
}
