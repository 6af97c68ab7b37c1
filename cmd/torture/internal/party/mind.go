package party

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/calloutd/callout"
)

// mind decides what a user does, at random. Its methods are safe for concurrent use.
type mind struct {
	me       callout.Actor
	name     string // of the device, which begins the ids of its commands
	receives []string

	mu       sync.Mutex
	random   *rand.Rand
	commands int
	open     map[string]struct{} // a client's orders that have not ended
}

// maxOpen is how many orders of a client may be open before no more are placed.
const maxOpen = 12

// thought is a command that is to be sent after a while.
type thought struct {
	command callout.Command
	after   time.Duration
}

// consider says what the user does about an event, if anything. An order is as the event showed it.
func (m *mind) consider(status callout.Status, o callout.Order) (thought, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next, extra := callout.Status(0), callout.Extra{}
	switch {
	case m.me.Role == callout.Client && o.ClientID == m.me.ID:
		next, extra = m.asClient(status, o)
	case m.me.Role == callout.Serviceman && o.ServicemanID == m.me.ID:
		next, extra = m.asServiceman(status, o)
	case m.me.Role == callout.Serviceman && status == callout.Placed:
		next = pick(m.random, choice{85, callout.Accepted}, choice{8, callout.OfferDeclined}, choice{7, 0})
	}
	if next == 0 {
		return thought{}, false
	}
	c := m.command(o.ID, next)
	c.Extra.Services, c.Extra.Method, c.Extra.Reason, c.Extra.ChangeID = extra.Services, extra.Method, extra.Reason, extra.ChangeID
	if next != callout.Accepted && next != callout.OfferDeclined {
		c.Version = o.Version
	}
	after := time.Duration(0) // half of all, so that servicemen race for an offer
	if m.random.IntN(2) == 0 {
		after = time.Duration(m.random.IntN(200)) * time.Millisecond
	}
	return thought{c, after}, true
}

func (m *mind) asClient(status callout.Status, o callout.Order) (callout.Status, callout.Extra) {
	switch {
	case o.Status.Ends():
		delete(m.open, o.ID)
	case status == callout.Placed:
		m.open[o.ID] = struct{}{}
		return pick(m.random, choice{4, callout.Cancelled}, choice{96, 0}), callout.Extra{}
	case status == callout.Accepted:
		return pick(m.random, choice{90, callout.Started}, choice{8, callout.Cancelled}, choice{2, 0}), callout.Extra{}
	case o.Status == callout.Started, o.Status == callout.Extended:
		methods := []callout.Method{callout.Cash, callout.UPI, callout.Card}
		return pick(m.random, choice{70, callout.Payment}, choice{30, 0}), callout.Extra{Method: methods[m.random.IntN(len(methods))]}
	case status == callout.OrderChanged:
		next := pick(m.random, choice{60, callout.Extended}, choice{20, callout.ChangeDeclined}, choice{20, 0})
		return next, callout.Extra{ChangeID: o.Version}
	case status == callout.Payment:
		return pick(m.random, choice{4, callout.PaymentRejected}, choice{96, 0}), callout.Extra{}
	case status == callout.PaymentVerification:
		return pick(m.random, choice{75, callout.OrderComplete}, choice{25, 0}), callout.Extra{}
	}
	return 0, callout.Extra{}
}

func (m *mind) asServiceman(status callout.Status, o callout.Order) (callout.Status, callout.Extra) {
	switch {
	case status == callout.Accepted:
		return pick(m.random, choice{4, callout.Cancelled}, choice{96, 0}), callout.Extra{Reason: "something came up"}
	case o.Status == callout.Started, o.Status == callout.Extended:
		return pick(m.random, choice{35, callout.OrderChanged}, choice{65, 0}), callout.Extra{Services: m.services(), Reason: "more to do"}
	case status == callout.OrderChanged:
		return pick(m.random, choice{4, callout.ChangeDeclined}, choice{96, 0}), callout.Extra{}
	case status == callout.Payment:
		return pick(m.random, choice{80, callout.PaymentVerification}, choice{15, callout.PaymentRejected}, choice{5, 0}), callout.Extra{}
	}
	return 0, callout.Extra{}
}

// place makes a new order, unless too many are open.
func (m *mind) place() (callout.Command, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.open) >= maxOpen {
		return callout.Command{}, false
	}
	c := m.command(fmt.Sprintf("%024x", m.random.Uint64()), callout.Placed)
	for _, i := range m.random.Perm(len(m.receives))[:1+m.random.IntN(min(4, len(m.receives)))] {
		c.Receivers = append(c.Receivers, m.receives[i])
	}
	c.Extra.Services, c.Extra.Currency, c.Extra.Note = m.services(), "EUR", "ring twice"
	c.Extra.Place = &callout.Place{Area: "North", Address: "1 High Street"}
	if m.random.IntN(3) == 0 {
		c.Extra.OfferSeconds = 1 + m.random.Int64N(4)
	}
	return c, true
}

// intervene is what an operator does about an order at which nothing happens.
func (m *mind) intervene(o callout.Order) callout.Command {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := callout.Cancelled
	if o.Status == callout.Payment {
		next = callout.PaymentVerification
	}
	c := m.command(o.ID, next)
	c.Version, c.Extra.Reason = o.Version, "nothing happens"
	return c
}

// between is a random time to wait.
func (m *mind) between(least, most time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return least + time.Duration(m.random.Int64N(int64(most-least)))
}

// one reports true about one time in n.
func (m *mind) one(n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.IntN(n) == 0
}

func (m *mind) command(orderID string, status callout.Status) callout.Command {
	m.commands++
	return callout.Command{
		ID: fmt.Sprintf("%s/%d", m.name, m.commands), Sender: m.me, OrderID: orderID, Status: status,
		Extra: callout.Extra{More: map[string]json.RawMessage{"torture": json.RawMessage(`{"n":[1,null,"two"]}`)}},
	}
}

func (m *mind) services() []callout.Service {
	all := make([]callout.Service, 1+m.random.IntN(3))
	for i := range all {
		all[i] = callout.Service{Service: fmt.Sprintf("service %d", i), Quantity: 1 + m.random.Int64N(3), UnitPrice: m.random.Int64N(10_000)}
	}
	return all
}

// choice is a status, 0 for none, and how many times of a hundred it is chosen.
type choice struct {
	percent int
	status  callout.Status
}

func pick(random *rand.Rand, choices ...choice) callout.Status {
	n := random.IntN(100)
	for _, c := range choices {
		if n < c.percent {
			return c.status
		}
		n -= c.percent
	}
	return 0
}
