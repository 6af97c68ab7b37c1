package callout

import (
	"slices"
	"strings"
	"time"
)

// Rules decides commands by the table. Its fields are how long things may wait.
type Rules struct {
	Offer      time.Duration // an order for somebody to accept it, unless its PLACED says otherwise
	Change     time.Duration // a change for the client's answer, before it is declined
	Completion time.Duration // a verified payment for the client's word, before the order is complete

	// BackendPrices has prices be set by the backend alone: what clients place themselves has none, and servicemen ask for a change
	// without saying how it would be.
	BackendPrices bool
}

// DefaultRules are 10 minutes for an offer, 10 minutes for a change, and 24 hours for completion.
func DefaultRules() Rules {
	return Rules{Offer: 10 * time.Minute, Change: 10 * time.Minute, Completion: 24 * time.Hour}
}

// decision is one command on one order while it is decided.
type decision struct {
	rules  Rules
	cmd    *Command
	who    standing
	before *Order // nil: nothing yet
	next   Order  // what before becomes
	at     time.Time
}

// Apply decides cmd on o at the time now, and gives the events that happened: the command's own, and those of the
// system that follow it in the same transaction. A nil o is an order that does not exist. Nothing is changed in place,
// and the orders of the events share no memory with o, with cmd, or with each other.
//
// Every error is an [*Error] with a final code, and means that nothing happened.
func (r Rules) Apply(o *Order, cmd Command, now time.Time) ([]Event, error) {
	if cmd.Sender.Role != System {
		if err := cmd.Check(); err != nil {
			return nil, err
		}
		if err := r.checkPrices(&cmd); err != nil {
			return nil, err
		}
	}
	event, m, err := r.decide(o, &cmd, now)
	if err != nil {
		return nil, err
	}
	events := []Event{event}
	for m.then != nil {
		last := &events[len(events)-1].Order
		follows := m.then(last)
		if follows == 0 {
			break
		}
		next := TimerCommand(last.ID, last.Version, follows)
		if event, m, err = r.decide(last, &next, now); err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// checkPrices says whether the sender may set the prices that a command sets.
func (r Rules) checkPrices(cmd *Command) error {
	if !r.BackendPrices || cmd.Via != "" {
		return nil
	}
	priced := slices.ContainsFunc(cmd.Extra.Services, func(s Service) bool { return s.UnitPrice != 0 })
	if cmd.Status == Placed && priced || cmd.Status == OrderChanged && cmd.Extra.Services != nil {
		return refuse(Forbidden, "prices are set by the backend here")
	}
	return nil
}

func (r Rules) decide(o *Order, cmd *Command, now time.Time) (Event, *Move, error) {
	who := o.standing(cmd.Sender)
	m, err := permit(o, cmd, who)
	if err != nil {
		return Event{}, nil, err
	}
	d := decision{rules: r, cmd: cmd, who: who, before: o, at: now.UTC().Truncate(time.Millisecond)}
	if o != nil {
		d.next = o.clone()
		if d.at.Before(o.UpdatedAt) {
			d.at = o.UpdatedAt
		}
	}
	d.next.Version++
	d.next.UpdatedAt = d.at
	d.next.Status = m.To.of(o)
	d.next.DueAt, d.next.DueEvent = time.Time{}, 0
	if m.apply != nil {
		if err := m.apply(&d); err != nil {
			return Event{}, nil, err
		}
	}
	event := Event{
		OrderID: d.next.ID, Version: d.next.Version, Status: m.Event,
		Sender: Actor{cmd.Sender.ID, who.role()}, CommandID: cmd.ID, At: d.at, Extra: cmd.Extra, Order: d.next,
	}
	event.To = recipients(o, &event)
	return event, m, nil
}

// permit finds the row that lets who give cmd, or says why there is none, in this order: is it any business of theirs,
// is it ever theirs to do, is it still what they think it is, and is it time for it.
func permit(o *Order, cmd *Command, who standing) (*Move, error) {
	if cmd.Status == Placed {
		return permitNew(o, cmd)
	}
	if o == nil || who == stranger {
		return nil, refuse(NotFound, "there is no order %s of yours", cmd.OrderID)
	}
	m, grant := move(cmd.Status, who)
	if m == nil {
		wasOffered := who == asFormer || who == asAssigned
		if wasOffered && (cmd.Status == Accepted || cmd.Status == OfferDeclined) {
			return nil, conflict("this offer is closed")
		}
		return nil, refuse(Forbidden, "%s is not yours to say", cmd.Status)
	}
	if mustMatch := cmd.Version != 0 || who == asSystem; mustMatch && cmd.Version != o.Version {
		return nil, conflict("the order is at version %d, not %d", o.Version, cmd.Version)
	}
	if !slices.Contains(grant.From, o.Status) {
		return nil, conflict("the order is %s; %s follows %s", o.Status, cmd.Status, namesOf(grant.From))
	}
	if m.open != nil {
		if err := m.open(o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// permitNew is permit for PLACED, which is on nothing: what the sender is to an order of that id does not matter.
func permitNew(o *Order, cmd *Command) (*Move, error) {
	var nothing *Order
	m, _ := move(Placed, nothing.standing(cmd.Sender))
	switch {
	case m == nil:
		return nil, refuse(Forbidden, "%s is not yours to say", Placed)
	case o != nil:
		return nil, conflict("an order %s exists already", cmd.OrderID)
	case cmd.Version != 0:
		return nil, conflict("the order is yet to be placed; it is not at version %d", cmd.Version)
	}
	return m, nil
}

func namesOf(statuses []Status) string {
	names := make([]string, len(statuses))
	for i, s := range statuses {
		names[i] = s.String()
	}
	return strings.Join(names, ", ")
}

// role is the role that a standing is held in, for the record of who did what.
func (s standing) role() Role {
	switch s {
	case asClient:
		return Client
	case asOperator:
		return Operator
	case asSystem:
		return System
	}
	return Serviceman
}
