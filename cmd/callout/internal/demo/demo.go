// Package demo plays orders between a client and a serviceman over real sockets, against a server of its own in this
// process, and shows what happened. What it shows is recorded: by the parties' ends of the sockets, by the store's
// commit, and by the database that is read at the end.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/calloutd/callout/cmd/internal/node"
)

// MaxOrders is how many orders may be played.
const MaxOrders = 10_000

// Options say what is played, and how it is shown.
type Options struct {
	Database string // a postgres:// URL, or the path of an SQLite file; empty: a new file, which is removed at the end
	Cancel   bool   // the client cancels the order once it is accepted
	Classic  bool   // both parties speak the classic dialect
	Orders   *int   // how many orders are played at once; nil: one, of which each arrow is shown
	Trace    string // the path of a file for the arrows as JSON lines; empty: none
	Mermaid  bool   // a Mermaid diagram is written, and nothing else
	Web      bool   // nothing is played: the two phones are there to be played with, until ctx ends

	Out      io.Writer
	Terminal bool // Out is a terminal
	Colours  bool // and shows colours
	Log      *slog.Logger
}

// Run plays, and shows what comes of it. The error says at which step something went wrong, or that ctx has ended.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	d := node.Database{Name: o.Database}
	if d.Name == "" {
		dir, err := os.MkdirTemp("", "callout-demo-")
		if err != nil {
			return fmt.Errorf("make a directory for the database: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		d.Name = filepath.Join(dir, "demo.db")
	}
	playing, end := context.WithCancelCause(ctx)
	defer end(nil)
	o.Out = outlet{o.Out, end}
	switch {
	case o.Web:
		err = o.serveWeb(playing, d)
	case o.Orders != nil:
		err = o.playMany(playing, d, *o.Orders)
	default:
		err = o.playOne(playing, d)
	}
	switch {
	case o.Web && ctx.Err() != nil:
		return err
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted")
	case playing.Err() != nil:
		return context.Cause(playing)
	}
	return err
}

// outlet ends the demo when nobody takes what is written.
type outlet struct {
	io.Writer
	end context.CancelCauseFunc
}

func (o outlet) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.end(fmt.Errorf("show what happens: %w", err))
	}
	return n, err
}

func (o *Options) check() error {
	switch {
	case o.Orders != nil && (*o.Orders < 1 || *o.Orders > MaxOrders):
		return fmt.Errorf("--orders is %d; it is 1 to %d", *o.Orders, MaxOrders)
	case o.Orders != nil && o.Trace != "":
		return errors.New("--trace and --orders do not go together: a trace is of one order")
	case o.Web && (o.Orders != nil || o.Trace != "" || o.Mermaid || o.Cancel || o.Classic):
		return errors.New("--web goes with --db alone: on the page the order is yours to play")
	case o.Orders != nil && o.Mermaid:
		return errors.New("--mermaid and --orders do not go together: a diagram is of one order")
	}
	return nil
}

// dialect is what both parties speak.
func (o *Options) dialect() string {
	if o.Classic {
		return "the classic dialect"
	}
	return "the native protocol"
}

// kept is how the database is called to people.
func (o *Options) kept() string {
	switch {
	case o.Database == "":
		return "a new SQLite file"
	case (node.Database{Name: o.Database}).IsPostgres():
		return "PostgreSQL"
	}
	return "SQLite"
}
