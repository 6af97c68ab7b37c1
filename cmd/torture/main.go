// Command torture runs real server processes under kill -9, a failing network, a failing database, a full disk and a clock
// that is set, with many parties at work, and then compares what each of them was told and handed with what the database
// holds. It ends with status 1 if anything was lost, repeated, out of order or wrong.
//
// It is no part of what is shipped: go run ./cmd/torture --for 5m --db sqlite
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/calloutd/callout/cmd/torture/internal/serve"
)

type commands struct {
	Run  runCommand  `cmd:"" default:"withargs" help:"Torture servers, and compare."`
	Node nodeCommand `cmd:"" hidden:"" help:"Be a server that is tortured."`
}

// nodeCommand is the server process.
type nodeCommand struct{ serve.Options }

// Run serves until ctx ends.
func (c *nodeCommand) Run(ctx context.Context) error {
	return serve.Run(ctx, c.Options, slog.New(slog.NewTextHandler(os.Stderr, nil)))
}

// errViolated is that something was lost, repeated, out of order or wrong. It has been told.
var errViolated = errors.New("a promise was broken")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program as it is
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// run carries out one command line.
func run(ctx context.Context, args []string) error {
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("torture"),
		kong.Description("Real servers under real faults, and what came of it."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return err
	}
	line, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return line.Run()
}
