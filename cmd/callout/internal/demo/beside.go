package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/store"
)

// besideServer runs f beside a server in development mode on a free port of this machine, and stops the server when f
// has returned. committed is told of every commit, before anybody else is. f is interrupted when the server ends.
func besideServer(ctx context.Context, d node.Database, log *slog.Logger, committed func([]store.Record), f func(ctx context.Context, url string) error) error {
	config := node.Config{Database: d, Ledger: ledger.DefaultConfig(), Server: server.DefaultConfig()}
	config.Server.Session.Dev, config.Server.LocalOnly = true, true
	config.Server.DrainTime = 5 * time.Second
	config.Server.Clock, config.Server.Log, config.Server.Registry = time.Now, log, prometheus.NewRegistry()
	config.Record = func(l store.Ledger) store.Ledger { return watchedLedger{l, committed} }
	n, err := node.Open(ctx, config)
	if err != nil {
		return because(ctx, err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("find a free port: %w", err), n.Close())
	}

	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	playing, interrupt := context.WithCancelCause(ctx)
	defer interrupt(nil)
	ended := make(chan error, 1)
	go func() {
		err := n.Run(serving, listener)
		if err != nil {
			err = fmt.Errorf("the server ended: %w", err)
		}
		interrupt(err)
		ended <- err
	}()
	err = f(playing, "ws://"+listener.Addr().String())
	stop()
	if serverErr := <-ended; serverErr != nil {
		return serverErr
	}
	return err
}
