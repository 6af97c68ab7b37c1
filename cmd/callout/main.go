// Command callout is an order server for on-demand services, and what one needs beside it: a demo, terminals for both
// parties, and a look into the database.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"time"

	"github.com/alecthomas/kong"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"
)

// commands is the command line. Every flag has a variable CALLOUT_<FLAG>.
type commands struct {
	ShowVersion kong.VersionFlag `name:"version" env:"-" help:"Say which version this is."`

	Demo       demoCommand       `cmd:"" help:"Play an order from the first arrow to the last, and draw it."`
	Serve      serveCommand      `cmd:"" help:"Serve orders."`
	Client     partyCommand      `cmd:"" help:"Be a client at the terminal."`
	Serviceman partyCommand      `cmd:"" help:"Be a serviceman at the terminal."`
	Order      orderCommand      `cmd:"" help:"Show the history of an order."`
	User       userCommand       `cmd:"" help:"Look after a user: devices, sessions, who is let in."`
	Token      tokenCommand      `cmd:"" help:"Make a token for a user."`
	Bench      benchCommand      `cmd:"" help:"Measure how fast a server is, and what it costs."`
	Version    versionCommand    `cmd:"" help:"Say which version this is."`
	Completion completionCommand `cmd:"" help:"Print what makes your shell (bash, zsh or fish) complete the command line."`

	BenchServer benchServerCommand `cmd:"" hidden:"" help:"Be the server of a bench."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "callout:", err)
		os.Exit(1)
	}
}

// run carries out one command line.
func run(ctx context.Context, args []string) error {
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("callout"),
		kong.Description("A self-hosted, real-time order server for on-demand services."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("CALLOUT"),
		kong.Vars{"version": "callout " + version()},
		kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(decodeDuration)),
		kong.WithBeforeResolve(refuseEmpty),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return err
	}
	kongplete.Complete(parser, kongplete.WithPredictor("file", complete.PredictFiles("*")))
	line, err := parser.Parse(asked(args))
	if err != nil {
		return err
	}
	return line.Run()
}

// asked has a command line that says nothing, or help, ask for help as the others do: with --help.
func asked(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(args[1:len(args):len(args)], "--help")
	}
	return args
}
