package store

import (
	"fmt"
	"slices"

	"github.com/calloutd/callout"
)

// Check says what no event that the rules have decided can be, as a [BadData] error. It guards what is stored against mistakes
// of ours where the database itself would have to be asked at a price: PostgreSQL prepares the constraints of a table anew for
// every statement, 25 to 40 µs each time.
func (r *Record) Check() error {
	o := &r.Order
	for _, hold := range [...]struct {
		what string
		ok   bool
	}{
		{"its version", r.Version >= 1 && r.Version == o.Version},
		{"its status", r.Status.Known() && o.Status.Rests()},
		{"where it begins", (r.Version == 1) == (r.Status == callout.Placed)},
		{"where it leaves the order", leavesAt(r.Status, o.Status)},
		{"its sender", slices.Contains(roles, r.Sender.Role) && (r.Sender.Role == callout.System) == (r.Sender.ID == callout.SystemID) && o.ClientID != callout.SystemID},
		{"its time", !o.UpdatedAt.Before(o.PlacedAt)},
		{"what is due", o.DueEvent == dueIn(o.Status) && o.DueAt.IsZero() == (o.DueEvent == 0)},
		{"who is told", r.toldRight()},
		{"whose it is", ownedIn(o.Status, o.ServicemanID) && o.ServicemanID != o.ClientID},
	} {
		if !hold.ok {
			return fmt.Errorf("%w: event %d of order %s, %v, is wrong in %s", BadData, r.Version, r.OrderID, r.Status, hold.what)
		}
	}
	return nil
}

var roles = []callout.Role{callout.Client, callout.Serviceman, callout.Operator, callout.System}

// toldRight reports whether everybody who is told sees something of the order.
func (r *Record) toldRight() bool {
	return !slices.ContainsFunc(r.To, func(to callout.Recipient) bool {
		return to.View < callout.PartyView || to.View > callout.ClosedView || to.UserID == ""
	})
}

// leavesAt reports whether an event can leave its order in a status.
func leavesAt(event, order callout.Status) bool {
	switch event {
	case callout.ChangeDeclined, callout.PaymentRejected:
		return order == callout.Started || order == callout.Extended
	case callout.OfferDeclined:
		return order == callout.Placed || order == callout.Broadcasted
	}
	return order == event
}

// dueIn is what happens by itself in the end to an order that rests in a status; 0: nothing.
func dueIn(s callout.Status) callout.Status {
	switch s {
	case callout.Placed, callout.Broadcasted:
		return callout.Expired
	case callout.OrderChanged:
		return callout.ChangeDeclined
	case callout.PaymentVerification:
		return callout.OrderComplete
	}
	return 0
}

// ownedIn reports whether an order can rest in a status and be this serviceman's, or nobody's.
func ownedIn(s callout.Status, servicemanID string) bool {
	switch s {
	case callout.Placed, callout.Broadcasted, callout.Expired:
		return servicemanID == ""
	case callout.Cancelled:
		return true
	}
	return servicemanID != ""
}
