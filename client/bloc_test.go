package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

func newBloc(t testing.TB, c client.Config) *client.Bloc {
	t.Helper()
	b, err := client.NewBloc(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func add(t testing.TB, b *client.Bloc, events ...client.Event) {
	t.Helper()
	for _, e := range events {
		if err := b.Add(e); err != nil {
			t.Fatalf("add %T: %v", e, err)
		}
	}
}

// nextState gives the next state, which has to be an S.
func nextState[S client.State](t testing.TB, b *client.Bloc) S {
	t.Helper()
	for state := range b.States(soon(t)) {
		s, ok := state.(S)
		if !ok {
			t.Fatalf("the next state is %T %+v, not %T", state, state, s)
		}
		return s
	}
	t.Fatal("no state comes")
	panic("unreachable")
}

func TestABlocTakesEventsAndGivesStates(t *testing.T) {
	url := startServer(t)
	c, s := newBloc(t, clientConfig(url, "c-1")), newBloc(t, servicemanConfig(url, "s-9"))
	if c.UserID != "c-1" || c.Type != callout.Client || c.Connected() {
		t.Errorf("the client is %s, a %s, connected %v", c.UserID, c.Type, c.Connected())
	}
	if err := s.SendOrderStatus(callout.OrderStatus{Status: callout.Accepted, OrderID: "o"}); err != nil {
		t.Error(err)
	}
	nextState[client.NullState](t, s)
	add(t, s, client.ConnectEvent{})
	nextState[client.ConnectState](t, s)
	add(t, c, client.ConnectEvent{})
	nextState[client.ConnectState](t, c)
	if !c.Connected() {
		t.Error("the client is not connected")
	}
	if err := c.SendOrderStatus(callout.OrderStatus{Status: callout.Placed, ReceiverID: "s-9"}); err != nil {
		t.Error(err)
	}
	var order string
	for range 2 { // the event and the word that it was sent, in either order
		for state := range c.States(soon(t)) {
			switch state := state.(type) {
			case client.DataSentState:
				if state.Err != nil || state.Message != callout.Placed.Message() {
					t.Errorf("sent: %+v", state)
				}
				order = state.Received.OrderID
			case client.ReceiveDataState:
				if state.Status != callout.Placed || state.OrderStatus.ReceiverID != "c-1" {
					t.Errorf("received: %+v", state)
				}
			default:
				t.Errorf("the state is %T", state)
			}
			break
		}
	}
	if r := nextState[client.ReceiveDataState](t, s); r.OrderID != order {
		t.Errorf("the serviceman is told of %s, not %s", r.OrderID, order)
	}
	if orders := s.Orders(); len(orders) != 1 || orders[0].ID != order {
		t.Errorf("his orders are %+v", orders)
	}
	add(t, c, client.SendDataEvent{Command: callout.Command{OrderID: order, Status: callout.OrderComplete}})
	if state := nextState[client.DataSentState](t, c); !errors.Is(state.Err, callout.Conflict) || state.Received.Order.ID != order {
		t.Errorf("what is too early is answered with %+v", state)
	}
	if err := c.ReceiveOrderStatus(client.Received{Seq: 77}); err != nil {
		t.Error(err)
	}
	if state := nextState[client.ReceiveDataState](t, c); state.Seq != 77 {
		t.Errorf("received by hand: %+v", state)
	}
	add(t, c, client.DisconnectEvent{}, client.DisconnectEvent{}, client.SendDataEvent{})
	nextState[client.DisconnectState](t, c)
	nextState[client.DisconnectState](t, c)
	nextState[client.NullState](t, c)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Add(client.ConnectEvent{}); !errors.Is(err, client.ErrClosed) {
		t.Errorf("a closed Bloc takes an event: %v", err)
	}
	for range c.States(soon(t)) {
		t.Error("a closed Bloc gives a state")
	}
}

// The original's standing trouble: "after every second connect received states no longer arrive". In each round one event
// happens while there is a connection, and one while there is none.
func TestABlocReceivesEverythingHoweverOftenItConnects(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	s := newBloc(t, servicemanConfig(url, "s-9"))
	go func() {
		for range c.OrderStatuses(soon(t)) { // or its window would fill up
		}
	}()
	const events = 100
	add(t, s, client.ConnectEvent{})
	connects, seq := 0, int64(0)
	for state := range s.States(soon(t)) {
		switch state := state.(type) {
		case client.ConnectState:
			connects++
			send(t, c, place("s-9"))
		case client.ReceiveDataState:
			if seq++; state.Seq != seq {
				t.Fatalf("event %d comes after %d", state.Seq, seq-1)
			}
			if seq%2 == 1 {
				add(t, s, client.DisconnectEvent{})
			}
		case client.DisconnectState:
			if state.Err != nil {
				t.Errorf("disconnected: %v", state.Err)
			}
			send(t, c, place("s-9"))
			add(t, s, client.ConnectEvent{})
		}
		if seq == events {
			break
		}
	}
	if seq != events || connects < events/2 {
		t.Errorf("%d events came in %d connections", seq, connects)
	}
}

func TestABlocTellsOfLostConnections(t *testing.T) {
	script := newScript(t, false)
	b := newBloc(t, script.config())
	add(t, b, client.ConnectEvent{})
	c := script.next()
	c.hello()
	c.welcome(0, 0)
	nextState[client.ConnectState](t, b)
	add(t, b, client.ConnectEvent{})
	nextState[client.ConnectState](t, b)
	c.cut()
	if state := nextState[client.DisconnectState](t, b); state.Err == nil || !state.Returning {
		t.Errorf("the state is %+v", state)
	}
	c = script.next()
	c.hello()
	c.welcome(0, 0)
	nextState[client.ConnectState](t, b)
	c.close(wire.Goodbye{Code: wire.Forbidden, Reason: "banned"})
	var closed *client.CloseError
	if state := nextState[client.DisconnectState](t, b); !errors.As(state.Err, &closed) || state.Returning {
		t.Errorf("the state is %+v", state)
	}
	add(t, b, client.SendDataEvent{}, client.ConnectEvent{})
	nextState[client.NullState](t, b)
	c = script.next()
	c.hello()
	c.welcome(0, 0)
	nextState[client.ConnectState](t, b)
}

func TestABlocStopsConnectingWhenItIsTold(t *testing.T) {
	b := newBloc(t, clientConfig("http://127.0.0.1:1", "c-1"))
	add(t, b, client.ConnectEvent{}, client.DisconnectEvent{})
	if state := nextState[client.DisconnectState](t, b); state.Err != nil || state.Returning {
		t.Errorf("the state is %+v", state)
	}
}

func TestABlocKeepsWhatTheProgramHasFinished(t *testing.T) {
	script := newScript(t, false)
	config := script.config()
	store := new(client.MemoryCursor)
	config.Cursor = store
	b := newBloc(t, config)
	add(t, b, client.ConnectEvent{})
	c := script.next()
	c.hello()
	c.welcome(0, 0)
	nextState[client.ConnectState](t, b)
	c.send(events(1, 2)...)
	nextState[client.ReceiveDataState](t, b)
	nextState[client.ReceiveDataState](t, b) // 1 is finished
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if kept, err := store.Load(t.Context()); err != nil || kept.Seq != 1 {
		t.Errorf("the cursor is %+v, %v", kept, err)
	}
}

func TestABlocIsBounded(t *testing.T) {
	b := newBloc(t, clientConfig("http://127.0.0.1:1", "c-1"))
	full := 0
	for range 5000 {
		if err := b.Add(client.SendDataEvent{}); errors.Is(err, client.ErrBusy) {
			full++
		}
	}
	if full < 5000-2*1024 || full == 5000 {
		t.Errorf("of 5,000 events %d were refused", full)
	}
	states := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range b.States(ctx) {
		if states++; states == 5000-full {
			cancel()
		}
	}
}

func TestABlocIsClosedFromTheBodyOfItsLoop(t *testing.T) {
	b := newBloc(t, clientConfig(startServer(t), "c-1"))
	add(t, b, client.ConnectEvent{})
	for range b.States(soon(t)) {
		for range b.States(soon(t)) {
			t.Error("a second loop was given a state")
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
