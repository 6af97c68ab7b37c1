package callout

import "slices"

// Role is what a user is in the system (the original's ClientType).
type Role string

const (
	Client     Role = "client"     // the customer who places an order
	Serviceman Role = "serviceman" // the worker who is offered the order, accepts and does it
	Operator   Role = "operator"   // support staff: reads everything, may cancel and verify, always with a reason
	System     Role = "system"     // the server itself: timers and dispatch

	// Backend is the adopter's own server. It is no user: it has no inbox and no orders, reads everything, and acts for users.
	Backend Role = "backend"
)

// SystemID is the sender of the system's events. No user has this id.
const SystemID = "system"

// IsUser reports whether r is a role that a user can have.
func (r Role) IsUser() bool { return r == Client || r == Serviceman || r == Operator }

// Actor is who sends a command: a user in a role, or the system. An empty Role means "what the user is on that order":
// the apps of the original system do not say.
type Actor struct {
	ID   string
	Role Role
}

// SystemActor is the server itself.
func SystemActor() Actor { return Actor{ID: SystemID, Role: System} }

// standing is what an actor is to one order. The table grants moves to standings.
type standing uint8

const (
	stranger   standing = 0
	asClient   standing = 1 << iota // the order's client, or whoever is about to place one
	asOffered                       // a serviceman whom the order is on offer to
	asAssigned                      // the serviceman who has accepted it
	asFormer                        // a serviceman whose offer is closed
	asOperator
	asSystem
)

// standing finds what a is to o. A nil o is the order that a is about to place.
func (o *Order) standing(a Actor) standing {
	s := asClient
	if o != nil {
		s = o.relation(a.ID)
	}
	switch a.Role {
	case System:
		return asSystem
	case Operator:
		return asOperator
	case Client:
		if s == asClient {
			return s
		}
	case Serviceman:
		if s != asClient {
			return s
		}
	case "":
		return s
	}
	return stranger
}

// relation is what a user is to o by id alone.
func (o *Order) relation(userID string) standing {
	switch {
	case userID == o.ClientID:
		return asClient
	case userID == o.ServicemanID:
		return asAssigned
	case slices.Contains(o.Receivers, userID):
		return asOffered
	case slices.Contains(o.Former, userID):
		return asFormer
	}
	return stranger
}
