package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"time"

	"github.com/alecthomas/kong"

	"github.com/calloutd/callout/cmd/callout/internal/bench"
	"github.com/calloutd/callout/cmd/internal/node"
)

// benchServerCommand is the server process of a bench, which starts and stops it.
type benchServerCommand struct {
	DB         string `required:"" env:"-" help:"Where the orders are."`
	Group      int    `env:"-" help:"Commands in one transaction, at most; 0 is as many as serve takes."`
	Committers int    `env:"-" help:"Transactions under way at once; 0 is as many as serve has."`
}

// Run serves as `callout serve` does by itself, in development mode and without the limits on what one client may do.
func (c *benchServerCommand) Run(ctx context.Context) error {
	signal.Ignore(os.Interrupt) // a Ctrl-C is for the bench, which then ends this process in order
	config, err := c.config()
	if err != nil {
		return err
	}
	return bench.Serve(ctx, config, os.Stdin, os.Stdout)
}

func (c *benchServerCommand) config() (node.Config, error) {
	var serve serveCommand
	parser, err := kong.New(&serve, kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(decodeDuration)))
	if err != nil {
		return node.Config{}, err
	}
	// Variables of the environment that are meant for serve do not count.
	if _, err := parser.Parse([]string{"--db=" + c.DB, "--dev", "--command-rate=0", "--open-orders=0"}); err != nil {
		return node.Config{}, err
	}
	config, err := serve.config(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	config.Tokens = nil
	if c.Group > 0 {
		config.Ledger.Group = c.Group
	}
	if c.Committers > 0 {
		config.Ledger.Committers = c.Committers
	}
	return config, err
}
