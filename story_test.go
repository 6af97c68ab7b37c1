package callout_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

var (
	client     = callout.Actor{ID: "c-1", Role: callout.Client}
	serviceman = callout.Actor{ID: "s-1", Role: callout.Serviceman} // gets the order, in every story that goes so far
	rival      = callout.Actor{ID: "s-2", Role: callout.Serviceman} // is on offer until somebody else accepts
	decliner   = callout.Actor{ID: "s-3", Role: callout.Serviceman} // is on offer and says no
	outsider   = callout.Actor{ID: "c-9", Role: callout.Client}
	idler      = callout.Actor{ID: "s-9", Role: callout.Serviceman}
	operator   = callout.Actor{ID: "op-1", Role: callout.Operator}
	system     = callout.SystemActor()
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// story is one order as it goes through a test, a second passing with every command.
type story struct {
	testing.TB
	rules callout.Rules
	now   time.Time
	order *callout.Order
	last  []callout.Event // what the last accepted command made happen
	count int
}

func begin(t testing.TB) *story {
	return &story{TB: t, rules: callout.DefaultRules(), now: noon}
}

// try has who send what, filled up with an id and the order's id.
func (s *story) try(who callout.Actor, what callout.Command) ([]callout.Event, error) {
	s.count++
	s.now = s.now.Add(time.Second)
	what.Sender = who
	if what.ID == "" {
		what.ID = fmt.Sprintf("cmd-%d", s.count)
	}
	if what.OrderID == "" {
		what.OrderID = "o-1"
	}
	if who == system && s.order != nil {
		what.Version = s.order.Version
	}
	return s.rules.Apply(s.order, what, s.now)
}

func (s *story) do(who callout.Actor, what callout.Command) *story {
	s.Helper()
	events, err := s.try(who, what)
	if err != nil {
		s.Fatalf("%s by %s: %v", what.Status, who.ID, err)
	}
	s.last, s.order = events, &events[len(events)-1].Order
	return s
}

func (s *story) refuse(code callout.Code, who callout.Actor, what callout.Command) *story {
	s.Helper()
	_, err := s.try(who, what)
	if got := codeOf(s, err); got != code {
		s.Errorf("%s by %s %q: got %q (%v), want %q", what.Status, who.Role, who.ID, got, err, code)
	}
	return s
}

// tester is what a test of either kind can do, a [testing.T] or a [rapid.T].
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// codeOf is the code of a refusal, and empty when nothing was refused.
func codeOf(t tester, err error) callout.Code {
	t.Helper()
	if err == nil {
		return ""
	}
	var refusal *callout.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("%v is no *callout.Error", err)
	}
	if !refusal.Code.Final() || refusal.Message == "" || !errors.Is(err, refusal.Code) {
		t.Fatalf("%#v is no final refusal with a message", refusal)
	}
	return refusal.Code
}

var twoServices = []callout.Service{
	{Service: "leak", Quantity: 1, UnitPrice: 40_00},
	{Service: "tap", Quantity: 2, UnitPrice: 12_50},
}

func placed(receivers ...string) callout.Command {
	lat, lon := 12.97, 77.59
	return callout.Command{Status: callout.Placed, Receivers: receivers, Extra: callout.Extra{
		Services: twoServices, Currency: "INR", Note: "second door",
		Place: &callout.Place{Area: "Indiranagar", Address: "12 Main Road", Lat: &lat, Lon: &lon},
	}}
}

// say is a command that carries nothing beside its status.
func say(status callout.Status) callout.Command { return callout.Command{Status: status} }

// because is say with a reason.
func because(status callout.Status) callout.Command {
	return callout.Command{Status: status, Extra: callout.Extra{Reason: "the boiler is gone"}}
}

func agree(change int64) callout.Command {
	return callout.Command{Status: callout.Extended, Extra: callout.Extra{ChangeID: change}}
}

func cash() callout.Command {
	return callout.Command{Status: callout.Payment, Extra: callout.Extra{Method: callout.Cash}}
}

func amount(n int64) *int64 { return &n }

// right is what an actor with every reason says when they make a move, with all that its row needs.
func right(o *callout.Order, status callout.Status) callout.Command {
	switch status {
	case callout.Placed:
		return placed("s-5", "s-6")
	case callout.Extended:
		if o != nil && o.Change != nil {
			return agree(o.Change.ID)
		}
		return agree(1)
	case callout.Payment:
		return cash()
	}
	return because(status)
}

// resting is an order that rests in status, reached by commands alone. From BROADCASTED on the decliner has declined;
// from ACCEPTED on it is the serviceman's, and the rival has lost it.
func resting(t testing.TB, status callout.Status) *story {
	t.Helper()
	s := begin(t)
	if status == callout.Placed {
		return s.do(client, placed(serviceman.ID))
	}
	s.do(client, placed(serviceman.ID, rival.ID, decliner.ID)).do(decliner, say(callout.OfferDeclined))
	path := map[callout.Status][]callout.Status{
		callout.Broadcasted:         {},
		callout.Expired:             {callout.Expired},
		callout.Accepted:            {callout.Accepted},
		callout.Cancelled:           {callout.Accepted, callout.Cancelled},
		callout.Started:             {callout.Accepted, callout.Started},
		callout.OrderChanged:        {callout.Accepted, callout.Started, callout.OrderChanged},
		callout.Extended:            {callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended},
		callout.Payment:             {callout.Accepted, callout.Started, callout.Payment},
		callout.PaymentVerification: {callout.Accepted, callout.Started, callout.Payment, callout.PaymentVerification},
		callout.OrderComplete: {
			callout.Accepted, callout.Started, callout.Payment, callout.PaymentVerification, callout.OrderComplete,
		},
	}
	for _, step := range path[status] {
		who := client
		switch step {
		case callout.Accepted, callout.OrderChanged, callout.PaymentVerification:
			who = serviceman
		case callout.Expired:
			who, s.now = system, s.order.DueAt
		}
		s.do(who, right(s.order, step))
	}
	if s.order.Status != status {
		t.Fatalf("the order rests in %s, not %s", s.order.Status, status)
	}
	return s
}
