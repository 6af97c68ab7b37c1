package client_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

type outcome struct {
	client.Received
	err error
}

// sending sends a command that the test answers by hand.
func sending(ctx context.Context, s *client.Socket, cmd callout.Command) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		r, err := s.Send(ctx, cmd)
		done <- outcome{r, err}
	}()
	return done
}

// answer is the event that a command was, at seq.
func answer(seq int64, commandID string) wire.Event {
	e := event(seq)
	e.CommandID = commandID
	return e
}

func TestWhatHasNoOutcomeIsSentAgainInOrder(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	var outcomes []<-chan outcome
	ids := []string{"k-3", "k-1", "k-2"}
	for _, id := range ids {
		outcomes = append(outcomes, sending(soon(t), socket, callout.Command{ID: id, OrderID: "o", Status: callout.Started, Version: 4}))
		if cmd := c.command(); cmd.ID != id {
			t.Fatalf("%s comes before %s", cmd.ID, id)
		}
	}
	c.cut() // after which k-1 takes effect and the others are not known of
	c = s.next()
	c.hello()
	c.welcome(0, 1)
	var again []string
	for range ids {
		cmd := c.command()
		if cmd.Version != 4 || cmd.OrderID != "o" || cmd.Status != callout.Started {
			t.Errorf("it is sent again as %+v", cmd)
		}
		again = append(again, cmd.ID)
	}
	if !slices.Equal(again, ids) {
		t.Errorf("sent again: %v", again)
	}
	c.send(answer(1, "k-1"), answer(2, "k-3"), wire.Error{ID: "k-2", Code: callout.Conflict, Message: "too late"})
	for i, want := range []int64{2, 1, 0} {
		got := within(t, outcomes[i], "the outcome")
		if got.Seq != want || want == 0 && !errors.Is(got.err, callout.Conflict) || want > 0 && got.err != nil {
			t.Errorf("%s: %+v", ids[i], got)
		}
	}
	if a, b := next(t, socket), next(t, socket); a.CommandID != "k-1" || b.CommandID != "k-3" {
		t.Errorf("the loop is given %+v and %+v", a, b)
	}
}

func TestARepeatAnswersItsCommandAndNothingElse(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 7)
	done := sending(soon(t), socket, callout.Command{ID: "k", OrderID: "o-3", Status: callout.Started})
	c.command()
	repeat := answer(3, "k")
	repeat.Repeat = true
	c.send(repeat, event(8))
	if got := within(t, done, "Send"); got.Seq != 3 || got.err != nil {
		t.Errorf("Send gives %+v", got)
	}
	if r := next(t, socket); r.Seq != 8 {
		t.Errorf("the loop is given %d", r.Seq)
	}
	if orders := socket.Orders(); len(orders) != 1 || orders[0].ID != "o-8" {
		t.Errorf("the orders are %+v", orders)
	}
}

func TestSendDoesNotTakeANoThatSaysNothing(t *testing.T) {
	for _, code := range []callout.Code{callout.RateLimited, callout.Overloaded, callout.Unavailable, callout.Internal} {
		t.Run(string(code), func(t *testing.T) {
			s := newScript(t, false)
			socket, c := s.open(s.config(), 0)
			done := sending(soon(t), socket, callout.Command{OrderID: "o", Status: callout.Started})
			first := c.command()
			for range 3 {
				c.send(wire.Error{ID: first.ID, Code: code})
				if again := c.command(); again.ID != first.ID {
					t.Fatalf("sent again under another id: %+v", again)
				}
			}
			c.send(answer(1, first.ID))
			if got := within(t, done, "Send"); got.err != nil || got.Seq != 1 {
				t.Errorf("Send gives %+v", got)
			}
		})
	}
}

func TestACodeThatIsNewIsFinal(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	done := sending(soon(t), socket, callout.Command{OrderID: "o", Status: callout.Started})
	c.send(wire.Error{ID: c.command().ID, Code: "unpaid", Message: "pay first"})
	if got := within(t, done, "Send"); !errors.Is(got.err, callout.Code("unpaid")) {
		t.Errorf("Send gives %+v", got)
	}
}

func TestAnUndecidedCommandCanBeSentAgain(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0, callout.Order{ID: "o", Version: 2, Status: callout.Accepted, ClientID: "c-1"})
	ctx, cancel := context.WithCancel(t.Context())
	done := sending(ctx, socket, callout.Command{OrderID: "o", Status: callout.Started})
	first := c.command()
	cancel()
	var undecided *client.UndecidedError
	if got := within(t, done, "Send"); !errors.As(got.err, &undecided) || !errors.Is(got.err, context.Canceled) {
		t.Fatalf("Send gives %+v", got)
	}
	c.cut()
	c = s.next()
	c.hello()
	c.welcome(0, 0, callout.Order{ID: "o", Version: 3, Status: callout.Started, ClientID: "c-1"})
	done = sending(soon(t), socket, undecided.Command)
	if again := c.command(); again.ID != first.ID || again.Version != 2 || first.Version != 2 {
		t.Errorf("sent %+v and again %+v", first, again)
	}
	c.send(answer(1, first.ID))
	if got := within(t, done, "Send"); got.err != nil {
		t.Error(got.err)
	}
}

// What was sent without a version, of an order that the device did not know, is the same command when the device knows it.
func TestACommandWithAnIDIsSentAsItIs(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	ctx, cancel := context.WithCancel(t.Context())
	done := sending(ctx, socket, callout.Command{OrderID: "o-1", Status: callout.Started})
	first := c.command()
	cancel()
	var undecided *client.UndecidedError
	if got := within(t, done, "Send"); !errors.As(got.err, &undecided) {
		t.Fatalf("Send gives %+v", got)
	}
	c.send(event(1)) // of o-1
	next(t, socket)
	done = sending(soon(t), socket, undecided.Command)
	if again := c.command(); again.ID != first.ID || again.Version != 0 || first.Version != 0 {
		t.Errorf("sent %+v and again %+v", first, again)
	}
	c.send(answer(2, first.ID))
	if got := within(t, done, "Send"); got.err != nil {
		t.Error(got.err)
	}
	done = sending(soon(t), socket, callout.Command{OrderID: "o-1", Status: callout.Started})
	unnamed := c.command()
	if unnamed.Version != 1 {
		t.Errorf("what has no ID is sent as %+v", unnamed)
	}
	c.send(answer(3, unnamed.ID))
	if got := within(t, done, "Send"); got.err != nil {
		t.Error(got.err)
	}
}

func TestCloseEndsWaitingSends(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	written := sending(soon(t), socket, callout.Command{ID: "k-1", OrderID: "o", Status: callout.Started})
	c.command()
	c.cut()
	s.next() // which is not let in
	kept := make(chan outcome, 1)
	go func() {
		r, err := socket.Send(context.Background(), callout.Command{ID: "k-1", OrderID: "o", Status: callout.Started})
		kept <- outcome{r, err}
	}()
	if got := within(t, kept, "Send"); got.err == nil {
		t.Error("two commands wait under one id")
	}
	if err := socket.Close(); err != nil {
		t.Error(err)
	}
	var undecided *client.UndecidedError
	if got := within(t, written, "Send"); !errors.As(got.err, &undecided) || !errors.Is(got.err, client.ErrClosed) {
		t.Errorf("the written command: %v", got.err)
	}
}

func TestManyCommandsWaitForRoom(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0)
	const many = 256 + 3
	done := make(chan error, many)
	for range many {
		go func() {
			_, err := socket.Send(soon(t), callout.Command{OrderID: "o", Status: callout.Started})
			done <- err
		}()
	}
	for seq := range many {
		c.send(wire.Error{ID: c.command().ID, Code: callout.NotFound})
		if err := within(t, done, "Send"); !errors.Is(err, callout.NotFound) {
			t.Fatalf("number %d: %v", seq, err)
		}
	}
}
