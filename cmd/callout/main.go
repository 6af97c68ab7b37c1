// Command callout is an order server for on-demand services, and what one needs beside it: a demo, terminals for both
// parties, and a look into the database.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"
)

// commands is the command line. Every flag has a variable CALLOUT_<FLAG>.
type commands struct {
	Demo       demoCommand  `cmd:"" help:"Play an order from the first arrow to the last, and draw it."`
	Serve      serveCommand `cmd:"" help:"Serve orders."`
	Client     partyCommand `cmd:"" help:"Be a client at the terminal."`
	Serviceman partyCommand `cmd:"" help:"Be a serviceman at the terminal."`
	Order      orderCommand `cmd:"" help:"Show the history of an order."`
	Token      tokenCommand `cmd:"" help:"Make a token for a user."`
	Version    struct{}     `cmd:"" help:"Say which version this is."`

	Completion completionCommand `cmd:"" help:"Print what makes your shell complete the command line."`
}

// completionCommand prints, for a shell, where the program is that completes.
type completionCommand struct{ kongplete.InstallCompletions }

// BeforeApply prints it. A program that "go run" has built is not there for long, nor in a place to be named.
func (c *completionCommand) BeforeApply(ctx *kong.Context) error {
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if strings.Contains(path, "go-build") {
		return errors.New("completion needs a program that stays where it is: go install ./cmd/callout, then callout completion")
	}
	return c.InstallCompletions.BeforeApply(ctx)
}

// exit is an error that has been told already and only ends the process.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	var code exit
	switch {
	case err == nil:
	case errors.As(err, &code):
		os.Exit(int(code))
	default:
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
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("CALLOUT"),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return err
	}
	kongplete.Complete(parser, kongplete.WithPredictor("file", complete.PredictFiles("*")))
	line, err := parser.Parse(args)
	if err != nil {
		return err
	}
	if line.Command() == "version" {
		fmt.Println("callout", version())
		return nil
	}
	return line.Run()
}
