// Package serve is the server process that the torture starts, kills and starts again: the same server as that of
// `callout serve`, in development mode, with a clock that can be set and times so short that timers fire.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
)

// Options say what a process serves.
type Options struct {
	Addr  string `help:"Address to listen on."`
	DB    string `help:"The path of an SQLite file, or a postgres:// URL."`
	Clock string `help:"File that says how far the clock is ahead."`
	Wait  bool   `help:"Stand by while another process serves the database."`
}

// Rules are those of the servers: an offer, a change and a verified payment wait for seconds.
func Rules() callout.Rules {
	return callout.Rules{Offer: 3 * time.Second, Change: 2 * time.Second, Completion: 2 * time.Second}
}

const (
	// PingEvery is how often sessions are pinged.
	PingEvery = time.Second
	// Window is how many events may be under way to a session.
	Window = 16
)

// Run serves until ctx ends.
func Run(ctx context.Context, o Options, log *slog.Logger) error {
	clock, err := newClock(o.Clock)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	following := make(chan struct{})
	go func() {
		defer close(following)
		if err := clock.follow(ctx); err != nil {
			stop(err)
		}
	}()
	err = serve(ctx, o, clock.now, log)
	if err == nil && !errors.Is(context.Cause(ctx), context.Canceled) {
		err = context.Cause(ctx)
	}
	stop(nil)
	<-following
	return err
}

func serve(ctx context.Context, o Options, now func() time.Time, log *slog.Logger) error {
	n, err := node.Open(ctx, config(o, now, log))
	if err != nil {
		if ctx.Err() != nil {
			return nil // it was stopped while it stood by
		}
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", o.Addr, err), n.Close())
	}
	log.Info("serving", "addr", o.Addr)
	return n.Run(ctx, listener)
}

// config makes everything small and hasty that may be: pages, queues, and how long things wait.
func config(o Options, now func() time.Time, log *slog.Logger) node.Config {
	c := node.Config{
		Database: node.Database{Name: o.DB, Wait: o.Wait}, Ledger: ledger.DefaultConfig(), Server: server.DefaultConfig(),
	}
	l := &c.Ledger
	if c.Database.IsPostgres() {
		l.Committers = 1 + rand.N(2) // one sends groups ahead; those of two meet
	}
	l.Rules, l.Queue, l.Group = Rules(), 256, 64
	l.AckEvery, l.Sweep, l.Timeout = 200*time.Millisecond, 100*time.Millisecond, 3*time.Second
	s := &c.Server
	s.Session.Dev, s.LocalOnly = true, true
	s.Session.PingEvery, s.Session.Retry = PingEvery, 200*time.Millisecond
	s.Session.Window, s.Session.Page = Window, 8
	s.WriteTimeout, s.Linger, s.ReadTimeout = 3*time.Second, time.Second, 2*time.Second
	s.DrainPace, s.DrainTime = 300*time.Millisecond, 3*time.Second
	s.Clock, s.Log, s.Registry = now, log, prometheus.NewRegistry()
	return c
}
