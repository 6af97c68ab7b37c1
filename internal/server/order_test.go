package server_test

import (
	"encoding/json"
	"testing"

	"go.uber.org/goleak"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAWholeOrderRunsBetweenTwoSockets(t *testing.T) {
	s := servertest.Start(t, nil)
	client, welcome := s.Enter("c-1", callout.Client)
	if !welcome.Dev || welcome.Seq != 0 || len(welcome.Orders) != 0 {
		t.Errorf("the welcome is %+v", welcome)
	}
	man, _ := s.Enter("s-9", callout.Serviceman)
	price := func(unit int64) []callout.Service {
		return []callout.Service{{Service: "tap", Quantity: 1, UnitPrice: unit}}
	}
	client.Command("k1", "o-1", callout.Placed, func(c *callout.Command) {
		c.Receivers = []string{"s-9"}
		c.Extra = callout.Extra{Services: price(500), Currency: "INR", Note: "ring twice"}
	})
	for i, step := range []struct {
		from   *servertest.Peer
		status callout.Status
		extra  callout.Extra
	}{
		{man, callout.Accepted, callout.Extra{}},
		{client, callout.Started, callout.Extra{}},
		{man, callout.OrderChanged, callout.Extra{Services: price(900)}},
		{client, callout.Extended, callout.Extra{ChangeID: 4}},
		{client, callout.Payment, callout.Extra{Method: callout.Cash}},
		{man, callout.PaymentVerification, callout.Extra{}},
		{client, callout.OrderComplete, callout.Extra{}},
	} {
		seq := int64(i + 1)
		for _, p := range []*servertest.Peer{client, man} {
			if e := p.Event(); e.Seq != seq || e.Version != seq || e.OrderID != "o-1" {
				t.Fatalf("event %d is %+v", seq, e)
			}
		}
		step.from.Command("x"+step.status.String(), "o-1", step.status, func(c *callout.Command) { c.Extra = step.extra })
	}
	last := client.Event()
	var order callout.Order
	if err := json.Unmarshal(last.Order, &order); err != nil {
		t.Fatal(err)
	}
	if last.Status != callout.OrderComplete || order.Total != 900 || order.ServicemanID != "s-9" {
		t.Errorf("in the end the order is %+v", order)
	}
	events, err := s.DB.Events(t.Context(), "o-1")
	if err != nil || len(events) != 8 {
		t.Errorf("the database holds %d events (%v), not 8", len(events), err)
	}
}
