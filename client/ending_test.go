package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

func TestOpenSaysWhatIsFinal(t *testing.T) {
	for _, code := range []wire.CloseCode{wire.Unauthenticated, wire.Malformed, wire.Forbidden, wire.TokenExpired, wire.Replaced, 4199} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			s := newScript(t, false)
			socket := newSocket(t, s.config())
			opened := make(chan error, 1)
			go func() { opened <- socket.Open(context.Background()) }()
			c := s.next()
			c.hello()
			c.close(wire.Goodbye{Code: code, Reason: "because"})
			var closed *client.CloseError
			err := within(t, opened, "Open")
			if !errors.As(err, &closed) || closed.Code != int(code) || closed.Reason != "because" {
				t.Errorf("Open says %v", err)
			}
			if socket.Err() == nil {
				t.Error("Err says nothing")
			}
		})
	}
}

func TestOpenSaysThatTheHandshakeWasRefused(t *testing.T) {
	for status, code := range map[int]int{401: client.CodeUnauthenticated, 403: client.CodeForbidden} {
		s := newScript(t, false)
		s.late = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		var closed *client.CloseError
		if err := newSocket(t, s.config()).Open(soon(t)); !errors.As(err, &closed) || closed.Code != code {
			t.Errorf("HTTP %d: %v", status, err)
		}
	}
}

func TestOpenTriesUntilItsContextEnds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	socket := newSocket(t, clientConfig("http://"+address, "c-1"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := socket.Open(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with nobody there Open says %v", err)
	}
	servertest.Start(t, func(c *servertest.Config) { c.Addr = address })
	if err := socket.Open(soon(t)); err != nil {
		t.Errorf("with a server there Open says %v", err)
	}
}

func TestTheServersWordEndsTheSocket(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	waiting := sending(soon(t), socket, callout.Command{OrderID: "o", Status: callout.Started})
	c.command()
	c.close(wire.Goodbye{Code: wire.Forbidden, Reason: "banned"})
	for range socket.OrderStatuses(soon(t)) {
		t.Error("an event")
	}
	var closed *client.CloseError
	if err := socket.Err(); !errors.As(err, &closed) || closed.Code != client.CodeForbidden || closed.Reason != "banned" {
		t.Errorf("it ended with %v", err)
	}
	if got := within(t, waiting, "Send"); !errors.Is(got.err, client.ErrClosed) || !errors.As(got.err, &closed) {
		t.Errorf("Send says %v", got.err)
	}
}

func TestTheSocketOfAnotherUserIsNotTaken(t *testing.T) {
	s := newScript(t, false)
	config := s.config()
	config.Token = func(context.Context) (string, error) { return "t", nil }
	socket := newSocket(t, config)
	opened := make(chan error, 1)
	go func() { opened <- socket.Open(context.Background()) }()
	c := s.next()
	if h := c.hello(); h.Token != "t" || h.UserID != "" || h.Role != "" {
		t.Errorf("the hello is %+v", h)
	}
	c.send(wire.Welcome{UserID: "c-2", Role: callout.Client})
	if frame := within(t, c.frames, "the end of the connection"); frame != nil {
		t.Errorf("the client goes on: %+v", frame)
	}
	if err := within(t, opened, "Open"); err == nil {
		t.Error("the socket is open")
	}
}

func TestDoneIsDoneOnceNoCommandWaits(t *testing.T) {
	s := newScript(t, false)
	config := s.config()
	config.WhenDone = true
	socket, c := s.open(config, 0)
	done := sending(soon(t), socket, callout.Command{ID: "k", Status: callout.Placed, Receivers: []string{"s-9"}})
	c.command() // which crosses the server's word
	c.close(wire.Goodbye{Code: wire.Done})
	c = s.next()
	if h := c.hello(); !h.WhenDone {
		t.Error("the hello does not say whenDone")
	}
	c.welcome(0, 1)
	c.command()
	c.send(answer(1, "k"))
	if got := within(t, done, "Send"); got.err != nil {
		t.Error(got.err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range socket.OrderStatuses(soon(t)) {
		}
	}()
	c.ack()
	c.close(wire.Goodbye{Code: wire.Done})
	within(t, over, "the end of the loop")
	if err := socket.Err(); err != nil {
		t.Error(err)
	}
}

// The server ends a session once it has delivered an end in it and heard the acknowledgement. One whose connection
// breaks in between has acknowledged with its next hello, in a session in which no end will be delivered.
func TestDoneIsDoneAlsoIfTheConnectionBreaksBeforeTheServerSaysSo(t *testing.T) {
	s := newScript(t, false)
	config := s.config()
	config.WhenDone = true
	socket, c := s.open(config, 4)
	over := make(chan struct{})
	end := event(5)
	end.Status, end.Order = callout.Cancelled, []byte(`{"id":"o-5","version":2,"statusCode":1008,"clientId":"c-1"}`)
	c.send(end)
	go func() {
		defer close(over)
		for range socket.OrderStatuses(soon(t)) {
		}
	}()
	if seq := c.ack(); seq != 5 {
		t.Errorf("ack of %d", seq)
	}
	c.cut()
	c = s.next()
	c.hello()
	c.welcome(5, 5)
	within(t, over, "the end of the loop")
	if err := socket.Err(); err != nil {
		t.Error(err)
	}
}

func TestATokenThatHasExpiredIsReplaced(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	tokens := server.TokenConfig{Secret: secret, RoleClaim: "role"}
	var clock atomic.Int64
	clock.Store(time.Now().UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()) }
	s := servertest.Start(t, func(c *servertest.Config) {
		verifier, err := server.NewTokens(t.Context(), tokens, now)
		if err != nil {
			t.Fatal(err)
		}
		c.Server.Tokens, c.Server.Session.Dev, c.Server.Clock = verifier, false, now
		c.Server.Session.PingEvery = 20 * time.Millisecond // so that the clock is looked at soon
	})
	fresh := func(context.Context) (string, error) {
		return server.Mint(secret, session.Identity{UserID: "c-1", Role: callout.Client, Expires: now().Add(time.Minute)}, tokens)
	}
	stale, err := fresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changes := make(chan bool, 10)
	config := client.Config{URL: s.URL, Token: fresh, RetryMin: time.Millisecond, OnConnection: func(c bool, _ error) { changes <- c }}
	lasting := open(t, config)
	if lasting.UserID != "c-1" || lasting.Role != callout.Client {
		t.Errorf("the socket is %s's, a %s", lasting.UserID, lasting.Role)
	}
	config.Token = func(context.Context) (string, error) { return stale, nil }
	config.OnConnection = nil
	ending := open(t, config)
	within(t, changes, "connected")
	clock.Add(int64(2 * time.Minute))
	if within(t, changes, "lost") || !within(t, changes, "connected again") {
		t.Error("a fresh token does not bring it back")
	}
	for range ending.OrderStatuses(soon(t)) {
		t.Error("an event")
	}
	var closed *client.CloseError
	if err := ending.Err(); !errors.As(err, &closed) || closed.Code != client.CodeTokenExpired {
		t.Errorf("with the same token again it ends with %v", err)
	}
}

func TestWithoutATokenNobodyIsLetIn(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.Dev = false })
	var closed *client.CloseError
	if err := newSocket(t, clientConfig(s.URL, "c-1")).Open(soon(t)); !errors.As(err, &closed) || closed.Code != client.CodeUnauthenticated {
		t.Errorf("Open says %v", err)
	}
}
