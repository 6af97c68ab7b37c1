// Command bench measures Callout side by side with what its users would run otherwise, on one machine and in one go, and
// writes what came of it into docs/performance.md. It is what `make bench-peers` runs, in the repository's root; it needs
// Go, Node.js with npm, and PostgreSQL's server programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/calloutd/callout/bench/internal/report"
	"github.com/calloutd/callout/internal/load"
)

type flags struct {
	Rounds int           `default:"5" help:"How often each is measured, in another order each time."`
	For    time.Duration `default:"10s" help:"How long each is measured."`
	WarmUp time.Duration `default:"3s" help:"How long is played before that."`
	Pairs  []int         `default:"64,500" help:"Pairs of a client and a serviceman."`
	Stacks []string      `help:"The stacks to measure; all, unless some are named." placeholder:"NAME"`
	Idle   int           `default:"19000" help:"Connections that do nothing, to measure what they cost; 0 is not to."`
	Rest   time.Duration `default:"60s" help:"How long to look at them."`
	Storm  int           `default:"10000" help:"Sessions of Callout that drop at once, and come back; 0 is not to."`
	Grow   []int         `default:"0,1000000,10000000" help:"Events that databases are brought to, to measure Callout on them, and on an empty one each time; nothing is not to." placeholder:"EVENTS"`
	Smoke  bool          `help:"One short round of everything, which writes nothing: does it all work?"`
	Render bool          `help:"Measure nothing; write tables and plots anew from the figures of the last run."`
	Docs   string        `default:"docs" help:"Where performance.json, performance.md and performance/*.svg are written." placeholder:"DIR"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program as it is
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// quoted are arguments as one would type them.
func quoted(args []string) string {
	text := ""
	for _, arg := range args {
		if arg == "" || strings.ContainsAny(arg, " \"'$") {
			arg = strconv.Quote(arg)
		}
		text += " " + arg
	}
	return text
}

func run(ctx context.Context, args []string) error {
	var f flags
	parser, err := kong.New(&f, kong.Name("bench"), kong.Description("Callout beside what its users would run otherwise."))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if f.Render {
		return f.render()
	}
	defer load.Share()()
	results, err := f.measure(ctx)
	if results == nil || f.Smoke && err != nil {
		return err
	}
	results.Command = "go run ./bench" + quoted(args)
	for _, name := range []string{"machine", "stacks", "ratios", "limits", "idle", "growth"} {
		fmt.Printf("\n%s\n", results.Figures()[name])
	}
	if f.Smoke {
		return nil
	}
	if writeErr := results.Write(f.figures()); writeErr != nil {
		return errors.Join(err, writeErr)
	}
	return errors.Join(err, f.render())
}

func (f *flags) check() error {
	if _, err := os.Stat(filepath.Join(peersDir, "schema.sql")); err != nil {
		return errors.New("run it in the root of the repository")
	}
	if f.Smoke {
		f.Rounds, f.For, f.WarmUp, f.Pairs, f.Rest = 1, time.Second, 500*time.Millisecond, []int{4}, time.Second
		f.Idle, f.Storm = min(f.Idle, 200), min(f.Storm, 200)
		for i, events := range f.Grow {
			f.Grow[i] = min(events, 400)
		}
	}
	slices.Sort(f.Grow)
	f.Grow = slices.Compact(f.Grow)
	for _, name := range f.Stacks {
		if !slices.ContainsFunc(stacks, func(s stack) bool { return s.Name == name }) {
			return fmt.Errorf("there is no stack %s; there are %s", name, strings.Join(stackNames(), ", "))
		}
	}
	if _, err := os.Stat(f.page()); err != nil && !f.Smoke {
		return err
	}
	if f.Rounds < 1 || f.For <= 0 || f.WarmUp < 0 || slices.ContainsFunc(f.Pairs, func(n int) bool { return n < 1 }) {
		return errors.New("--rounds, --for and --pairs are more than 0")
	}
	if len(f.Grow) > 0 && (f.Grow[0] < 0 || f.Grow[len(f.Grow)-1] > 1_000_000_000) {
		return errors.New("--grow is of 0 to 1000000000 events")
	}
	return nil
}

func (f *flags) figures() string { return filepath.Join(f.Docs, "performance.json") }
func (f *flags) page() string    { return filepath.Join(f.Docs, "performance.md") }

// render writes tables and plots of the figures that there are.
func (f *flags) render() error {
	results, err := report.Read(f.figures())
	if err != nil {
		return err
	}
	page, err := os.ReadFile(f.page())
	if err != nil {
		return err
	}
	filled, err := report.Fill(string(page), results.Figures())
	if err != nil {
		return fmt.Errorf("fill %s: %w", f.page(), err)
	}
	plots := filepath.Join(f.Docs, "performance")
	if err := os.MkdirAll(plots, 0o755); err != nil {
		return err
	}
	for file, plot := range results.Plots() {
		if err := os.WriteFile(filepath.Join(plots, file), plot, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(f.page(), []byte(filled), 0o644)
}
