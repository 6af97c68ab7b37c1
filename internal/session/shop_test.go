package session_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

// The people of the tests.
var (
	ana = callout.Actor{ID: "c-ana", Role: callout.Client}
	sam = callout.Actor{ID: "s-sam", Role: callout.Serviceman}
	sue = callout.Actor{ID: "s-sue", Role: callout.Serviceman}
)

// shop is the ledger behind the sessions: the real rules on orders in memory. What happens goes into one user's inbox.
type shop struct {
	rules   callout.Rules
	orders  map[string]*callout.Order
	decided map[commandKey]decided
	inbox   *inbox
	ids     int // of commands so far
}

type commandKey struct{ sender, id string }

type decided struct {
	digest  [16]byte
	orderID string
	version int64
}

func newShop(userID string) *shop {
	return &shop{
		rules: callout.DefaultRules(), orders: make(map[string]*callout.Order), decided: make(map[commandKey]decided),
		inbox: &inbox{userID: userID, cursors: make(map[string]int64)},
	}
}

// decide is a commit of one command.
func (s *shop) decide(cmd callout.Command, now time.Time) session.Answer {
	cmd.Complete()
	digest, err := cmd.Digest()
	if err != nil {
		return s.refused(&cmd, err)
	}
	key := commandKey{cmd.Sender.ID, cmd.ID}
	if before, ok := s.decided[key]; ok {
		if before.digest != digest {
			return s.refused(&cmd, &callout.Error{Code: callout.Conflict, Message: "another command has this id"})
		}
		return session.Answer{OrderID: before.orderID, Version: before.version, Repeated: true}
	}
	events, err := s.rules.Apply(s.orders[cmd.OrderID], cmd, now)
	if err != nil {
		return s.refused(&cmd, err)
	}
	for i := range events {
		s.inbox.add(&events[i])
	}
	s.orders[cmd.OrderID] = &events[len(events)-1].Order
	s.decided[key] = decided{digest, events[0].OrderID, events[0].Version}
	return session.Answer{OrderID: events[0].OrderID, Version: events[0].Version}
}

func (s *shop) refused(cmd *callout.Command, err error) session.Answer {
	var refusal *callout.Error
	if !errors.As(err, &refusal) {
		panic(err) // the rules refuse with nothing else
	}
	answer := session.Answer{Err: refusal}
	if o := s.orders[cmd.OrderID]; o != nil {
		if answer.View = o.ViewFor(cmd.Sender); answer.View != callout.NoView {
			answer.Order = mustJSON(o.As(answer.View))
		}
	}
	return answer
}

// open lists the user's open orders as the user sees them.
func (s *shop) open() []callout.Order {
	var open []callout.Order
	for _, id := range slices.Sorted(maps.Keys(s.orders)) {
		o := s.orders[id]
		view := o.ViewOf(s.inbox.userID)
		if !o.Status.Ends() && (view == callout.PartyView || view == callout.OfferView) {
			open = append(open, o.As(view))
		}
	}
	return open
}

// say is a command with a new id and as much beside the status as it takes to be allowed.
func (s *shop) say(sender callout.Actor, orderID string, status callout.Status) callout.Command {
	s.ids++
	c := callout.Command{ID: fmt.Sprintf("theirs-%d", s.ids), Sender: sender, OrderID: orderID, Status: status}
	switch status {
	case callout.Placed:
		c.Receivers = []string{sam.ID}
	case callout.Payment:
		c.Extra.Method = callout.Cash
	case callout.Cancelled:
		c.Extra.Reason = "so be it"
	case callout.Extended:
		if o := s.orders[orderID]; o != nil {
			c.Version = o.Version
		}
	}
	return c
}

// usual is who usually says a status.
func usual(status callout.Status) callout.Actor {
	switch status {
	case callout.Accepted, callout.OrderChanged, callout.PaymentVerification, callout.PaymentRejected, callout.OfferDeclined:
		return sam
	case callout.Broadcasted, callout.Expired:
		return callout.SystemActor()
	}
	return ana
}
