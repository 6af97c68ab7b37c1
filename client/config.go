package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/calloutd/callout"
)

// Config says who connects, where to, and how. URL is required, and either Token or both UserID and Role.
type Config struct {
	// URL is where the server is. http://host and https://host, with or without a path before it, get the path of the
	// protocol; ws:// and wss:// get it only if they have none of their own.
	URL string

	// UserID is whom the program acts for. With a Token it may be empty; if it is not, the server has to agree.
	UserID string
	// Role is what that user is. With a Token it is the token's to say.
	Role callout.Role
	// Token gives the token for a connection. It is asked again for each one, and in time before the token of a connection
	// expires, so that there is always one that is good. Nil is for servers in development mode, which take UserID and Role
	// as they are said.
	Token func(context.Context) (string, error)

	// Device names this installation of the program, and is the same whenever it runs: two sockets of one device replace
	// each other. Empty: the name kept in Cursor, or a new one.
	Device string
	// Cursor keeps what the program has finished. Nil: in memory; then a program that starts again goes on where the
	// server knows its Device to be, or from now on if it has no Device of its own.
	Cursor CursorStore
	// Window is how many events the server may send ahead of what the program has finished. 0: 64.
	Window int
	// WhenDone has the server end the socket once all orders of the user have ended and the program has finished the last
	// event.
	WhenDone bool

	// RetryMin and RetryMax bound the wait between two attempts to connect, which grows and is jittered. 0: 250 ms, 30 s.
	RetryMin, RetryMax time.Duration

	// OnConnection is told when the connection is there (true, nil), and when it is lost and why. It must not block, nor
	// call the socket's Open or Close.
	OnConnection func(connected bool, err error)

	// OnReceipt is told when somebody has acknowledged an event that the user of this socket has sent, and what came of
	// [Socket.AskReceipt]. It must not block. Nil: nobody wants to know.
	OnReceipt func(Receipt)

	// OnWatch is told of every event that happens to anybody's order, as a hint to read again; missed says that there were more. It is
	// for operators, and must not block. Nil: nobody wants to know.
	OnWatch func(happened []Happened, missed bool)

	// Logger is told of connections that are lost (Warn) and that are back (Info). Nil: nobody is.
	Logger *slog.Logger
	// HTTPClient dials. Nil: http.DefaultClient.
	HTTPClient *http.Client
}

// informer tells OnConnection what becomes of the connection of one life.
func (c *Config) informer() func(change) {
	was := false
	return func(now change) {
		if was || now.connected {
			c.OnConnection(now.connected, now.err)
		}
		was = now.connected
	}
}

// newPause gives the waits between attempts.
func (c *Config) newPause() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: c.RetryMin, MaxInterval: c.RetryMax, Multiplier: 2, RandomizationFactor: 0.5,
	}
}

const (
	nativePath  = "/v1/socket"
	classicPath = "/order"
)

// complete fills in what is left out and says what is wrong.
func (c Config) complete() (Config, error) {
	c.Window = cmp.Or(c.Window, 64)
	c.RetryMin = cmp.Or(c.RetryMin, 250*time.Millisecond)
	c.RetryMax = max(cmp.Or(c.RetryMax, 30*time.Second), c.RetryMin)
	if c.Cursor == nil {
		c.Cursor = new(MemoryCursor)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.OnConnection == nil {
		c.OnConnection = func(bool, error) {}
	}
	return c, c.check()
}

func (c *Config) check() error {
	if c.Window < 0 || c.RetryMin < 0 {
		return errors.New("client: Window or RetryMin is negative")
	}
	if c.Device != "" {
		if err := callout.CheckID("Device", c.Device); err != nil {
			return fmt.Errorf("client: %w", err)
		}
	}
	if c.UserID != "" || c.Token == nil {
		if err := callout.CheckUserID("UserID", c.UserID); err != nil {
			return fmt.Errorf("client: %w", err)
		}
	}
	if c.Token == nil && !c.Role.IsUser() {
		return fmt.Errorf("client: without a Token, Role has to be said; %q is none", c.Role)
	}
	return nil
}

// endpoint is the WebSocket address of a path at base.
func endpoint(base, path string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("client: URL: %w", err)
	}
	switch u.Scheme {
	case "http", "https":
		u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
		if !strings.HasSuffix(u.Path, path) {
			u = u.JoinPath(path)
		}
	case "ws", "wss":
		if u.Path == "" || u.Path == "/" {
			u.Path = path
		}
	default:
		return nil, fmt.Errorf("client: URL %q starts with none of http, https, ws and wss", base)
	}
	if u.Host == "" {
		return nil, fmt.Errorf("client: URL %q names no host", base)
	}
	return u, nil
}
