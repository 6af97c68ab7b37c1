// Package server puts sockets and HTTP in front of sessions: it listens, upgrades, drives each connection's session,
// carries out what sessions ask for, and drains.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Config is how a server behaves.
type Config struct {
	Session session.Config
	Tokens  *Tokens     // who may come in; nil: nobody but in development mode
	Origins []string    // origins beside the server's own host that browsers may come from; "*" is any
	TLS     *tls.Config // nil: plain

	// LocalOnly takes sockets only under a loopback name. It is for development mode, where an Origin says nothing: a page
	// of another site could have its own name point here.
	LocalOnly bool
	Limits    Limits

	DismissEvery time.Duration // how often it is looked at whose sessions are to end
	AskTimeout   time.Duration // how long a peer may take to send a request
	WriteTimeout time.Duration // how long a peer may take to take what is sent
	Linger       time.Duration // how long to read on after the close frame
	ReadTimeout  time.Duration // how long the database may take to answer a read
	DrainPace    time.Duration // over how long the sessions are told to come back elsewhere
	DrainTime    time.Duration // how long they may take to leave

	Clock    func() time.Time
	Registry *prometheus.Registry // what /metrics shows
	Log      *slog.Logger
}

// DefaultConfig is how a server behaves unless told otherwise. Tokens, Clock, Registry and Log are the caller's to set.
func DefaultConfig() Config {
	return Config{
		Session: session.DefaultConfig(),
		Limits:  Limits{Connections: 100_000, Frame: wire.MaxFrame},

		AskTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, Linger: 5 * time.Second, ReadTimeout: 5 * time.Second,
		DrainPace: time.Second, DrainTime: 15 * time.Second, DismissEvery: time.Second,
	}
}

// Server serves sessions over sockets.
type Server struct {
	config  Config
	ledger  *ledger.Ledger
	db      Database
	bus     *bus.Local
	hub     hub
	door    *door
	metrics *metrics
	mounted []mounted

	workers *workers
	wheel   *wheel
	poller  *poller   // nil: every connection has goroutines
	reads   tasks     // of the database
	checks  tasks     // of tokens: as many at once as come, so that one whose key is far away keeps no other waiting
	spare   sync.Pool // of a *worker each, for connections that have goroutines
}

// readsAtOnce is how many reads of the database sessions may have under way, all told; more wait. It is about what the
// databases' pools of connections hold.
const readsAtOnce = 16

// Database is what a server reads.
type Database interface {
	store.Inbox
	store.DismissalReader
	store.ReceiptReader
}

// New makes a server in front of a ledger and the database that it writes. What the ledger commits it announces on the
// bus; what it may have missed to announce it says to [Server.Missed].
func New(config Config, l *ledger.Ledger, db Database, b *bus.Local) *Server {
	s := &Server{
		config: config, ledger: l, db: db, bus: b, hub: newHub(), door: newDoor(config.Limits, config.Clock),
		workers: newWorkers(), wheel: newWheel(), spare: sync.Pool{New: func() any { return newWorker() }},
	}
	s.metrics = newMetrics(config.Registry, &s.hub)
	return s
}

// Forgot counts devices that were forgotten because their users had too many. It does not block.
func (s *Server) Forgot(devices int) {
	s.metrics.limits.WithLabelValues("devices").Add(float64(devices))
}

// EachSession tells of the devices that have a session: of one user, or of all when userID is empty, in order.
func (s *Server) EachSession(userID string, tell func(userID, device string)) {
	for _, d := range s.hub.list(userID) {
		tell(d.userID, d.device)
	}
}

// Missed has the server look into the database for what its sessions may not have been woken for. It does not block.
func (s *Server) Missed() {
	s.hub.compareNow()
	s.bus.Missed()
}

// Serve serves on the listener until ctx ends, or the listener does, then tells every session to come back elsewhere and
// waits for them, at most Config.DrainTime. It closes the listener.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	web := &http.Server{
		Handler:        s.Handler(),
		ReadTimeout:    s.config.AskTimeout, // this one is of requests; an upgraded connection has its own deadlines
		WriteTimeout:   s.config.WriteTimeout,
		IdleTimeout:    time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       slog.NewLogLogger(s.config.Log.Handler(), slog.LevelDebug),
		TLSConfig:      s.config.TLS,
		// A WebSocket is upgraded from HTTP/1.1, so nothing newer is offered.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	dismissed, err := s.lastDismissal(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if s.config.TLS == nil && listener.Addr().Network() == "tcp" { // the others cannot be watched
		if s.poller, err = newPoller(); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	watching, cancel := context.WithCancel(ctx)
	lasting, end := context.WithCancel(context.WithoutCancel(ctx)) // until the sessions have left
	defer end()
	limited := func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(lasting, s.config.ReadTimeout)
	}
	s.reads.limit, s.reads.begin, s.checks.begin = readsAtOnce, limited, limited
	var beside sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		beside.Go(s.workers.run)
	}
	if s.poller != nil {
		beside.Go(s.poller.run)
	}
	beside.Go(func() { s.wheel.run(lasting) })
	beside.Go(func() { s.compare(watching) })
	beside.Go(func() { s.dismiss(watching, dismissed) })
	served := make(chan error, 1)
	beside.Go(func() {
		if s.config.TLS != nil {
			served <- web.ServeTLS(listener, "", "")
		} else {
			served <- web.Serve(listener)
		}
	})

	select {
	case <-ctx.Done():
	case err = <-served: // the listener is of no use any more
	}
	stop, stopped := context.WithTimeout(context.WithoutCancel(ctx), s.config.DrainTime)
	defer stopped()
	s.drain(stop)
	_ = web.Shutdown(stop)
	_ = web.Close() // of requests that stop has cut short
	cancel()
	end()
	s.reads.wait()
	s.checks.wait()
	s.workers.stop()
	if s.poller != nil {
		s.poller.stop()
	}
	beside.Wait()
	if err != nil {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}
