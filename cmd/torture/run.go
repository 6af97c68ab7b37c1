package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/cmd/torture/internal/check"
	"github.com/calloutd/callout/cmd/torture/internal/fault"
	"github.com/calloutd/callout/cmd/torture/internal/party"
	"github.com/calloutd/callout/cmd/torture/internal/record"
	"github.com/calloutd/callout/cmd/torture/internal/serve"
)

// runCommand tortures.
type runCommand struct {
	For   time.Duration `default:"1m" help:"How long things go wrong."`
	DB    string        `default:"sqlite" enum:"sqlite,postgres" help:"sqlite or postgres; PostgreSQL is a throw-away cluster of its own."`
	Pairs int           `default:"18" help:"How many clients, and as many servicemen."`
	Seed  uint64        `help:"Of what is random; 0: any. It does not decide which process is how fast, so that no two runs are the same."`
	Keep  bool          `help:"Keep the working folder even when nothing was wrong."`
	Quiet bool          `short:"q" help:"Say nothing but the table."`
}

const (
	enterWithin = 30 * time.Second // for all parties to be let in, before anything goes wrong
	serveWithin = 30 * time.Second // for a server to serve, once nothing goes wrong any more
	calmFor     = 2 * time.Second  // for everybody to go on, once nothing goes wrong any more
	progressIn  = 5 * time.Second  // between two lines
)

// torture is one run.
type torture struct {
	runCommand
	dir     string
	world   *party.World
	parties []*party.Party
	faults  record.Tally // that were done
	seen    record.Tally // what came of them, as far as it is worth counting
	stage   *stage
	result  counted
	took    time.Duration
}

// Run tortures, compares and prints the table. It ends early, and compares what there is, when ctx does.
func (c *runCommand) Run(ctx context.Context) (err error) {
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	dir, err := os.MkdirTemp("", "callout-torture-")
	if err != nil {
		return fmt.Errorf("make a working folder: %w", err)
	}
	defer func() {
		if err == nil && !c.Keep {
			err = os.RemoveAll(dir)
		} else {
			fmt.Printf("\nThe working folder is %s\n", dir)
		}
	}()
	t := &torture{runCommand: *c, dir: dir}
	t.say("%s for %s, seed %d\n", c.DB, c.For, c.Seed)
	found, err := t.run(ctx)
	if err != nil {
		return err
	}
	if t.print(os.Stdout, found); len(found) > 0 {
		return errViolated
	}
	return nil
}

// run gives what was found wrong. The error says that the torture itself could not be carried out.
func (t *torture) run(ctx context.Context) (found []check.Violation, err error) {
	if t.stage, err = setUp(ctx, t.DB, t.dir, &t.faults, &t.seen); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.stage.close()) }()
	t.world = &party.World{
		URL: "http://" + t.stage.proxy.Addr, Dir: t.dir, Start: time.Now(), Board: party.NewBoard(), Tally: &t.seen,
	}
	t.parties = cast(t.world, t.Pairs, rand.New(rand.NewPCG(t.Seed, 0)))

	lasting, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	var playing sync.WaitGroup
	for _, p := range t.parties {
		playing.Go(func() { p.Run(lasting) })
	}
	err = t.play(ctx, lasting)
	leave()
	playing.Wait()
	if err != nil {
		return nil, err
	}
	return t.compare(context.WithoutCancel(ctx))
}

// play lets everybody in, has things go wrong for a while, then nothing, and waits until everybody has everything.
func (t *torture) play(ctx, lasting context.Context) error {
	if err := t.enter(ctx); err != nil {
		return err
	}
	t.world.Acting.Store(true)
	if err := t.storm(ctx); err != nil {
		return err
	}
	if err := t.stage.calm(lasting); err != nil {
		return err
	}
	// What is missed from here on, no new connection makes up for.
	t.say("nothing goes wrong any more\n")
	time.Sleep(calmFor)
	t.world.Acting.Store(false)
	return t.settle(lasting)
}

func (t *torture) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, enterWithin)
	defer cancel()
	for _, p := range t.parties {
		select {
		case <-p.Inside():
		case <-ctx.Done():
			return fmt.Errorf("%s was not let in: %w", p.Device.UserID, ctx.Err())
		}
	}
	return nil
}

// storm has things go wrong until the time is up or ctx ends.
func (t *torture) storm(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.For)
	defer cancel()
	t.stage.proxy.Calm(false)
	storms := t.stage.storms(t.Seed)
	ended := make(chan error, len(storms))
	for _, s := range storms {
		go func() { ended <- s.Run(ctx) }()
	}
	ticker := time.NewTicker(progressIn)
	defer ticker.Stop()
	var err error
	for left := len(storms); left > 0; {
		select {
		case failure := <-ended:
			left--
			if failure != nil {
				err = errors.Join(err, failure)
				cancel()
			}
		case <-ticker.C:
			t.progress()
		}
	}
	return err
}

// compare stops the server and holds everything against the database.
func (t *torture) compare(ctx context.Context) ([]check.Violation, error) {
	t.say("comparing\n")
	if err := t.stage.server.Drain(); err != nil {
		return nil, err
	}
	reader, err := node.OpenReader(ctx, t.stage.database())
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var devices []*record.Device
	users := make(map[string]struct{})
	for _, p := range t.parties {
		devices = append(devices, p.Device)
		users[p.Device.UserID] = struct{}{}
	}
	db, err := check.Read(ctx, reader, slices.Collect(maps.Keys(users)))
	if err != nil {
		return nil, err
	}
	t.counts(db)
	return append(check.All(db, devices, serve.Rules()), t.stage.crashes()...), nil
}

func (t *torture) kills() int {
	n := 0
	for _, name := range fault.Kills() {
		n += t.faults.Of(name)
	}
	return n
}
