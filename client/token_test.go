package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// aging opens a socket whose tokens are "t-1", "t-2", … on a connection whose token is good for a while.
func aging(t *testing.T, s *script, life time.Duration, token func(context.Context) (string, error)) (*client.Socket, *scene) {
	config := s.config()
	config.Token = token
	socket := newSocket(t, config)
	opened := make(chan error, 1)
	go func() { opened <- socket.Open(context.Background()) }()
	c := s.next()
	if h := c.hello(); h.Token != "t-1" {
		t.Errorf("the hello has the token %q", h.Token)
	}
	now := time.Now().Add(-time.Hour) // by the server's clock
	c.send(wire.Welcome{UserID: "c-1", Role: callout.Client, PingSeconds: 3600, Now: now, ExpiresAt: now.Add(life)})
	if err := within(t, opened, "Open"); err != nil {
		t.Fatal(err)
	}
	return socket, c
}

// numbered gives another token each time.
func numbered() func(context.Context) (string, error) {
	n := 0
	return func(context.Context) (string, error) { n++; return fmt.Sprintf("t-%d", n), nil }
}

func (c *scene) token() string {
	c.t.Helper()
	frame := <-c.frames // however long that takes, in fake time
	token, ok := frame.(wire.Token)
	if !ok {
		c.t.Fatalf("the next frame is no token but %#v", frame)
	}
	return token.Token
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		_, c := aging(t, s, 30*time.Minute, numbered())
		for n, want := range []time.Duration{29 * time.Minute, 54 * time.Second} {
			since := time.Now()
			if got := c.token(); got != fmt.Sprintf("t-%d", n+2) {
				t.Errorf("token %d is %q", n+2, got)
			}
			if took := time.Since(since).Round(time.Second); took != want {
				t.Errorf("it comes after %v, not %v", took, want)
			}
			c.send(wire.TokenTaken{ExpiresAt: time.Now().Add(-time.Hour + time.Minute)})
		}
	})
}

func TestATokenThatIsNotThereYetIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		s := newScript(t, true)
		_, c := aging(t, s, time.Minute, func(context.Context) (string, error) {
			asked++
			switch asked {
			case 2:
				return "t-1", nil
			case 3:
				return "", errors.New("no")
			}
			return fmt.Sprintf("t-%d", asked), nil
		})
		since := time.Now()
		if got := c.token(); got != "t-4" {
			t.Errorf("the token is %q", got)
		}
		if took := time.Since(since).Round(time.Second); took != 54*time.Second+2*5*time.Second {
			t.Errorf("it comes after %v", took)
		}
	})
}

func TestASocketOutlivesItsTokens(t *testing.T) {
	t.Parallel() // it waits
	tokens := server.TokenConfig{Secret: make([]byte, server.MinSecret), RoleClaim: "role"}
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Server.Session.Dev = false
		var err error
		if c.Server.Tokens, err = server.NewTokens(context.Background(), tokens, time.Now); err != nil {
			t.Fatal(err)
		}
	})
	minted := 0
	lost := make(chan error, 1)
	config := client.Config{URL: s.URL, OnConnection: func(connected bool, err error) {
		if !connected {
			lost <- err
		}
	}}
	config.Token = func(context.Context) (string, error) {
		minted++
		me := session.Identity{UserID: "c-1", Role: callout.Client, Expires: time.Now().Add(time.Duration(1+minted) * time.Second)}
		return server.Mint(tokens.Secret, me, tokens)
	}
	socket := open(t, config)
	timer := time.After(5 * time.Second)
	select {
	case <-timer:
	case err := <-lost:
		t.Fatalf("the connection is lost: %v", err)
	}
	send(t, socket, place("s-9"))
	if minted < 3 {
		t.Errorf("%d tokens were made", minted)
	}
}
