// Package servertest runs a whole server in a test: a real database, ledger and sockets on a free port.
package servertest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout/internal/api"
	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/figures"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/sqlite"
)

// Config is what a server under test is made of. Start fills in what a test leaves alone.
type Config struct {
	Path       string // of the SQLite file; empty: a new one
	Addr       string // empty: a free port of 127.0.0.1
	MaxDevices int    // of a user; 0: as many as usual
	Ledger     ledger.Config
	Server     server.Config
	Wrap       func(store.Ledger) store.Ledger // what the ledger commits to instead; nil: the database itself
	Inbox      func(store.Inbox) store.Inbox   // what sessions read from instead; nil: the database itself
	Log        io.Writer                       // nil: nowhere

	Listen func(net.Listener) net.Listener // what sockets come through instead; nil: the listener itself
}

// Server is a running server.
type Server struct {
	t      testing.TB
	Config Config // with what Start has filled in
	URL    string // http://127.0.0.1:port
	DB     *sqlite.DB
	Server *server.Server

	// Figures takes them when a test says so.
	Figures *figures.Recorder

	stop  context.CancelFunc
	ended chan error
}

// Start runs a server in development mode, unless change says otherwise, until the test ends.
func Start(t testing.TB, change func(*Config)) *Server {
	t.Helper()
	c := Config{
		Addr: "127.0.0.1:0", Ledger: ledger.DefaultConfig(), Server: server.DefaultConfig(), Log: io.Discard,
	}
	c.Server.Session.Dev = true
	c.Ledger.OpenOrders = 0 // tests place as many as they like
	c.Server.Clock = time.Now
	if change != nil {
		change(&c)
	}
	if c.Path == "" {
		c.Path = filepath.Join(t.TempDir(), "callout.db")
	}
	s := &Server{t: t, Config: c}
	s.start()
	t.Cleanup(func() {
		if s.stop != nil {
			s.Stop()
		}
	})
	return s
}

// In is the same server as seen from a subtest, which fails when something about it does.
func (s *Server) In(t testing.TB) *Server {
	seen := *s
	seen.t = t
	return &seen
}

// Stop stops the server as SIGTERM does, and closes its database.
func (s *Server) Stop() {
	s.t.Helper()
	s.stop()
	s.stop = nil
	if err := errors.Join(<-s.ended, s.DB.Close()); err != nil {
		s.t.Errorf("the server ended with: %v", err)
	}
}

// Again starts a stopped server anew, on the same database and address.
func (s *Server) Again() {
	s.t.Helper()
	s.start()
}

func (s *Server) start() {
	s.t.Helper()
	c := s.Config
	db, err := sqlite.Open(context.Background(), c.Path, sqlite.Options{
		Clock: c.Server.Clock, MaxDevices: c.MaxDevices, Forgot: func(n int) { s.Server.Forgot(n) },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		s.t.Fatal(errors.Join(err, db.Close()))
	}
	s.Config.Addr = listener.Addr().String()
	s.URL, s.DB = "http://"+s.Config.Addr, db

	var wakes bus.Local
	c.Server.Registry = prometheus.NewRegistry()
	c.Server.Log = slog.New(slog.NewTextHandler(c.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.Ledger.Keeper = db
	c.Ledger.Log = c.Server.Log
	c.Ledger.Metrics = ledger.NewMetrics(c.Server.Registry)
	c.Ledger.Announce = wakes.Announce
	c.Ledger.Missed = func() { s.Server.Missed() }
	var commits store.Ledger = db
	if c.Wrap != nil {
		commits = c.Wrap(db)
	}
	var inbox store.Inbox = db
	if c.Inbox != nil {
		inbox = c.Inbox(db)
	}
	l := ledger.New(commits, c.Ledger)
	s.Server = server.New(c.Server, l, struct {
		store.Inbox
		store.DismissalReader
		store.ReceiptReader
	}{inbox, db, db}, &wakes)
	s.Figures = figures.New(figures.Sources{
		Metrics: c.Server.Registry, CountOpen: db.CountOpen, Clock: c.Server.Clock, Timeout: c.Server.ReadTimeout, Log: c.Server.Log,
	})
	s.Server.Mount("/v1/", api.New(api.Config{
		Identify: s.Server.Identify, EachSession: s.Server.EachSession, Figures: s.Figures, Dev: c.Server.Session.Dev, Timeout: c.Server.ReadTimeout, Version: "test", Rate: float64(c.Server.Session.Rate), Burst: c.Server.Session.Burst, Clock: c.Server.Clock, Log: c.Server.Log,
	}, l, db))
	if c.Listen != nil {
		listener = c.Listen(listener)
	}
	if os.Getenv("CALLOUT_TEST_STREAMS") != "" {
		listener = notPolled{listener}
	}
	s.run(l, listener)
}

// notPolled is a listener whose connections have goroutines of their own, as they have where there is no epoll.
type notPolled struct{ net.Listener }

// Addr implements [net.Listener].
func (l notPolled) Addr() net.Addr { return address(l.Listener.Addr().String()) }

type address string

// Network implements [net.Addr].
func (address) Network() string { return "test" }

func (a address) String() string { return string(a) }

// run serves until stop is called: the sessions leave first, then what they have handed in is committed.
func (s *Server) run(l *ledger.Ledger, listener net.Listener) {
	serving, stop := context.WithCancel(context.Background())
	committing, stopCommitting := context.WithCancel(context.Background())
	s.stop, s.ended = stop, make(chan error, 1)
	committed := make(chan error, 1)
	go func() { committed <- l.Run(committing) }()
	go func() {
		err := s.Server.Serve(serving, listener)
		stopCommitting()
		s.ended <- errors.Join(err, <-committed)
	}()
}
