// Package bench loads a server, of its own in another process or one that runs already, and reports how fast it was and
// what it cost.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/calloutd/callout/internal/load"
)

// Options say what is measured, and how it is reported. Of Idle and Storm one at most is more than 0; without, pairs play.
type Options struct {
	Database string // a postgres:// URL, or the path of an SQLite file; empty: a new file, which is removed at the end
	Loaded   bool   // the database may hold orders

	// A server that runs already, and the tokens for it; without a URL one is started.
	URL   string                           // of the socket
	Token func(load.Party) (string, error) // nil: the server is in development mode

	Pairs  int
	Rate   float64 // transitions a second; 0: as many as come
	For    time.Duration
	WarmUp time.Duration
	Idle   int // sessions
	Rest   time.Duration
	Storm  int // sessions

	// Profiles of the server that is started; empty: none.
	CPUProfile, MemoryProfile string

	Server func(database string) []string // this program's arguments with which it serves a database
	JSON   bool
	Out    io.Writer
	Log    io.Writer // of the server
}

// Run measures, and reports. The error says what went wrong, or in which order the database does not hold what was
// acknowledged.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	b := &bench{Options: o}
	if o.Database != "" || o.URL == "" {
		if b.database, err = openDatabase(ctx, o.Database, o.Loaded); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.database.close()) }()
	}
	var r report
	if err = b.startServer(ctx); err == nil {
		r, err = b.measure(ctx)
	}
	err = errors.Join(err, b.stopServer())
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
	if sessions == 0 {
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
	database *database // nil: it is not known
	server   *process  // nil: one that runs already
}

// report is what came of a run; its JSON is for programs.
type report interface {
	print(io.Writer) error
}

func (b *bench) startServer(ctx context.Context) error {
	if b.URL != "" {
		return nil
	}
	var err error
	if b.server, err = start(ctx, b.Server(b.database.Name), b.Log); err != nil {
		return err
	}
	b.URL = "ws://" + b.server.addr + "/v1/socket"
	return nil
}

// stopServer writes what is wanted of the server before it ends.
func (b *bench) stopServer() error {
	if b.server == nil {
		return nil
	}
	return b.server.stop()
}

func (b *bench) measure(ctx context.Context) (report, error) {
	switch {
	case b.Idle > 0:
		return b.idle(ctx)
	case b.Storm > 0:
		return b.storm(ctx)
	}
	return b.pairs(ctx)
}

// native is how the generator speaks, reading as many bytes at once.
func (b *bench) native(buffer int) *load.Native {
	return &load.Native{URL: b.URL, Token: b.Token, Buffer: buffer}
}

// profileOn begins to profile the server, if that is wanted.
func (b *bench) profileOn() error {
	if b.server == nil || b.CPUProfile == "" {
		return nil
	}
	_, err := b.server.tell(wordProfileStart + " " + b.CPUProfile)
	return err
}

// profileOff ends that, and has the server write what its memory was used for, if that is wanted.
func (b *bench) profileOff() error {
	if b.server == nil {
		return nil
	}
	if b.CPUProfile != "" {
		if _, err := b.server.tell(wordProfileStop); err != nil {
			return err
		}
	}
	if b.MemoryProfile != "" {
		if _, err := b.server.tell(wordHeap + " " + b.MemoryProfile); err != nil {
			return fmt.Errorf("write the memory profile: %w", err)
		}
	}
	return nil
}
