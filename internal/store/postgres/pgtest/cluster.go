// Package pgtest runs throw-away PostgreSQL servers for tests. It uses the server's programs that are installed, runs
// them as an unprivileged user when it is root itself, and ends only processes that it has started.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say how a cluster differs from the server's own defaults.
type Options struct {
	Settings map[string]string // of postgresql.conf, such as "fsync": "off"
}

// Cluster is one PostgreSQL server with its data in a directory of its own. It listens on 127.0.0.1 and on a socket in
// that directory; its superuser is "callout", without a password. Its methods are not safe for concurrent use.
type Cluster struct {
	bin      string // the directory of the server's programs
	dir      string
	port     int
	settings map[string]string
	owner    *owner   // who runs the server; nil: whoever runs this
	server   *process // nil while the server is stopped
}

// Mode is how a server is stopped.
type Mode syscall.Signal

const (
	// Fast ends all sessions and writes everything to disk.
	Fast = Mode(syscall.SIGINT)
	// Immediate is a crash: nothing more is written, and the next start recovers from the log.
	Immediate = Mode(syscall.SIGQUIT)
)

// Start makes a cluster and starts its server. Whoever starts it has to Close it.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := findPrograms()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, settings: o.Settings}
	if c.owner, err = unprivileged(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp(shortTempDir(), "callout-pg-"); err != nil {
		return nil, fmt.Errorf("make a directory for PostgreSQL: %w", err)
	}
	if err := errors.Join(c.own(c.dir), c.initdb(ctx)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err := c.startOnFreePort(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// URL is where the server's database of that name is, over TCP.
func (c *Cluster) URL(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User(superuser), Host: "127.0.0.1:" + strconv.Itoa(c.port),
		Path: database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// CreateDatabase makes an empty database and gives its URL.
func (c *Cluster) CreateDatabase(ctx context.Context) (string, error) {
	return CreateDatabase(ctx, c.URL("postgres"))
}

// Stop ends the server and waits until it has ended. Its data stay.
func (c *Cluster) Stop(ctx context.Context, m Mode) error {
	if c.server == nil {
		return nil
	}
	if err := c.server.end(ctx, syscall.Signal(m)); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	c.server = nil
	return nil
}

// StartAgain starts a server that has been stopped, at the same place.
func (c *Cluster) StartAgain(ctx context.Context) error {
	if c.server != nil {
		return errors.New("start PostgreSQL: it is running")
	}
	return c.start(ctx)
}

// Close ends the server, if it runs, and removes everything.
func (c *Cluster) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(c.Stop(ctx, Immediate), os.RemoveAll(c.dir))
}

const superuser = "callout"

// A socket's path has at most about 100 bytes, which the temporary directories of some systems use up by themselves.
func shortTempDir() string {
	if info, err := os.Stat("/tmp"); err == nil && info.IsDir() {
		return "/tmp"
	}
	return os.TempDir()
}

func (c *Cluster) initdb(ctx context.Context) error {
	cmd := c.command(ctx, "initdb", "--pgdata", c.dataDir(), "--username", superuser, "--auth", "trust",
		"--encoding", "UTF8", "--no-locale", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make a PostgreSQL cluster: %w: %s", err, out)
	}
	return nil
}

// startOnFreePort tries some ports: between finding one free and listening on it, somebody else may take it.
func (c *Cluster) startOnFreePort(ctx context.Context) error {
	var err error
	for range 5 {
		if c.port, err = freePort(); err != nil {
			return err
		}
		if err = c.start(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (c *Cluster) start(ctx context.Context) error {
	args := []string{
		"-D", c.dataDir(), "-k", c.dir, "-p", strconv.Itoa(c.port), "-c", "listen_addresses=127.0.0.1",
	}
	for name, value := range c.settings {
		args = append(args, "-c", name+"="+value)
	}
	log, err := os.OpenFile(c.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer log.Close()
	cmd := c.command(context.WithoutCancel(ctx), "postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	server, err := run(cmd)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.untilReady(ctx, server); err != nil {
		return fmt.Errorf("start PostgreSQL: %w; its log ends with:\n%s", err, c.logTail())
	}
	c.server = server
	return nil
}

// untilReady waits until the server takes connections. A server that does not is ended.
func (c *Cluster) untilReady(ctx context.Context, server *process) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if c.ready(ctx) {
			return nil
		}
		select {
		case <-server.ended:
			return fmt.Errorf("it ended: %w", errors.Join(server.err, errors.New("no connection was made")))
		case <-ctx.Done():
			return errors.Join(ctx.Err(), server.end(context.WithoutCancel(ctx), syscall.SIGQUIT))
		case <-again.C:
		}
	}
}

func (c *Cluster) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func (c *Cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	cmd.Dir = "/" // the user who runs it may not enter ours
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = c.owner.attributes()
	return cmd
}

func (c *Cluster) own(path string) error {
	if c.owner == nil {
		return nil
	}
	if err := os.Chown(path, c.owner.uid, c.owner.gid); err != nil {
		return fmt.Errorf("give PostgreSQL its directory: %w", err)
	}
	return nil
}

func (c *Cluster) dataDir() string { return filepath.Join(c.dir, "data") }
func (c *Cluster) logFile() string { return filepath.Join(c.dir, "log") }

func (c *Cluster) logTail() string {
	const enough = 2000
	log, err := os.ReadFile(c.logFile())
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-enough):])
}
