// Package node puts one server together: database, ledger, bus and sockets, and the order in which they start and stop.
package node

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/calloutd/callout/internal/api"
	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/figures"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/web"
)

// Config is what a node is made of.
type Config struct {
	Database Database
	Ledger   ledger.Config
	Server   server.Config

	// Tokens says who may come in, once the database is open; nil: nobody but in development mode.
	Tokens func(context.Context) (*server.Tokens, error)

	Version string // of the program

	// Record sees every commit of the ledger, and may be nil. With it no group is sent ahead of the one before it.
	Record func(store.Ledger) store.Ledger
}

// database is what a node needs of either kind.
type database interface {
	store.Ledger
	store.Keeper
	server.Database
	api.Database
	Close() error
}

// Node is one server.
type Node struct {
	config   Config
	database database
	lost     <-chan error // tells when another process has taken the database over; nil where that cannot be
	ledger   *ledger.Ledger
	server   *server.Server
	figures  *figures.Recorder
}

// Open opens the database, for this process alone, and makes what stands in front of it.
func Open(ctx context.Context, config Config) (*Node, error) {
	n := &Node{config: config}
	if err := n.openDatabase(ctx); err != nil {
		return nil, err
	}
	if config.Tokens != nil {
		tokens, err := config.Tokens(ctx)
		if err != nil {
			return nil, errors.Join(err, n.Close())
		}
		n.config.Server.Tokens = tokens
	}
	var wakes bus.Local
	n.config.Ledger.Announce = wakes.Announce
	n.config.Ledger.Missed = func() { n.server.Missed() }
	n.ledger = n.newLedger()
	n.server = server.New(n.config.Server, n.ledger, n.database, &wakes)
	s := &n.config.Server
	n.figures = figures.New(figures.Sources{
		Metrics: s.Registry, CountOpen: n.database.CountOpen, Clock: s.Clock, Timeout: s.ReadTimeout, Log: s.Log,
	})
	n.server.Mount("/v1/", api.New(api.Config{
		Identify: n.server.Identify, EachSession: n.server.EachSession, Figures: n.figures, Dev: n.config.Server.Session.Dev, Timeout: n.config.Server.ReadTimeout,
		Version: n.config.Version, Rate: float64(n.config.Server.Session.Rate), Burst: n.config.Server.Session.Burst, Clock: n.config.Server.Clock, Log: n.config.Server.Log,
	}, n.ledger, n.database))
	web.Mount(n.server.Mount, s.Session.Dev)
	return n, nil
}

// Close closes the database of a node that is not to run.
func (n *Node) Close() error { return n.database.Close() }

// Run serves on the listener until ctx ends, lets the sessions leave, and commits what has been handed in. It returns an
// error when it had to stop by itself. It closes the listener and the database.
func (n *Node) Run(ctx context.Context, listener net.Listener) error {
	serving, stopServing := context.WithCancelCause(ctx)
	defer stopServing(nil)
	committing, stopCommitting := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCommitting()
	var beside sync.WaitGroup
	beside.Go(func() { paceCollections(serving) })
	beside.Go(func() { n.figures.Run(serving) })
	beside.Go(func() {
		if err := n.ledger.Run(committing); err != nil {
			stopServing(err)
		}
	})
	beside.Go(func() {
		select {
		case err := <-n.lost:
			stopServing(err)
		case <-serving.Done():
		}
	})

	err := n.server.Serve(serving, listener)
	if err == nil && ctx.Err() == nil {
		err = context.Cause(serving)
	}
	stopServing(nil)
	stopCommitting()
	beside.Wait()
	return errors.Join(err, n.database.Close())
}

func (n *Node) openDatabase(ctx context.Context) error {
	d := n.config.Database
	if err := errors.Join(d.check(), d.checkFile()); err != nil {
		return d.Failure(err)
	}
	if d.Wait {
		n.config.Server.Log.Info("standing by while another process serves the database", "database", Redact(d.Name))
	}
	if !d.IsPostgres() {
		db, err := sqlite.Open(ctx, d.Name, sqlite.Options{Clock: n.config.Server.Clock, Wait: d.Wait, MaxDevices: d.MaxDevices, Forgot: n.forgot})
		n.database = db
		return err
	}
	db, err := postgres.Open(ctx, d.Name, postgres.Options{
		Wait: d.Wait, AllowUnsafe: d.AllowUnsafe, Committers: n.config.Ledger.Committers, MaxDevices: d.MaxDevices,
		Forgot: n.forgot, Log: n.config.Server.Log,
	})
	if err != nil {
		return d.Failure(err)
	}
	n.database, n.lost = db, db.Lost()
	return nil
}

// forgot passes on what the database says once there is a server.
func (n *Node) forgot(devices int) {
	if n.server != nil {
		n.server.Forgot(devices)
	}
}
