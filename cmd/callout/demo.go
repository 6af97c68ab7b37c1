package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/calloutd/callout/cmd/callout/internal/demo"
)

type demoCommand struct {
	// A database that CALLOUT_DB names is to be served, not played with.
	DB      string `help:"Where the orders are kept: the path of an SQLite file, or a postgres:// URL. Without it, in a new file that is removed at the end." placeholder:"DATABASE" env:"CALLOUT_DEMO_DB" predictor:"file"`
	Cancel  bool   `help:"The client cancels the order once it is accepted."`
	Classic bool   `help:"Both parties speak the dialect of the original system's apps."`
	Orders  *int   `help:"Play that many orders at once, 1 to 10000, and sum up." placeholder:"N"`
	Trace   string `help:"Write the arrows to a file as JSON lines." placeholder:"FILE" predictor:"file"`
	Mermaid bool   `help:"Print the order as a Mermaid diagram."`
	Web     bool   `help:"Play it yourself, on two phones in the browser."`
}

// Run plays one order and draws it, or many and sums up, or has people play.
func (c *demoCommand) Run(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE) // a reader who has seen enough ends the demo, which tidies up
	terminal := term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb"
	return demo.Run(ctx, demo.Options{
		Database: c.DB, Cancel: c.Cancel, Classic: c.Classic, Orders: c.Orders, Trace: c.Trace, Mermaid: c.Mermaid, Web: c.Web,
		Out: os.Stdout, Terminal: terminal, Colours: terminal && os.Getenv("NO_COLOR") == "",
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
}
