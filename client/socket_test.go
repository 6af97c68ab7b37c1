package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

func TestAWholeOrderRunsBetweenTwoSockets(t *testing.T) {
	url := startServer(t)
	config := clientConfig(url, "c-1")
	config.WhenDone = true
	c := open(t, config)
	config = servicemanConfig(url, "s-9")
	config.WhenDone = true
	s := open(t, config)

	answer := map[callout.Status]callout.Command{ // what each event is answered with, by whoever is told of it
		callout.Placed:              {Status: callout.Accepted},
		callout.Accepted:            {Status: callout.Started},
		callout.Started:             {Status: callout.OrderChanged, Extra: callout.Extra{Services: price(900)}},
		callout.OrderChanged:        {Status: callout.Extended},
		callout.Extended:            {Status: callout.Payment, Extra: callout.Extra{Method: callout.Cash}},
		callout.Payment:             {Status: callout.PaymentVerification},
		callout.PaymentVerification: {Status: callout.OrderComplete},
	}
	play := func(s *client.Socket) (heard []callout.Status) {
		for r := range s.OrderStatuses(soon(t)) {
			heard = append(heard, r.Status)
			cmd := answer[r.Status]
			if r.SenderID == s.UserID && r.Status != callout.Extended || cmd.Status == 0 || r.Status == callout.Extended && s.Role != callout.Client {
				continue
			}
			cmd.OrderID = r.OrderID
			if _, err := s.Send(soon(t), cmd); err != nil {
				t.Errorf("%s: %v", cmd.Status, err)
			}
		}
		return heard
	}
	heard := make(chan []callout.Status, 2)
	for _, party := range []*client.Socket{c, s} {
		go func() { heard <- play(party) }()
	}
	placed := send(t, c, place("s-9"))
	if placed.Version != 1 || placed.Order.Total != 500 || placed.SenderID != "c-1" || placed.CommandID == "" {
		t.Errorf("PLACED is %+v", placed)
	}
	for range 2 {
		if got := within(t, heard, "the order's end"); len(got) != 8 || got[7] != callout.OrderComplete {
			t.Errorf("heard %v", got)
		}
	}
	for _, party := range []*client.Socket{c, s} {
		if err := party.Err(); err != nil || party.Connected() || len(party.Orders()) != 0 {
			t.Errorf("%s: %v, connected %v, orders %v; everything is done", party.UserID, err, party.Connected(), party.Orders())
		}
		if _, err := party.Send(soon(t), place("s-9")); !errors.Is(err, client.ErrClosed) {
			t.Errorf("after the end Send says %v", err)
		}
	}
}

func TestASocketGoesOnWhereItWasWhenItIsOpenedAgain(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	s := open(t, servicemanConfig(url, "s-9"))
	var orders []string
	for range 3 {
		orders = append(orders, send(t, c, place("s-9")).OrderID)
	}
	if r := next(t, s); r.OrderID != orders[0] || r.Seq != 1 {
		t.Fatalf("the first is %+v", r)
	}
	if r := next(t, s); r.OrderID != orders[1] || r.Seq != 2 {
		t.Fatalf("the second is %+v", r)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range s.OrderStatuses(soon(t)) {
		t.Error("a closed socket gives events")
	}
	if err := s.Err(); !errors.Is(err, client.ErrClosed) {
		t.Errorf("a closed socket says %v", err)
	}
	orders = append(orders, send(t, c, place("s-9")).OrderID)
	if err := s.Open(soon(t)); err != nil {
		t.Fatal(err)
	}
	for i := 2; i < 4; i++ {
		if r := next(t, s); r.OrderID != orders[i] || r.Seq != int64(i+1) {
			t.Errorf("number %d is %+v", i+1, r)
		}
	}
}

func TestWhatWasNotFinishedComesAgainToTheNextProgram(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	config := servicemanConfig(url, "s-9")
	config.Cursor = client.FileCursor(t.TempDir() + "/cursor")
	first := open(t, config)
	send(t, c, place("s-9"))
	send(t, c, place("s-9"))
	if next(t, first).Seq != 1 || next(t, first).Seq != 2 { // which finishes 1 and leaves 2 in hand
		t.Fatal("the events are not 1 and 2")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, config)
	if r := next(t, second); r.Seq != 2 {
		t.Errorf("the next program is given %d first, not 2", r.Seq)
	}
	if got := len(second.Orders()); got != 2 {
		t.Errorf("the next program knows %d open orders, not 2", got)
	}
}

func TestTheServerKeepsTheCursorOfADeviceThatKeepsNone(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	config := servicemanConfig(url, "s-9")
	config.Device = "phone"
	first := open(t, config)
	send(t, c, place("s-9"))
	send(t, c, place("s-9"))
	for r := range first.OrderStatuses(soon(t)) {
		if r.Seq == 2 {
			break
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	send(t, c, place("s-9"))
	if r := next(t, open(t, config)); r.Seq != 2 {
		t.Errorf("the next program is given %d first, not 2", r.Seq)
	}
}

func TestOnlyOneLoopRunsAtATime(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	send(t, c, place("s-9"))
	for range c.OrderStatuses(soon(t)) {
		for range c.OrderStatuses(soon(t)) {
			t.Error("a second loop was given an event")
		}
		break
	}
}

func TestALoopEndsWithItsContext(t *testing.T) {
	c := open(t, clientConfig(startServer(t), "c-1"))
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range c.OrderStatuses(ctx) {
			t.Error("an event came")
		}
	}()
	cancel()
	within(t, over, "the end of the loop")
	if err := c.Err(); err != nil || !c.Connected() {
		t.Errorf("the socket is over: %v", err)
	}
}

func TestALaterSocketOfTheSameDeviceReplacesTheFormer(t *testing.T) {
	url := startServer(t)
	config := clientConfig(url, "c-1")
	config.Device = "phone"
	former := open(t, config)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range former.OrderStatuses(soon(t)) {
			t.Error("an event came")
		}
	}()
	later := open(t, config)
	within(t, over, "the end of the former socket")
	var closed *client.CloseError
	if err := former.Err(); !errors.As(err, &closed) || closed.Code != client.CodeReplaced {
		t.Errorf("the former socket ended with %v", err)
	}
	if !later.Connected() {
		t.Error("the later socket is not connected")
	}
}

func TestAnOpenSocketIsNotOpenedTwice(t *testing.T) {
	c := open(t, clientConfig(startServer(t), "c-1"))
	if err := c.Open(soon(t)); !errors.Is(err, client.ErrOpen) {
		t.Errorf("it says %v", err)
	}
}

func TestCloseFromTheBodyOfTheLoop(t *testing.T) {
	c := open(t, clientConfig(startServer(t), "c-1"))
	send(t, c, place("s-9"))
	bodies := 0
	for range c.OrderStatuses(soon(t)) {
		bodies++
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if bodies != 1 {
		t.Errorf("the body ran %d times", bodies)
	}
}
