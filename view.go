package callout

import "slices"

// View is how much of an order somebody sees.
type View uint8

const (
	NoView     View = iota // the order is no business of theirs
	PartyView              // client, assigned serviceman and operator see everything
	OfferView              // a serviceman on offer sees what he needs to decide
	ClosedView             // one whose offer is closed sees that it is
)

// ViewOf is the view that the user has of o, by id alone: as its client or as one of its servicemen.
func (o *Order) ViewOf(userID string) View {
	return o.relation(userID).view()
}

// ViewFor is the view that a has of o in their role.
func (o *Order) ViewFor(a Actor) View {
	return o.standing(a).view()
}

func (s standing) view() View {
	switch s {
	case asClient, asAssigned, asOperator, asSystem:
		return PartyView
	case asOffered:
		return OfferView
	case asFormer:
		return ClosedView
	}
	return NoView
}

// As is o as seen through v, with everything left out that v does not show. [NoView] shows nothing.
func (o *Order) As(v View) Order {
	switch v {
	case PartyView:
		seen := *o
		seen.DueEvent, seen.Former = 0, nil
		return seen
	case OfferView:
		seen := Order{
			ID: o.ID, Version: o.Version, Status: o.Status, ClientID: o.ClientID,
			Services: o.Services, Currency: o.Currency, Total: o.Total,
			PlacedAt: o.PlacedAt, DueAt: o.DueAt,
		}
		if o.Place != nil && o.Place.Area != "" {
			seen.Place = &Place{Area: o.Place.Area}
		}
		return seen
	case ClosedView:
		return Order{ID: o.ID, Version: o.Version, Status: o.Status}
	}
	return Order{}
}

// Recipient is one user who is told of an event, and what they see of the order in it.
type Recipient struct {
	UserID string
	View   View
}

// recipients lists who is told of ev, each once: the sender, the parties, and while the order is on offer the servicemen
// whom it was on offer to until then. It follows from the order alone, never from a list that a sender supplies.
func recipients(before *Order, ev *Event) []Recipient {
	after := &ev.Order
	told := make([]Recipient, 0, 2+len(after.Receivers))
	tell := func(userID string, v View) {
		if userID != "" && !slices.ContainsFunc(told, func(r Recipient) bool { return r.UserID == userID }) {
			told = append(told, Recipient{userID, v})
		}
	}
	tell(after.ClientID, PartyView)
	tell(after.ServicemanID, PartyView)
	if ev.Sender.Role != System {
		tell(ev.Sender.ID, after.ViewFor(ev.Sender))
	}
	if ev.Status.toldToOffered() {
		if before != nil {
			for _, id := range before.Receivers {
				tell(id, after.ViewOf(id))
			}
		}
		for _, id := range after.Receivers {
			tell(id, OfferView)
		}
	}
	return told
}

// toldToOffered reports whether the servicemen on offer are told of an event.
func (s Status) toldToOffered() bool {
	switch s {
	case Placed, Broadcasted, Expired, Accepted, Cancelled:
		return true
	}
	return false
}
