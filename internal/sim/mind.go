package sim

import (
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/calloutd/callout"
)

// mind is what a user knows, by whichever of their devices, and what they want.
type mind struct {
	me    callout.Actor
	world *world
	dice  *dice

	mu     sync.Mutex
	orders map[string]callout.Order // as they were last seen
	placed int                      // orders of their own
	said   int                      // commands
}

func newMind(w *world, me callout.Actor) *mind {
	return &mind{me: me, world: w, dice: newDice(w.seed, "mind of "+me.ID), orders: make(map[string]callout.Order)}
}

// see takes in an order as it is shown.
func (m *mind) see(order callout.Order) {
	m.world.talk.hear(order.ID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if order.Version > m.orders[order.ID].Version {
		m.orders[order.ID] = order
	}
}

// want is what the user wants next, if anything: mostly something that the rules allow, as far as they know.
func (m *mind) want() (callout.Command, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var cmd callout.Command
	switch {
	case m.dice.chance(0.06):
		cmd = m.meddle()
	case m.me.Role == callout.Client && m.placed < m.world.plan.orders && m.dice.chance(0.35):
		cmd = m.place()
	default:
		cmd = m.move()
	}
	if cmd.Status == 0 {
		return cmd, false
	}
	m.said++
	cmd.ID, cmd.Sender = fmt.Sprintf("%s-%d", m.me.ID, m.said), m.me
	return cmd, true
}

// place is a new order, for some of the servicemen.
func (m *mind) place() callout.Command {
	m.placed++
	men := m.world.plan.servicemen()
	cmd := callout.Command{
		Status: callout.Placed, Receivers: some(m.dice, 1+m.dice.below(len(men)), men),
		Extra: callout.Extra{Currency: "INR", Services: m.services()},
	}
	if m.dice.chance(0.8) {
		cmd.OrderID = hex.EncodeToString(fmt.Appendf(nil, "%-8.8s%04d", m.me.ID, m.placed))
	}
	if m.dice.chance(0.2) {
		cmd.Extra.OfferSeconds = int64(1 + m.dice.below(4))
	}
	return cmd
}

func (m *mind) services() []callout.Service {
	return []callout.Service{{Service: "tap", Quantity: int64(1 + m.dice.below(3)), UnitPrice: int64(100 * m.dice.below(9))}}
}

// weight is how much the user likes a move. Those that end an order early are rare, and where people haggle, those that
// settle it.
func (m *mind) weight(status callout.Status) int {
	haggling := m.world.plan.haggling
	switch status {
	case callout.Cancelled, callout.OfferDeclined:
		return 1
	case callout.Extended, callout.Payment:
		if haggling {
			return 1
		}
	case callout.OrderChanged, callout.PaymentRejected, callout.ChangeDeclined:
		if !haggling {
			return 5
		}
	}
	return 12
}

// move is a move that one of the orders allows.
func (m *mind) move() callout.Command {
	type choice struct {
		order  *callout.Order
		status callout.Status
	}
	var choices []choice
	for _, order := range m.known() {
		for _, status := range order.Moves(m.me, m.world.clock.now()) {
			if status == callout.Placed {
				continue
			}
			for range m.weight(status) {
				choices = append(choices, choice{&order, status})
			}
		}
	}
	if len(choices) == 0 {
		return callout.Command{}
	}
	c := oneOf(m.dice, choices)
	return m.say(c.order, c.status)
}

// known are the orders that the user knows of, in an order that does not change. An operator looks at one of all.
func (m *mind) known() []callout.Order {
	var orders []callout.Order
	for _, id := range m.world.talk.all() {
		if order, ok := m.orders[id]; ok {
			orders = append(orders, order)
		}
	}
	if m.me.Role == callout.Operator {
		return m.world.lookUp(m.dice)
	}
	return orders
}

// meddle is what the rules most likely refuse: any status, on any order that there is, at a version that it is at or was.
func (m *mind) meddle() callout.Command {
	orders := m.world.lookUp(m.dice)
	if len(orders) == 0 {
		return callout.Command{}
	}
	status := oneOf(m.dice, callout.Statuses())
	if status == callout.Placed {
		cmd := m.place()
		cmd.OrderID = orders[0].ID
		return cmd
	}
	return m.say(&orders[0], status)
}

// say is a command on an order, based on what the user knows of it, or at times on what they knew.
func (m *mind) say(order *callout.Order, status callout.Status) callout.Command {
	cmd := callout.Command{OrderID: order.ID, Status: status}
	switch status {
	case callout.Accepted, callout.OfferDeclined:
	default:
		cmd.Version = order.Version
		if cmd.Version > 1 && m.dice.chance(0.05) {
			cmd.Version--
		}
	}
	e := &cmd.Extra
	switch status {
	case callout.OrderChanged:
		if m.dice.chance(0.7) && order.Currency != "" {
			e.Services = m.services()
		}
	case callout.Extended:
		if order.Change != nil && m.dice.chance(0.5) {
			e.ChangeID = order.Change.ID
		}
	case callout.Payment:
		e.Method = oneOf(m.dice, []callout.Method{callout.Cash, callout.UPI, callout.Card})
		if m.dice.chance(0.3) {
			e.Amount = &order.Total
		}
	case callout.Cancelled, callout.PaymentRejected, callout.PaymentVerification:
		e.Reason = "because"
	}
	return cmd
}
