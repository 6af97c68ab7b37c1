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

// A server that cannot have the keys at the moment does not answer.
func TestATokenThatIsNotTakenIsAskedForAndSaidOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		_, c := aging(t, s, 30*time.Minute, numbered())
		if got := c.token(); got != "t-2" {
			t.Errorf("the token is %q", got)
		}
		for _, want := range []string{"t-3", "t-4"} {
			since := time.Now()
			if got := c.token(); got != want {
				t.Errorf("the token is %q, not %q", got, want)
			}
			if took := time.Since(since).Round(time.Second); took != 5*time.Second {
				t.Errorf("it comes after %v", took)
			}
		}
		c.send(wire.TokenTaken{ExpiresAt: time.Now().Add(-time.Hour + 10*time.Minute)})
		since := time.Now()
		if got := c.token(); got != "t-5" {
			t.Errorf("the token is %q", got)
		}
		if took := time.Since(since).Round(time.Second); took != 9*time.Minute {
			t.Errorf("it comes after %v", took)
		}
	})
}

// The server's word that the old token has expired may cross the new one, or come while that has no answer.
func TestATokenThatWasSaidInVainIsStillGood(t *testing.T) {
	for name, taken := range map[string]bool{"no token was taken": false, "the one before was taken": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, last := 0, 2
				if taken {
					last = 3
				}
				s := newScript(t, true)
				_, c := aging(t, s, 30*time.Minute, func(context.Context) (string, error) {
					asked++
					return fmt.Sprintf("t-%d", min(asked, last)), nil
				})
				c.token()
				if taken {
					c.send(wire.TokenTaken{ExpiresAt: time.Now().Add(-time.Hour + time.Minute)})
					c.token()
				}
				c.close(wire.Goodbye{Code: wire.TokenExpired, Reason: "the token has expired"})
				c = s.next()
				if h := c.hello(); h.Token != fmt.Sprintf("t-%d", last) {
					t.Errorf("the hello has the token %q", h.Token)
				}
				c.welcome(0, 0)
			})
		})
	}
}

// What the server went by when it said that the token has expired is of no more use, however that token came to it.
func TestATokenThatHasExpiredIsNotSaidAgain(t *testing.T) {
	for name, taken := range map[string]bool{"in a hello": false, "said later": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				s := newScript(t, true)
				socket, c := aging(t, s, 30*time.Minute, func(context.Context) (string, error) {
					asked++
					if taken {
						return fmt.Sprintf("t-%d", min(asked, 2)), nil
					}
					return "t-1", nil
				})
				if taken {
					c.token()
					c.send(wire.TokenTaken{ExpiresAt: time.Now().Add(-time.Hour + 30*time.Minute)})
				}
				c.close(wire.Goodbye{Code: wire.TokenExpired, Reason: "the token has expired"})
				for range socket.OrderStatuses(t.Context()) {
					t.Error("an event")
				}
				var closed *client.CloseError
				if err := socket.Err(); !errors.As(err, &closed) || closed.Code != client.CodeTokenExpired {
					t.Errorf("it ends with %v", err)
				}
			})
		})
	}
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
