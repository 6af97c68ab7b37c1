package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

func TestARefusalSaysWhyAndShowsTheOrder(t *testing.T) {
	url := startServer(t)
	c, s := open(t, clientConfig(url, "c-1")), open(t, servicemanConfig(url, "s-9"))
	order := send(t, c, place("s-9")).OrderID
	send(t, s, callout.Command{OrderID: order, Status: callout.Accepted})

	r, err := c.Send(soon(t), callout.Command{OrderID: order, Status: callout.OrderComplete})
	var refusal *callout.Error
	if !errors.Is(err, callout.Conflict) || !errors.As(err, &refusal) {
		t.Errorf("the refusal is %v", err)
	}
	if r.Order.Status != callout.Accepted || r.Order.ServicemanID != "s-9" {
		t.Errorf("the refusal shows %+v", r.Order)
	}
	if _, err := s.Send(soon(t), callout.Command{OrderID: "none", Status: callout.Accepted}); !errors.Is(err, callout.NotFound) {
		t.Errorf("an order that there is not: %v", err)
	}
	if _, err := s.Send(soon(t), callout.Command{OrderID: order, Status: callout.Started}); !errors.Is(err, callout.Forbidden) {
		t.Errorf("what is the client's to say: %v", err)
	}
}

func TestWhatNoServerWouldTakeIsRefusedHere(t *testing.T) {
	c := open(t, clientConfig(startServer(t), "c-1"))
	note := func(raw string) callout.Extra {
		return callout.Extra{More: map[string]json.RawMessage{"x": json.RawMessage(raw)}}
	}
	large := make(map[string]json.RawMessage)
	for i := range 200 {
		large[strings.Repeat("k", i+1)] = json.RawMessage(`"` + strings.Repeat("v", 500) + `"`)
	}
	for name, test := range map[string]struct {
		cmd  callout.Command
		code callout.Code
	}{
		"no JSON in extra":  {callout.Command{OrderID: "o", Status: callout.Started, Extra: note("{")}, callout.Invalid},
		"an id that is not": {callout.Command{ID: "\xff", OrderID: "o", Status: callout.Started}, callout.Invalid},
		"no status":         {callout.Command{OrderID: "o"}, callout.Invalid},
		"no order":          {callout.Command{Status: callout.Started}, callout.Invalid},
		"oneself":           {place("c-1"), callout.Invalid},
		"too large":         {callout.Command{OrderID: "o", Status: callout.Started, Extra: callout.Extra{More: large}}, callout.TooLarge},
	} {
		if _, err := c.Send(soon(t), test.cmd); !errors.Is(err, test.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !c.Connected() {
		t.Error("the connection is gone")
	}
}

// A client that looks at a change must not agree to another one that has come in meanwhile.
func TestACommandIsBasedOnWhatTheProgramHasSeen(t *testing.T) {
	url := startServer(t)
	c, s := open(t, clientConfig(url, "c-1")), open(t, servicemanConfig(url, "s-9"))
	order := send(t, c, place("s-9")).OrderID
	send(t, s, callout.Command{OrderID: order, Status: callout.Accepted})
	waitFor(t, c, callout.Accepted)
	send(t, c, callout.Command{OrderID: order, Status: callout.Started})
	waitFor(t, s, callout.Started)
	send(t, s, callout.Command{OrderID: order, Status: callout.OrderChanged, Extra: callout.Extra{Services: price(600)}})
	seen := waitFor(t, c, callout.OrderChanged)

	send(t, s, callout.Command{OrderID: order, Status: callout.ChangeDeclined})
	dear := send(t, s, callout.Command{OrderID: order, Status: callout.OrderChanged, Extra: callout.Extra{Services: price(9000)}})
	other := open(t, clientConfig(url, "c-1")) // another device of hers, which knows no better than its welcome
	if got := other.Orders()[0].Version; got != dear.Version {
		t.Fatalf("the other device knows version %d", got)
	}
	r, err := c.Send(soon(t), callout.Command{OrderID: order, Status: callout.Extended})
	if !errors.Is(err, callout.Conflict) || r.Order.Change == nil || r.Order.Change.Total != 9000 {
		t.Fatalf("based on version %d, EXTENDED is answered with %v and %+v", seen.Version, err, r.Order)
	}
	if r := send(t, c, callout.Command{OrderID: order, Status: callout.Extended}); r.Order.Total != 9000 {
		t.Errorf("having seen it, she agrees to %+v", r.Order)
	}
}

func TestACommandWaitsForAConnection(t *testing.T) {
	c := newSocket(t, clientConfig(startServer(t), "c-1"))
	if _, err := c.Send(soon(t), place("s-9")); !errors.Is(err, client.ErrClosed) {
		t.Errorf("before Open, Send says %v", err)
	}
	if err := c.Open(soon(t)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Send(ctx, place("s-9")); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended, Send says %v", err)
	}
}

func TestOneCommandUnderOneIDAtATime(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	cmd := place("s-9")
	cmd.ID = "k-1"
	first := send(t, c, cmd)
	if again := send(t, c, cmd); again.Seq != first.Seq || again.OrderID != first.OrderID {
		t.Errorf("the repeat is %+v, the first was %+v", again, first)
	}
	cmd.Extra.Note = "other content"
	if _, err := c.Send(soon(t), cmd); !errors.Is(err, callout.Conflict) {
		t.Errorf("the same id with other content: %v", err)
	}
	send(t, c, place("s-9"))
	if a, b := next(t, c), next(t, c); a.Seq != 1 || b.Seq != 2 {
		t.Errorf("the repeat came to the loop: %d, %d", a.Seq, b.Seq)
	}
}
