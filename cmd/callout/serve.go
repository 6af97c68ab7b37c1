package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
)

type serveCommand struct {
	databaseFlags
	tokenFlags
	Addr        string   `default:"127.0.0.1:8080" help:"Address to listen on."`
	Wait        bool     `help:"Stand by while another process serves the database, and take over when it ends."`
	AllowUnsafe bool     `help:"Serve on a PostgreSQL that does not keep what it has confirmed (fsync or full_page_writes off)."`
	Dev         bool     `help:"Development mode: anybody may be anybody, without a token. On loopback addresses only."`
	DevAnywhere bool     `help:"Allow development mode on an address that others reach."`
	Origin      []string `help:"Origin of pages that may connect, beside those of this host. '*' is any." placeholder:"URL"`
	TLSCert     string   `help:"Certificate chain (PEM), for TLS that ends here." placeholder:"FILE" predictor:"file"`
	TLSKey      string   `help:"Its key (PEM)." placeholder:"FILE" predictor:"file"`

	OfferTime      time.Duration `default:"10m" help:"How long an order is on offer, unless it says otherwise."`
	ChangeTime     time.Duration `default:"10m" help:"How long a change waits for the client's answer."`
	CompletionTime time.Duration `default:"24h" help:"How long a verified payment waits for the client's word."`

	BackendPrices bool `help:"Prices are set by the backend alone: what clients place has none, and servicemen ask for changes without saying how it would be."`

	Ping      time.Duration `default:"25s" help:"How often sessions are pinged; one that is silent for two pings is over."`
	Window    int           `default:"64" help:"Events that may be on their way to a session unacknowledged."`
	Queue     int           `default:"8192" help:"Commands that may wait for a committer; one more is refused as overloaded."`
	DrainTime time.Duration `default:"15s" help:"How long sessions may take to leave when the server stops."`

	limitFlags

	LogLevel  slog.Level `default:"info" help:"debug, info, warn or error."`
	LogFormat string     `default:"text" enum:"text,json" help:"text or json."`
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context) error {
	log := c.logger()
	config, err := c.config(log)
	if err != nil {
		return err
	}
	n, listener, err := c.open(ctx, config)
	if c.Wait && errors.Is(err, context.Canceled) {
		log.Info("stopped before it served")
		return nil
	}
	if err != nil {
		return err
	}
	c.greet(log, listener.Addr().String())
	err = n.Run(ctx, listener)
	log.Info("stopped")
	return err
}

// open takes the address and the database, in the order in which a refusal leaves nothing behind. One who stands by takes
// the database first: the process that it waits for may have the address as well.
func (c *serveCommand) open(ctx context.Context, config node.Config) (*node.Node, net.Listener, error) {
	if c.Wait {
		n, err := node.Open(ctx, config)
		if err != nil {
			return nil, nil, err
		}
		listener, err := c.listen(ctx)
		if err != nil {
			return nil, nil, errors.Join(err, n.Close())
		}
		return n, listener, nil
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return nil, nil, err
	}
	n, err := node.Open(ctx, config)
	if err != nil {
		return nil, nil, errors.Join(err, listener.Close())
	}
	return n, listener, nil
}

func (c *serveCommand) listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	return listener, nil
}

func (c *serveCommand) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

func (c *serveCommand) config(log *slog.Logger) (node.Config, error) {
	if err := c.check(); err != nil {
		return node.Config{}, err
	}
	allowed, err := origins(c.Origin)
	if err != nil {
		return node.Config{}, err
	}
	config := node.Config{
		Version:  version(),
		Database: node.Database{Name: c.DB, Wait: c.Wait, AllowUnsafe: c.AllowUnsafe},
		Ledger:   ledger.DefaultConfig(), Server: server.DefaultConfig(),
	}
	config.Ledger.Rules.Offer, config.Ledger.Rules.Change, config.Ledger.Rules.Completion = c.OfferTime, c.ChangeTime, c.CompletionTime
	config.Ledger.Rules.BackendPrices = c.BackendPrices
	config.Ledger.Queue = c.Queue
	c.limitFlags.apply(&config)
	s := &config.Server
	s.Session.Dev, s.Session.PingEvery, s.Session.Window = c.Dev, c.Ping, c.Window
	s.DrainTime, s.LocalOnly = c.DrainTime, c.Dev && !c.DevAnywhere
	s.Origins, s.Clock, s.Log = allowed, time.Now, log
	s.Registry = newRegistry()
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return config, fmt.Errorf("read the TLS certificate: %w", err)
		}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if c.Secret != "" || c.SecretFile != "" { // whose faults are told before anything is opened
		if _, err := c.tokens(c.DB, log); err != nil {
			return config, err
		}
	}
	config.Tokens = func(ctx context.Context) (*server.Tokens, error) {
		tokens, err := c.tokens(c.DB, log)
		if err != nil {
			return nil, err
		}
		return server.NewTokens(ctx, tokens, time.Now)
	}
	return config, nil
}

func (c *serveCommand) check() error {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case c.OfferTime == 0 || c.ChangeTime == 0 || c.CompletionTime == 0:
		return errors.New("--offer-time, --change-time and --completion-time are more than nothing")
	case c.Ping < time.Second:
		return errors.New("--ping is at least a second")
	case c.DrainTime < time.Second:
		return errors.New("--drain-time is at least a second")
	case c.Window < 1 || c.Queue < 1:
		return errors.New("--window and --queue are at least 1")
	case c.Dev && !c.DevAnywhere && !loopback(c.Addr):
		return fmt.Errorf("development mode lets anybody be anybody, and others reach %s; --dev-anywhere if that is meant", c.Addr)
	}
	return errors.Join(c.tokenFlags.check(), c.limitFlags.check(c.Ping))
}

// loopback reports whether nobody outside this machine reaches the address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// greet says where the server is, the first thing that whoever started it wants to know.
func (c *serveCommand) greet(log *slog.Logger, addr string) {
	scheme, web := "ws", "http"
	if c.TLSCert != "" {
		scheme, web = "wss", "https"
	}
	log.Info("callout serves", "version", version(), "database", node.Redact(c.DB),
		"socket", scheme+"://"+addr+"/v1/socket", "classic", scheme+"://"+addr+"/order", "metrics", web+"://"+addr+"/metrics",
		"console", web+"://"+addr+"/console", "api", web+"://"+addr+"/docs")
	if c.Dev {
		log.Warn("DEVELOPMENT MODE: anybody who reaches this server may be anybody, without a token", "phones", web+"://"+addr+"/demo")
	}
}

func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}
