package demo

import "github.com/calloutd/callout"

// move is one status that a party gives the order.
type move struct {
	by     lane
	status callout.Status
	extra  func(seen callout.Order) callout.Extra // by the order as the party has seen it last; nil: nothing
}

// moves are those of the original's sequence: where the order goes on, or where it is cancelled.
func moves(cancel bool) []move {
	begun := []move{
		{clientLane, callout.Placed, job},
		{servicemanLane, callout.Accepted, nil},
	}
	if cancel {
		return append(begun, move{clientLane, callout.Cancelled, nil})
	}
	return append(begun,
		move{clientLane, callout.Started, nil},
		move{servicemanLane, callout.OrderChanged, longerJob},
		move{clientLane, callout.Extended, agreement},
		move{clientLane, callout.Payment, payment},
		move{servicemanLane, callout.PaymentVerification, nil},
		move{clientLane, callout.OrderComplete, nil},
	)
}

// end is the status that the order rests in after them.
func end(cancel bool) callout.Status {
	if cancel {
		return callout.Cancelled
	}
	return callout.OrderComplete
}

func job(callout.Order) callout.Extra {
	return callout.Extra{
		Services: []callout.Service{
			{Service: "Visit", Quantity: 1, UnitPrice: 9_900},
			{Service: "Fix the kitchen tap", Quantity: 1, UnitPrice: 34_900},
		},
		Currency: "INR",
		Place:    &callout.Place{Area: "Indiranagar, Bengaluru", Address: "12th Main Road 7, first floor"},
		Note:     "It drips under the sink as well",
	}
}

func longerJob(seen callout.Order) callout.Extra {
	more := callout.Service{Service: "New cartridge, fitted", Quantity: 1, UnitPrice: 42_500}
	return callout.Extra{Services: append(seen.Services[:len(seen.Services):len(seen.Services)], more), Reason: "The cartridge is worn out"}
}

func agreement(seen callout.Order) callout.Extra {
	if seen.Change == nil {
		return callout.Extra{}
	}
	return callout.Extra{ChangeID: seen.Change.ID}
}

func payment(seen callout.Order) callout.Extra {
	due := seen.Total
	return callout.Extra{Method: callout.UPI, Amount: &due}
}
