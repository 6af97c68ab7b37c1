package load

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/store/sqlite"
)

func TestASessionSaysAndHearsWhatItShould(t *testing.T) {
	s := servertest.Start(t, nil)
	c, m := enter(t, native(s), "c-1", callout.Client), enter(t, native(s), "s-1", callout.Serviceman)
	for i, status := range Story {
		by, other := m, c
		if byClient(status) {
			by, other = c, m
		}
		send(t, by, Command{ID: fmt.Sprint("x-", i), OrderID: "o-1", Status: status, Version: int64(i), To: other.me})
		if n := receive(t, by); n != (Notice{Own: true, OrderID: "o-1", Version: int64(i + 1)}) {
			t.Errorf("of its own %s it hears %+v", status, n)
		}
		if n := receive(t, other); n != (Notice{OrderID: "o-1", Version: int64(i + 1)}) {
			t.Errorf("of the other's %s it hears %+v", status, n)
		}
	}
	if c.Welcome.UserID != "c-1" || c.Welcome.Role != callout.Client || !c.Welcome.Dev {
		t.Errorf("welcomed with %+v", c.Welcome)
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	s := servertest.Start(t, nil)
	c := enter(t, native(s), "c-1", callout.Client)
	send(t, c, Command{ID: "x-1", OrderID: "o-1", Status: callout.Started, Version: 2})
	_, err := c.Receive()
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.CommandID != "x-1" || refusal.Code != callout.NotFound || refusal.Message == "" {
		t.Errorf("refused with %v", err)
	}
}

// TestOneWhoOnlyListensGetsEverything although no more than a window of it may be under way, and no time passes.
func TestOneWhoOnlyListensGetsEverything(t *testing.T) {
	s := servertest.Start(t, nil)
	n := native(s)
	c := enter(t, n, "c-1", callout.Client)
	n.Window = 4
	m := enter(t, n, "s-1", callout.Serviceman)
	for i := range 20 {
		send(t, c, Command{ID: fmt.Sprint("x-", i), OrderID: fmt.Sprint("o-", i), Status: callout.Placed, To: "s-1"})
		receive(t, c)
		receive(t, m)
	}
}

// TestWhatHasComeIsAcknowledged with the next command, at the second tick after it, or at the end.
func TestWhatHasComeIsAcknowledged(t *testing.T) {
	s := servertest.Start(t, nil)
	n := native(s)
	c := enter(t, n, "c-1", callout.Client)
	tick, end, never := enter(t, n, "s-1", callout.Serviceman), enter(t, n, "s-2", callout.Serviceman), enter(t, n, "s-3", callout.Serviceman)
	for i, to := range []*Session{tick, end, never} {
		send(t, c, Command{ID: fmt.Sprint("x-", i), OrderID: fmt.Sprint("o-", i), Status: callout.Placed, To: to.me})
		receive(t, c)
		receive(t, to)
	}
	for range 2 {
		if err := tick.Tick(); err != nil {
			t.Error(err)
		}
	}
	if err := never.Tick(); err != nil { // one tick alone finds what has only just come
		t.Error(err)
	}
	if err := end.Close(); err != nil {
		t.Error(err)
	}
	// The answer to what is sent later says that what was sent before has been read.
	send(t, tick, Command{ID: "y", OrderID: "none", Status: callout.Accepted})
	if _, err := tick.Receive(); err == nil {
		t.Error("an order that does not exist is accepted")
	}
	for _, session := range []*Session{c, tick, never} {
		_ = session.Drop() // a server that stops would wait for them
	}
	s.Stop()
	r, err := sqlite.OpenReadOnly(t.Context(), s.Config.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for user, want := range map[string]int64{"c-1": 2, "s-1": 1, "s-2": 1, "s-3": 0} {
		if at, err := r.Open(t.Context(), user, "d-"+user, nil); err != nil || at.Cursor != want {
			t.Errorf("%s has acknowledged %d, %v; want %d", user, at.Cursor, err, want)
		}
	}
}

func TestPingsAreAnswered(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.PingEvery = 50 * time.Millisecond })
	n := native(s)
	c, m := enter(t, n, "c-1", callout.Client), enter(t, n, "s-1", callout.Serviceman)
	heard := make(chan Notice)
	go func() {
		n, _ := m.Receive()
		heard <- n
	}()
	// Whoever waits for an order that is offered to somebody else until it expires is silent for many pings.
	send(t, c, Command{ID: "x", OrderID: "o-1", Status: callout.Placed, To: "s-2"})
	receive(t, c)
	for range 10 {
		if op, payload, err := c.in.next(); err != nil || c.control(op, payload) != nil {
			t.Fatalf("a frame of kind %d, %v", op, err)
		}
	}
	send(t, c, Command{ID: "y", OrderID: "o-2", Status: callout.Placed, To: "s-1"})
	if n := <-heard; n.OrderID != "o-2" {
		t.Errorf("after ten pings it hears %+v", n)
	}
}

func TestWhoIsNotLetInIsToldWhy(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.Dev = false })
	_, err := native(s).Dial(t.Context(), Party{"c-1", callout.Client}, netip.Addr{})
	if err == nil || !strings.Contains(err.Error(), "4100") {
		t.Errorf("got %v", err)
	}
}
