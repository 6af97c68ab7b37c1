package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
)

func newClassic(t testing.TB, c client.Config) *client.Classic {
	t.Helper()
	app, err := client.NewClassic(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	return app
}

// connecting is a Config and a channel that is closed when it is used to connect.
func connecting(c client.Config) (client.Config, <-chan bool) {
	changes := make(chan bool, 100)
	c.OnConnection = func(connected bool, _ error) { changes <- connected }
	return c, changes
}

func TestAnOrderBetweenAppsOfTheOriginalSystem(t *testing.T) {
	url := startServer(t)
	config, connected := connecting(client.Config{URL: url, UserID: "c-1"})
	c := newClassic(t, config)
	s := newClassic(t, client.Config{URL: url, UserID: "s-9"})
	answer := map[callout.Status]callout.Status{
		callout.Placed: callout.Accepted, callout.Accepted: callout.Started, callout.Started: callout.OrderChanged,
		callout.OrderChanged: callout.Extended, callout.Extended: callout.Payment,
		callout.Payment: callout.PaymentVerification, callout.PaymentVerification: callout.OrderComplete,
	}
	play := func(app *client.Classic, other string) (heard []callout.Status) {
		for r := range app.OrderStatuses(soon(t)) {
			heard = append(heard, r.Status)
			turn := r.SenderID != app.UserID
			if r.Status == callout.Extended {
				turn = app == c // who pays for it
			}
			if status := answer[r.Status]; turn && status != 0 {
				if err := app.Send(soon(t), callout.Command{OrderID: r.OrderID, Status: status, Receivers: []string{other}}); err != nil {
					t.Error(err)
				}
			}
		}
		return heard
	}
	heard := make(chan []callout.Status, 2)
	go func() { heard <- play(c, "s-9") }()
	go func() { heard <- play(s, "c-1") }()
	within(t, connected, "the client's connection")
	const order = "0123456789abcdef01234567"
	if err := c.Send(soon(t), callout.Command{OrderID: order, Status: callout.Placed, Receivers: []string{"s-9"}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := within(t, heard, "the order's end"); len(got) < 8 || got[len(got)-1] != callout.OrderComplete {
			t.Errorf("heard %v", got)
		}
	}
	if errors.Join(c.Err(), s.Err()) != nil {
		t.Errorf("they ended with %v and %v", c.Err(), s.Err())
	}
}

func TestWhatAnAppHasNotFinishedComesAgain(t *testing.T) {
	url := startServer(t)
	placing := open(t, clientConfig(url, "c-1"))
	for range 3 {
		send(t, placing, place("s-9"))
	}
	app := newClassic(t, client.Config{URL: url, UserID: "s-9"})
	for r := range app.OrderStatuses(soon(t)) {
		if r.Seq == 2 {
			break // 1 is finished
		}
	}
	send(t, placing, place("s-9")) // acknowledgements are written with the next commit
	var seqs []int64
	for r := range app.OrderStatuses(soon(t)) {
		if seqs = append(seqs, r.Seq); r.Seq == 4 {
			break
		}
	}
	// The newest event of each order first, then what was not acknowledged.
	if got := fmt.Sprint(seqs); !strings.HasSuffix(got, "2 3 4]") {
		t.Errorf("after the second of three the app hears %v", seqs)
	}
}

func TestAnAppComesBack(t *testing.T) {
	p := newProxy(t, startServer(t), 1)
	p.soothe()
	placing := open(t, clientConfig(p.URL, "c-1"))
	config, changes := connecting(client.Config{URL: p.URL, UserID: "s-9", RetryMin: time.Millisecond})
	app := newClassic(t, config)
	heard := make(chan string, 100)
	go func() {
		for r := range app.OrderStatuses(soon(t)) {
			heard <- r.OrderID
		}
		close(heard)
	}()
	for range 5 {
		for !within(t, changes, "a connection") {
		}
		order := send(t, placing, place("s-9")).OrderID
		for within(t, heard, "the order") != order {
		}
		p.dropAll()
	}
	_ = app.Close() // which may come before the drop is heard of
	for range heard {
	}
	if err := app.Err(); !errors.Is(err, client.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
	if err := app.Send(soon(t), callout.Command{OrderID: "o", Status: callout.Accepted}); !errors.Is(err, client.ErrClosed) {
		t.Errorf("after Close, Send says %v", err)
	}
}

func TestAnAppWithAToken(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	tokens := server.TokenConfig{Secret: secret, RoleClaim: "role"}
	s := servertest.Start(t, func(c *servertest.Config) {
		verifier, err := server.NewTokens(t.Context(), tokens, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		c.Server.Tokens, c.Server.Session.Dev = verifier, false
	})
	token := func(context.Context) (string, error) {
		return server.Mint(secret, session.Identity{UserID: "c-1", Role: callout.Client, Expires: time.Now().Add(time.Hour)}, tokens)
	}
	good := newClassic(t, client.Config{URL: s.URL, UserID: "c-1", Token: token})
	if want := "ws" + strings.TrimPrefix(s.URL, "http") + "/order?userId=c-1"; good.URL != want {
		t.Errorf("the URL is %s", good.URL)
	}
	ctx, cancel := context.WithCancel(t.Context())
	config, connected := connecting(client.Config{URL: s.URL, UserID: "c-1", Token: token})
	good = newClassic(t, config)
	go func() {
		within(t, connected, "the connection")
		cancel()
	}()
	for range good.OrderStatuses(ctx) {
		t.Error("an event")
	}
	if err := good.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	for code, c := range map[int]client.Config{
		client.CodeUnauthenticated: {URL: s.URL, UserID: "c-1"},
		client.CodeForbidden:       {URL: s.URL, UserID: "c-2", Token: token},
	} {
		app := newClassic(t, c)
		for range app.OrderStatuses(soon(t)) {
			t.Error("an event")
		}
		var closed *client.CloseError
		if err := app.Err(); !errors.As(err, &closed) || closed.Code != code {
			t.Errorf("it ended with %v, not with %d", err, code)
		}
	}
}
