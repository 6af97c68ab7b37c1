package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/cmd/torture/internal/fault"
	"github.com/calloutd/callout/cmd/torture/internal/proxy"
	"github.com/calloutd/callout/cmd/torture/internal/record"
	"github.com/calloutd/callout/cmd/torture/internal/serve"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// maxClock is how far the servers' clock is set from the wall clock, in either direction.
const maxClock = 15 * time.Second

// stage is what the parties meet: a database, a server in front of it, and a network between.
type stage struct {
	db      string
	clock   string
	cluster *pgtest.Cluster // nil with SQLite
	server  fault.Server
	log     *serverLog
	proxy   *proxy.Proxy
	faults  *record.Tally // that were done
	seen    *record.Tally // what came of them
}

// setUp makes the stage in a folder. Whoever gets it closes it.
func setUp(ctx context.Context, kind, dir string, faults, seen *record.Tally) (_ *stage, err error) {
	s := &stage{db: filepath.Join(dir, "callout.db"), clock: filepath.Join(dir, "clock"), faults: faults, seen: seen}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if kind == "postgres" {
		if s.cluster, err = pgtest.Start(ctx, pgtest.Options{}); err != nil {
			return nil, err
		}
		if s.db, err = s.cluster.CreateDatabase(ctx); err != nil {
			return nil, err
		}
	}
	if err := serve.SetClock(s.clock, 0); err != nil {
		return nil, err
	}
	if s.log, err = openLog(filepath.Join(dir, "server.log")); err != nil {
		return nil, err
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	s.server = fault.Server{
		Addr: addr, Args: []string{"node", "--addr", addr, "--db", s.db, "--clock", s.clock}, Log: s.log, Tally: seen,
	}
	if err := s.server.Up(ctx, serveWithin); err != nil {
		return nil, err
	}
	s.proxy, err = proxy.Listen(ctx, addr)
	return s, err
}

// storms are what goes wrong, side by side.
func (s *stage) storms(seed uint64) []*fault.Storm {
	servers := &fault.Storm{
		Faults: s.server.Faults(), Least: 500 * time.Millisecond, Most: 4 * time.Second, Between: s.startAgain, Wake: s.server.Ended,
		Tally: s.faults, Seed: seed,
	}
	network := &fault.Storm{
		Faults: fault.Network(s.proxy), Least: 50 * time.Millisecond, Most: 1500 * time.Millisecond, Tally: s.faults, Seed: seed + 1,
	}
	storms := []*fault.Storm{servers, network}
	if s.cluster != nil {
		return append(storms, &fault.Storm{
			Faults: fault.Postgres(s.cluster, s.db), Least: 2 * time.Second, Most: 10 * time.Second, Tally: s.faults, Seed: seed + 2,
		})
	}
	servers.Faults = append(servers.Faults, fault.Clock(maxClock, s.setClock))
	if fault.CanHarm {
		servers.Faults = append(servers.Faults, s.server.FullDisk(s.db+"-wal"))
	}
	return storms
}

func (s *stage) setClock(ahead time.Duration) error { return serve.SetClock(s.clock, ahead) }

// startAgain starts a server where one has ended by itself.
func (s *stage) startAgain(ctx context.Context) error {
	ended, err := s.server.StartAgain(ctx)
	if ended {
		s.seen.Add("servers that ended by themselves", 1)
	}
	return err
}

// calm ends what goes wrong. The clock is set so far ahead that every timer comes to its time.
func (s *stage) calm(ctx context.Context) error {
	s.proxy.Calm(true)
	if s.cluster == nil {
		if err := s.setClock(maxClock); err != nil {
			return err
		}
	}
	return s.server.Up(ctx, serveWithin)
}

func (s *stage) database() node.Database { return node.Database{Name: s.db} }

// close ends everything that was started.
func (s *stage) close() error {
	s.server.Close()
	if s.proxy != nil {
		s.proxy.Close()
	}
	var err error
	if s.cluster != nil {
		err = s.cluster.Close()
	}
	if s.log != nil {
		err = errors.Join(err, s.log.file.Close())
	}
	return err
}

// freeAddr finds an address for the servers. Its port is below those that systems give to outgoing connections: a proxy
// that calls again and again at such a port while the server is down can end up connected to itself.
func freeAddr(ctx context.Context) (string, error) {
	var err error
	for range 100 {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+rand.IntN(10_000)))
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", fmt.Errorf("find a free port: %w", err)
}

func openLog(path string) (*serverLog, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make a log for the servers: %w", err)
	}
	return &serverLog{file: file}, nil
}
