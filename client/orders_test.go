package client_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

// ids are the ids of a socket's open orders.
func ids(s *client.Socket) (all []string) {
	for _, o := range s.Orders() {
		all = append(all, o.ID)
	}
	return all
}

func TestOrdersAreThoseThatOneHasAPartIn(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	winner, loser := open(t, servicemanConfig(url, "s-1")), open(t, servicemanConfig(url, "s-2"))
	first := send(t, c, place("s-1", "s-2")).OrderID
	second := send(t, c, place("s-1", "s-2")).OrderID
	waitFor(t, loser, callout.Broadcasted)
	waitFor(t, loser, callout.Broadcasted)
	if got := ids(loser); !slices.Equal(got, []string{first, second}) {
		t.Errorf("on offer are %v", got)
	}
	send(t, winner, callout.Command{OrderID: first, Status: callout.Accepted})
	if r := waitFor(t, loser, callout.Accepted); r.SenderID != "" || r.Order.ServicemanID != "" {
		t.Errorf("who lost is told %+v", r)
	}
	send(t, loser, callout.Command{OrderID: second, Status: callout.OfferDeclined})
	if got := ids(loser); len(got) != 0 {
		t.Errorf("he has lost one and declined the other, and has still %v", got)
	}
	if got := ids(open(t, servicemanConfig(url, "s-2"))); len(got) != 0 {
		t.Errorf("another device of his has %v", got)
	}
	waitFor(t, c, callout.OfferDeclined)
	send(t, c, callout.Command{OrderID: second, Status: callout.Cancelled})
	if got := ids(c); !slices.Equal(got, []string{first}) {
		t.Errorf("the client has %v", got)
	}
}

// A refusal may be ahead of the events that tell of what it shows.
func TestAnOrderThatARefusalShowsAsEndedStaysEnded(t *testing.T) {
	s := newScript(t, false)
	socket, c := s.open(s.config(), 0, callout.Order{ID: "o-2", Version: 1, Status: callout.Accepted, ClientID: "c-1"})
	done := sending(soon(t), socket, callout.Command{OrderID: "o-2", Status: callout.Started})
	id := c.command().ID
	c.text(`{"type":"error","id":"` + id + `","code":"conflict","message":"too late",
		"order":{"id":"o-2","version":3,"statusCode":1008,"clientId":"c-1"}}`)
	if got := within(t, done, "Send"); !errors.Is(got.err, callout.Conflict) || got.Order.Status != callout.Cancelled {
		t.Errorf("Send gives %+v", got)
	}
	c.send(event(1), event(2)) // o-2 at version 1
	next(t, socket)
	next(t, socket)
	if got := ids(socket); !slices.Equal(got, []string{"o-1"}) {
		t.Errorf("the open orders are %v", got)
	}
	end := event(3)
	end.OrderID, end.Version, end.Status = "o-2", 3, callout.Cancelled
	end.Order = []byte(`{"id":"o-2","version":3,"statusCode":1008,"clientId":"c-1"}`)
	c.send(end)
	next(t, socket)
	if got := ids(socket); !slices.Equal(got, []string{"o-1"}) {
		t.Errorf("the open orders are %v", got)
	}
}

func TestAnOperatorKeepsNoOrders(t *testing.T) {
	url := startServer(t)
	c := open(t, clientConfig(url, "c-1"))
	op := open(t, client.Config{URL: url, UserID: "op", Role: callout.Operator})
	order := send(t, c, place("s-1")).OrderID
	r := send(t, op, callout.Command{OrderID: order, Status: callout.Cancelled, Extra: callout.Extra{Reason: "asked to"}})
	if r.Order.Status != callout.Cancelled || len(op.Orders()) != 0 {
		t.Errorf("the operator is given %+v and keeps %v", r.Order, op.Orders())
	}
	if next(t, op).Status != callout.Cancelled {
		t.Error("the operator's inbox does not hold what the operator sent")
	}
}
