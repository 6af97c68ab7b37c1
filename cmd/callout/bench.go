package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/bench"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/load"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/session"
)

type benchCommand struct {
	// A database that CALLOUT_DB names is to be served, not loaded.
	DB     string `help:"Where the orders are kept: the path of an SQLite file, or a postgres:// URL. Without it, in a new file that is removed at the end." placeholder:"DATABASE" env:"CALLOUT_BENCH_DB" predictor:"file"`
	Loaded bool   `help:"The database may hold orders already, which a server of this bench then serves, too." env:"CALLOUT_BENCH_LOADED"`

	URL        string `help:"Load a server that runs already, in development mode or with --secret-file. With --db, too, what it holds is checked." env:"CALLOUT_BENCH_URL"`
	SecretFile string `help:"File with the secret of that server's tokens." placeholder:"FILE" env:"CALLOUT_BENCH_SECRET_FILE" predictor:"file"`

	Ledger bool          `help:"Pairs play against the ledger and its database alone, in this process: no server, no sockets." env:"CALLOUT_BENCH_LEDGER"`
	Pairs  *int          `help:"Pairs of a client and a serviceman who play orders: 64, or 500 with --ledger, unless it says more or less." placeholder:"N" env:"CALLOUT_BENCH_PAIRS"`
	Rate   float64       `default:"0" help:"Transitions a second that are due, whether the server keeps up or not; 0 is as many as it takes." env:"CALLOUT_BENCH_RATE"`
	For    time.Duration `default:"10s" help:"How long is measured." env:"CALLOUT_BENCH_FOR"`
	WarmUp time.Duration `default:"2s" help:"How long is played before that." env:"CALLOUT_BENCH_WARM_UP"`

	Idle  *int          `help:"Instead of pairs, sessions that do nothing: what they cost." placeholder:"N" env:"CALLOUT_BENCH_IDLE"`
	Rest  time.Duration `default:"60s" help:"How long to look at what idle sessions cost; at least two pings, of 25 seconds, tell it." env:"CALLOUT_BENCH_REST"`
	Storm *int          `help:"Instead of pairs, sessions that all drop at once and come back." placeholder:"N" env:"CALLOUT_BENCH_STORM"`

	Resume *int `help:"Instead of pairs, devices that come back to so many events that they have not read, one after the other." placeholder:"N" env:"CALLOUT_BENCH_RESUME"`

	Fill *int `help:"Instead of measuring, bring the database to so many events: whole orders, a thousand events or more of each of 64 to 5000 pairs of new users, by the ledger in this process." placeholder:"N" env:"CALLOUT_BENCH_FILL"`

	JSON          bool   `help:"Report as one JSON object." env:"CALLOUT_BENCH_JSON"`
	CPUProfile    string `help:"Write a CPU profile of the server, or the ledger alone, of the measured time." placeholder:"FILE" env:"CALLOUT_BENCH_CPU_PROFILE" predictor:"file"`
	MemoryProfile string `help:"Write a memory profile of the server, or the ledger alone, at the end of the measured time." placeholder:"FILE" env:"CALLOUT_BENCH_MEMORY_PROFILE" predictor:"file"`

	Group      int `hidden:"" env:"-" help:"Commands in one transaction, at most; 0 is as many as serve takes."`
	Committers int `hidden:"" env:"-" help:"Transactions under way at once; 0 is as many as serve has."`
}

// Run loads a server and reports.
func (c *benchCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	o := bench.Options{
		Database: c.DB, Loaded: c.Loaded, URL: socketURL(c.URL), Ledger: c.Ledger, Pairs: 64, Rate: c.Rate, For: c.For, WarmUp: c.WarmUp,
		Rest: c.Rest, CPUProfile: c.CPUProfile, MemoryProfile: c.MemoryProfile, JSON: c.JSON,
		Server: c.server, Node: c.node, Out: os.Stdout, Log: os.Stderr,
	}
	if c.Ledger {
		o.Pairs = 500
	}
	for _, n := range []struct{ given, field *int }{{c.Pairs, &o.Pairs}, {c.Idle, &o.Idle}, {c.Storm, &o.Storm}, {c.Fill, &o.Fill}, {c.Resume, &o.Resume}} {
		if n.given != nil {
			*n.field = *n.given
		}
	}
	if c.SecretFile != "" {
		secret, err := readSecret(c.SecretFile)
		if err != nil {
			return err
		}
		o.Token = func(who load.Party) (string, error) {
			return mint(secret, who.UserID, who.Role, c.WarmUp+c.For+c.Rest+time.Hour)
		}
	}
	return bench.Run(ctx, o)
}

// server is how this program is the server of a bench.
func (c *benchCommand) server(database string) []string {
	return []string{"bench-server", "--db=" + database, "--group=" + strconv.Itoa(c.Group), "--committers=" + strconv.Itoa(c.Committers)}
}

// node is what that server is made of.
func (c *benchCommand) node(database string) (node.Config, error) {
	server := benchServerCommand{DB: database, Group: c.Group, Committers: c.Committers}
	return server.config()
}

func (c *benchCommand) check() error {
	modes := 0
	for _, n := range []struct {
		name  string
		given *int
		most  int
	}{{"--pairs", c.Pairs, 100_000}, {"--idle", c.Idle, 1_000_000}, {"--storm", c.Storm, 1_000_000}, {"--resume", c.Resume, 1_000_000}, {"--fill", c.Fill, 1_000_000_000}} {
		if n.given == nil {
			continue
		}
		modes++
		if *n.given < 1 || *n.given > n.most {
			return fmt.Errorf("%s is %d; it is 1 to %d", n.name, *n.given, n.most)
		}
	}
	switch {
	case modes > 1:
		return errors.New("--pairs, --idle, --storm, --resume and --fill do not go together: each is a run of its own")
	case !(c.Rate >= 0 && c.Rate <= 1e6): // or it is no number
		return errors.New("--rate is 0 to 1000000 transitions a second")
	case c.Rate > 0 && c.others():
		return errors.New("--rate is of pairs, and goes neither with --idle, --storm or --resume nor with --fill")
	case c.Ledger && (c.others() || c.URL != ""):
		return errors.New("--ledger is of pairs and of no server, and goes neither with --idle, --storm, --resume or --fill nor with --url")
	case c.Resume != nil && c.URL != "":
		return errors.New("--resume has its events committed before the server starts, and does not go with --url")
	case c.Fill != nil && (c.DB == "" || c.URL != ""):
		return errors.New("--fill is of a database that --db names, and of no server at --url")
	case c.Loaded && c.DB == "":
		return errors.New("--loaded is of a database that --db names")
	case c.For < 100*time.Millisecond || c.Rest < 100*time.Millisecond:
		return errors.New("--for and --rest are at least 100ms")
	case c.URL == "" && c.SecretFile != "":
		return errors.New("--secret-file goes with --url: a server that is started here takes anybody")
	case c.URL != "" && (c.CPUProfile != "" || c.MemoryProfile != ""):
		return errors.New("--cpu-profile and --memory-profile are of a server that is started here, not of one at --url")
	}
	return checkSocketURL(c.URL)
}

// others reports whether something else is to be done than to have pairs play.
func (c *benchCommand) others() bool {
	return c.Idle != nil || c.Storm != nil || c.Resume != nil || c.Fill != nil
}

// checkSocketURL says what is wrong with the URL of a server; nothing is none.
func checkSocketURL(text string) error {
	u, err := url.Parse(socketURL(text))
	if text != "" && (err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Host == "") {
		return fmt.Errorf("--url is %q; it is like ws://127.0.0.1:8080, or wss:// with TLS", text)
	}
	return nil
}

// socketURL is where the socket of a server is, of which perhaps only the host was said.
func socketURL(text string) string {
	u, err := url.Parse(text)
	if text == "" || err != nil {
		return text
	}
	switch u.Scheme {
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/socket"
	}
	return u.String()
}

// mint makes a token for a party.
func mint(secret []byte, userID string, role callout.Role, good time.Duration) (string, error) {
	return server.Mint(secret, session.Identity{UserID: userID, Role: role, Expires: time.Now().Add(good)}, server.TokenConfig{RoleClaim: "role"})
}
