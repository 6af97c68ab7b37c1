package callout_test

import (
	"fmt"
	"time"

	"github.com/calloutd/callout"
)

// A client places an order, a serviceman accepts it, and another one comes too late.
func ExampleRules_Apply() {
	rules := callout.DefaultRules()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	events, _ := rules.Apply(nil, callout.Command{
		ID: "1", Sender: callout.Actor{ID: "c-7", Role: callout.Client}, OrderID: "o-1", Status: callout.Placed,
		Receivers: []string{"s-8", "s-9"},
	}, now)
	order := &events[len(events)-1].Order
	fmt.Println(len(events), "events, the order is", order.Status)

	accept := callout.Command{ID: "1", Sender: callout.Actor{ID: "s-9", Role: callout.Serviceman}, OrderID: "o-1", Status: callout.Accepted}
	events, _ = rules.Apply(order, accept, now.Add(time.Minute))
	order = &events[0].Order
	fmt.Println(order.Status, "by", order.ServicemanID)
	for _, r := range events[0].To {
		fmt.Println("told:", r.UserID)
	}

	accept.Sender.ID = "s-8"
	_, err := rules.Apply(order, accept, now.Add(2*time.Minute))
	fmt.Println(err)
	// Output:
	// 2 events, the order is BROADCASTED
	// ACCEPTED by s-9
	// told: c-7
	// told: s-9
	// told: s-8
	// conflict: this offer is closed
}
