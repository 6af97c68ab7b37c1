// Package bench loads a server, of its own in another process or one that runs already, or a ledger without one, and
// reports how fast it was and what it cost.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/load"
)

// Options say what is measured, and how it is reported. Of Idle, Storm, Fill and Resume one at most is more than 0;
// without, pairs play.
type Options struct {
	Database string // a postgres:// URL, or the path of an SQLite file; empty: a new file, which is removed at the end
	Loaded   bool   // the database may hold orders

	// A server that runs already, and the tokens for it; without a URL one is started.
	URL   string                           // of the socket
	Token func(load.Party) (string, error) // nil: the server is in development mode

	Ledger bool // pairs play against the ledger in this process, and there is no server
	Pairs  int
	Rate   float64 // transitions a second; 0: as many as come
	For    time.Duration
	WarmUp time.Duration
	Idle   int // sessions
	Rest   time.Duration
	Storm  int // sessions
	Fill   int // events that the database is brought to by the ledger in this process
	Resume int // events that devices come back to

	// Profiles of the server that is started, or of this process where there is the ledger alone; empty: none.
	CPUProfile, MemoryProfile string

	Server func(database string) []string             // this program's arguments with which it serves a database
	Node   func(database string) (node.Config, error) // and what the server is then made of
	JSON   bool
	Out    io.Writer
	Log    io.Writer // of the server, and of how far it has come
}

// Run measures, and reports. The error says what went wrong, or in which order the database does not hold what was
// acknowledged.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	b := &bench{Options: o}
	if o.Database != "" || o.URL == "" {
		if b.database, err = openDatabase(ctx, o.Database, o.Loaded || o.Fill > 0, o.URL != ""); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.database.close()) }()
	}
	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var r report
	if err = b.start(running, fail); err == nil {
		if b.server != nil {
			defer load.Share()()
		}
		r, err = b.measure(running)
	}
	err = errors.Join(err, b.stop())
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if err != nil {
		return err
	}
	if p, ok := r.(*pairsReport); ok && b.database != nil {
		if err := b.database.check(ctx, p.orders); err != nil {
			return err
		}
		p.Checked = true
	}
	if o.JSON {
		return json.NewEncoder(o.Out).Encode(r)
	}
	return r.print(o.Out)
}

// check says what cannot be done on this machine. The server that is started may have as many files open as this process.
func (o *Options) check() error {
	const spare = 100 // the database's, the listener's, …
	most, known := load.OpenFiles()
	sessions := max(o.Idle, o.Storm)
	if sessions == 0 && !o.Ledger && o.Fill == 0 && o.Resume == 0 {
		sessions = 2 * o.Pairs
	}
	if known && uint64(sessions+spare) > most {
		return fmt.Errorf("%d sessions need as many open files, and a process may have %d here: see ulimit -n", sessions, most)
	}
	return nil
}

// bench is one run.
type bench struct {
	Options
	database *database    // nil: it is not known
	server   *process     // nil: one that runs already, or none
	ledger   *alone       // nil: there is a server
	servant  servant      // of this process, where there is the ledger alone
	away     []load.Party // who have events to come back to
}

// report is what came of a run; its JSON is for programs.
type report interface {
	print(io.Writer) error
}

// start starts what is loaded. What ends by itself calls fail.
func (b *bench) start(ctx context.Context, fail func(error)) (err error) {
	switch {
	case b.Ledger || b.Fill > 0:
		b.ledger, err = startLedger(ctx, b.Node, b.database.Name, fail)
	case b.URL == "":
		if err := b.leaveUnread(ctx); err != nil {
			return err
		}
		if b.server, err = start(ctx, b.Server(b.database.Name), b.Log); err == nil {
			b.URL = "ws://" + b.server.addr + "/v1/socket"
		}
	}
	return err
}

func (b *bench) stop() error {
	switch {
	case b.ledger != nil:
		return b.ledger.stop()
	case b.server != nil:
		return b.server.stop()
	}
	return nil
}

func (b *bench) measure(ctx context.Context) (report, error) {
	switch {
	case b.Idle > 0:
		return b.idle(ctx)
	case b.Storm > 0:
		return b.storm(ctx)
	case b.Fill > 0:
		return b.fill(ctx)
	case b.Resume > 0:
		return b.resume(ctx)
	case b.Ledger:
		return b.ledgerAlone(ctx)
	}
	return b.pairs(ctx, b.native(0))
}

// native is how the generator speaks, reading as many bytes at once.
func (b *bench) native(buffer int) *load.Native {
	return &load.Native{URL: b.URL, Token: b.Token, Buffer: buffer}
}

// profileOn begins to profile what is loaded, if that is wanted.
func (b *bench) profileOn() error {
	if b.CPUProfile == "" {
		return nil
	}
	if err := b.tell(wordProfileStart + " " + b.CPUProfile); err != nil {
		return fmt.Errorf("write the CPU profile: %w", err)
	}
	return nil
}

// profileOff ends that, and has what is loaded write what its memory was used for, if that is wanted.
func (b *bench) profileOff() error {
	if b.CPUProfile != "" {
		if err := b.tell(wordProfileStop); err != nil {
			return err
		}
	}
	if b.MemoryProfile != "" {
		if err := b.tell(wordHeap + " " + b.MemoryProfile); err != nil {
			return fmt.Errorf("write the memory profile: %w", err)
		}
	}
	return nil
}

// tell has the server do something, or this process where there is the ledger alone.
func (b *bench) tell(word string) (err error) {
	switch {
	case b.ledger != nil:
		_, err = b.servant.do(word)
	case b.server != nil:
		_, err = b.server.tell(word)
	}
	return err
}
