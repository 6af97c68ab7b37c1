package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

func TestADeviceResumesAtWhatTheProgramHasFinished(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 40)
	c.send(events(41, 44)...)
	next(t, socket) // 41
	next(t, socket) // 42: 41 is finished
	if seq := c.ack(); seq != 41 {
		t.Errorf("ack of %d, not 41", seq)
	}
	c.cut()

	c = s.next()
	if h := c.hello(); h.Resume == nil || h.Resume.Seq != 41 || h.Resume.Of != "o-41/1" || h.Device != "phone" {
		t.Errorf("the hello is %+v with %+v", h, h.Resume)
	}
	c.welcome(41, 46)
	c.send(events(42, 46)...) // 42 to 44 once more
	for seq := int64(43); seq <= 46; seq++ {
		if r := next(t, socket); r.Seq != seq {
			t.Errorf("event %d comes after %d", r.Seq, seq-1)
		}
	}
}

// By these a server tells a hello that comes late from one that takes over.
func TestHellosAreNumbered(t *testing.T) {
	s := newScript(t, false)
	socket := newSocket(t, s.config())
	var instance string
	attempt := int64(0)
	greet := func() *scene {
		t.Helper()
		c := s.next()
		h := c.hello()
		attempt++
		if attempt == 1 {
			instance = h.Instance
		}
		if h.Attempt != attempt || h.Instance != instance || instance == "" {
			t.Errorf("hello %d is number %d of %q; the first was of %q", attempt, h.Attempt, h.Instance, instance)
		}
		return c
	}
	for range 2 { // lives
		opened := make(chan error, 1)
		go func() { opened <- socket.Open(context.Background()) }()
		greet().cut() // not welcomed
		c := greet()
		c.welcome(0, 0)
		if err := within(t, opened, "Open"); err != nil {
			t.Fatal(err)
		}
		c.cut()
		greet().welcome(0, 0)
		if err := socket.Close(); err != nil {
			t.Error(err)
		}
	}
	other := newSocket(t, s.config())
	opened := make(chan error, 1)
	go func() { opened <- other.Open(context.Background()) }()
	c := s.next()
	if h := c.hello(); h.Attempt != 1 || h.Instance == instance {
		t.Errorf("another socket of the device says number %d of %q", h.Attempt, h.Instance)
	}
	c.welcome(0, 0)
	if err := within(t, opened, "Open"); err != nil {
		t.Error(err)
	}
}

// A server takes no acknowledgement of what it has not sent in the present connection, so one that is early has to wait.
func TestWhatWasFinishedMeanwhileIsAcknowledgedOnceItHasComeAgain(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	c.send(events(1, 3)...)
	next(t, socket)
	c.cut()
	c = s.next()
	if h := c.hello(); h.Resume == nil || h.Resume.Seq != 0 || h.Resume.Of != "" {
		t.Errorf("the hello resumes at %+v", h.Resume)
	}
	c.welcome(0, 3)
	next(t, socket)
	next(t, socket) // 1 and 2 are finished
	placed := make(chan error, 1)
	go func() {
		_, err := socket.Send(context.Background(), callout.Command{ID: "k", OrderID: "o", Status: callout.Started})
		placed <- err
	}()
	if cmd := c.command(); cmd.ID != "k" { // and not an ack
		t.Errorf("the command is %+v", cmd)
	}
	c.send(event(1), event(2))
	acked := c.ack()
	for acked < 2 {
		acked = c.ack()
	}
	c.send(wire.Error{ID: "k", Code: callout.NotFound})
	if err := within(t, placed, "Send"); !errors.Is(err, callout.NotFound) {
		t.Error(err)
	}
}

func TestAReset(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 40, callout.Order{ID: "old", Version: 7, Status: callout.Started, ClientID: "c-1"})
	c.send(events(41, 43)...)
	next(t, socket) // 41 is in hand
	undecided := make(chan error, 1)
	go func() {
		_, err := socket.Send(context.Background(), callout.Command{OrderID: "old", Status: callout.Payment})
		undecided <- err
	}()
	c.command()
	c.cut()

	c = s.next()
	c.hello()
	c.send(wire.Welcome{
		UserID: "c-1", Role: callout.Client, From: 12, Seq: 12, Reset: true,
		Orders: []callout.Order{{ID: "restored", Version: 2, Status: callout.Accepted, ClientID: "c-1"}},
	})
	if err := within(t, undecided, "Send"); !errors.Is(err, client.ErrReset) {
		t.Errorf("the undecided command: %v", err)
	}
	c.send(event(13))
	if r := next(t, socket); !r.Reset || r.Seq != 12 {
		t.Errorf("what comes is %+v, not the reset", r)
	}
	if r := next(t, socket); r.Seq != 13 {
		t.Errorf("event %d comes after the reset", r.Seq)
	}
	if orders := socket.Orders(); len(orders) != 2 || orders[0].ID != "o-13" || orders[1].ID != "restored" {
		t.Errorf("the orders are %+v", orders)
	}
	finish := func() { // 13, and wait for what does not come
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() {
			defer cancel()
			if seq := c.ack(); seq != 13 {
				t.Errorf("ack of %d, not 13", seq)
			}
		}()
		for range socket.OrderStatuses(ctx) {
			t.Error("another event")
		}
	}
	finish()
	c.cut()
	c = s.next()
	if h := c.hello(); h.Resume == nil || h.Resume.Seq != 13 || h.Resume.Of != "o-13/1" {
		t.Errorf("the hello resumes at %+v", h.Resume)
	}
}

func TestAProgramThatStartsWithAnOldCursorIsToldOfTheReset(t *testing.T) {
	s := newScript(t, false)
	config := s.config()
	store := new(client.MemoryCursor)
	config.Cursor = store
	if err := store.Save(t.Context(), client.Cursor{UserID: "c-1", Device: "tablet", Seq: 99, Of: "o-99/1"}); err != nil {
		t.Fatal(err)
	}
	socket := newSocket(t, config)
	opened := make(chan error, 1)
	go func() { opened <- socket.Open(context.Background()) }()
	c := s.next()
	if h := c.hello(); h.Device != "phone" || h.Resume == nil || h.Resume.Seq != 99 {
		t.Errorf("the hello is %+v with %+v", h, h.Resume)
	}
	c.send(wire.Welcome{UserID: "c-1", Role: callout.Client, From: 5, Seq: 5, Reset: true})
	if err := within(t, opened, "Open"); err != nil {
		t.Fatal(err)
	}
	if r := next(t, socket); !r.Reset || r.Seq != 5 || r.ReceiverID != "c-1" {
		t.Errorf("what comes is %+v", r)
	}
	if kept, _ := store.Load(t.Context()); kept.Seq != 99 {
		t.Errorf("before the program has finished the reset, the cursor is %+v", kept)
	}
	c.send(event(6))
	next(t, socket)
	if kept, _ := store.Load(t.Context()); kept != (client.Cursor{UserID: "c-1", Device: "phone", Seq: 5}) {
		t.Errorf("the cursor is %+v", kept)
	}
}

func TestOrdersAreAheadOfEventsNeverBehind(t *testing.T) {
	s := newScript(t, false)
	at := func(version int64, status callout.Status) callout.Order {
		return callout.Order{ID: "o-1", Version: version, Status: status, ClientID: "c-1"}
	}
	socket := newSocket(t, s.config())
	opened := make(chan error, 1)
	go func() { opened <- socket.Open(context.Background()) }()
	c := s.next()
	c.hello()
	c.welcome(0, 2, at(3, callout.Started))
	if err := within(t, opened, "Open"); err != nil {
		t.Fatal(err)
	}
	c.send(event(1)) // o-1 at version 1
	next(t, socket)
	if orders := socket.Orders(); len(orders) != 1 || orders[0].Version != 3 {
		t.Errorf("the orders are %+v", orders)
	}
}

func TestWhatTheProtocolDoesNotAllowEndsTheConnection(t *testing.T) {
	for name, play := range map[string]func(c *scene){
		"a gap":               func(c *scene) { c.send(event(1), event(3)) },
		"more than fits":      func(c *scene) { c.send(events(1, 5)...) },
		"no JSON":             func(c *scene) { c.text("{") },
		"a second welcome":    func(c *scene) { c.welcome(0, 0) },
		"an order that's odd": func(c *scene) { e := event(1); e.Order = []byte(`[]`); c.send(e) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, false)
			config := s.config()
			config.Window = 4
			socket, c := s.open(config, 0)
			play(c)
			c = s.next()
			c.hello()
			c.welcome(0, 1)
			c.send(event(1))
			if r := next(t, socket); r.Seq != 1 {
				t.Errorf("event %d comes first", r.Seq)
			}
		})
	}
}

func TestFramesOfTypesThatAreNewAreIgnored(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	c.text(`{"type":"weather","sun":true}`)
	c.send(event(1))
	if r := next(t, socket); r.Seq != 1 {
		t.Errorf("event %d comes first", r.Seq)
	}
}
