package callout

import (
	"slices"
	"strings"
	"time"
)

// maxOffer is how long an order may be on offer: a week.
const maxOffer = 7 * 24 * time.Hour

// What the rows of the table need and do, in the table's order.

func place(d *decision) error {
	cmd, e := d.cmd, &d.cmd.Extra
	offer := d.rules.Offer
	if e.OfferSeconds != 0 {
		if e.OfferSeconds < 1 || e.OfferSeconds > int64(maxOffer/time.Second) {
			return invalid("extra.offerSeconds is %d; it is 1 to %d", e.OfferSeconds, int64(maxOffer/time.Second))
		}
		offer = time.Duration(e.OfferSeconds) * time.Second
	}
	if err := checkCurrency(e.Currency, e.Services); err != nil {
		return err
	}
	total, err := Total(e.Services)
	if err != nil {
		return err
	}
	n := &d.next
	n.ID, n.ClientID, n.Receivers = cmd.OrderID, cmd.Sender.ID, slices.Clone(cmd.Receivers)
	n.Services, n.Currency, n.Total = slices.Clone(e.Services), e.Currency, total
	n.Place, n.Note = e.Place.clone(), e.Note
	n.PlacedAt = d.at
	d.setTimer(Expired, offer)
	return nil
}

func broadcastToMany(o *Order) Status {
	if len(o.Receivers) > 1 {
		return Broadcasted
	}
	return 0
}

func broadcast(d *decision) error {
	if len(d.before.Receivers) < 2 {
		return conflict("the order is on offer to one serviceman alone")
	}
	d.keepTimer()
	return nil
}

func expire(d *decision) error {
	if len(d.before.Receivers) > 0 {
		if err := d.isDue(); err != nil {
			return err
		}
	}
	d.closeOffers()
	return nil
}

func accept(d *decision) error {
	if !d.at.Before(d.before.DueAt) {
		return conflict("the offer's time is up")
	}
	d.next.ServicemanID = d.cmd.Sender.ID
	d.closeOffers()
	return nil
}

func declineOffer(d *decision) error {
	me := d.cmd.Sender.ID
	d.next.Receivers = slices.DeleteFunc(d.next.Receivers, func(id string) bool { return id == me })
	d.next.Former = append(d.next.Former, me)
	d.keepTimer()
	return nil
}

func expireUnwanted(o *Order) Status {
	if len(o.Receivers) == 0 {
		return Expired
	}
	return 0
}

func mayChange(o *Order) error {
	if o.ChangesDeclined >= maxChangesDeclined {
		return conflict("%d changes of this order have been declined; there are no more", maxChangesDeclined)
	}
	return nil
}

func change(d *decision) error {
	services := d.cmd.Extra.Services
	if services == nil {
		services = d.before.Services
	}
	if err := checkCurrency(d.before.Currency, services); err != nil {
		return invalid("the order was placed without a currency, so its services have no prices")
	}
	total, err := Total(services)
	if err != nil {
		return err
	}
	d.setTimer(ChangeDeclined, d.rules.Change)
	d.next.Change = &Change{
		ID: d.next.Version, Services: slices.Clone(services), Total: total, Reason: d.cmd.Extra.Reason, DueAt: d.next.DueAt,
	}
	return nil
}

func extend(d *decision) error {
	first := d.before.ChangesApproved+d.before.ChangesDeclined == 0
	if err := d.namesChange(d.cmd.Version != 0 || d.cmd.Classic && first); err != nil {
		return err
	}
	open := d.next.Change
	d.next.Services, d.next.Total, d.next.Change = open.Services, open.Total, nil
	d.next.ChangesApproved++
	return nil
}

func declineChange(d *decision) error {
	if d.who == asSystem {
		if err := d.isDue(); err != nil {
			return err
		}
	}
	if err := d.namesChange(true); err != nil {
		return err
	}
	d.next.Change = nil
	d.next.ChangesDeclined++
	return nil
}

// namesChange holds the command to the open change: the one that it names, if it must name one or does.
func (d *decision) namesChange(mayOmit bool) error {
	named := d.cmd.Extra.ChangeID
	if named == 0 && !mayOmit {
		if d.cmd.Classic {
			return conflict("it is not clear which change is meant")
		}
		return invalid("extra.changeId is missing: which change is meant?")
	}
	if named != 0 && named != d.before.Change.ID {
		return conflict("the open change is %d, not %d", d.before.Change.ID, named)
	}
	return nil
}

func pay(d *decision) error {
	e := &d.cmd.Extra
	method := e.Method
	switch method {
	case Cash, UPI, Card:
	case "":
		if !d.cmd.Classic {
			return invalid("extra.method is missing; it is cash, upi or card")
		}
		method = Unstated
	default:
		return invalid("extra.method is none of cash, upi and card")
	}
	if e.Amount != nil && *e.Amount != d.before.Total {
		return conflict("what is due is %d, not %d", d.before.Total, *e.Amount)
	}
	d.next.Payment = &Paid{Method: method, Amount: d.before.Total, Reference: e.Reference}
	return nil
}

func verifyPayment(d *decision) error {
	e := &d.cmd.Extra
	if err := d.needsReason(asOperator); err != nil {
		return err
	}
	if e.Amount != nil && *e.Amount != d.before.Payment.Amount {
		return conflict("the payment is of %d, not %d", d.before.Payment.Amount, *e.Amount)
	}
	d.setTimer(OrderComplete, d.rules.Completion)
	return nil
}

func mayReject(o *Order) error {
	if o.PaymentsRejected >= maxPaymentsRejected {
		return conflict("%d payments of this order have been rejected; this one is verified, or an operator cancels", maxPaymentsRejected)
	}
	return nil
}

func rejectPayment(d *decision) error {
	d.next.Payment = nil
	d.next.PaymentsRejected++
	return nil
}

func complete(d *decision) error {
	if d.who == asSystem {
		return d.isDue()
	}
	return nil
}

func cancel(d *decision) error {
	if err := d.needsReason(asAssigned | asOperator); err != nil {
		return err
	}
	d.next.Change = nil
	d.closeOffers()
	return nil
}

func (d *decision) needsReason(whom standing) error {
	if d.who&whom != 0 && strings.TrimSpace(d.cmd.Extra.Reason) == "" {
		return invalid("extra.reason is missing: %s needs a reason", d.cmd.Status)
	}
	return nil
}

// isDue holds a timer to its time.
func (d *decision) isDue() error {
	if d.before.DueEvent != d.cmd.Status || d.at.Before(d.before.DueAt) {
		return conflict("%s is not due", d.cmd.Status)
	}
	return nil
}

// setTimer makes event happen by itself after a while. Times are whole milliseconds, as they are stored.
func (d *decision) setTimer(event Status, after time.Duration) {
	d.next.DueAt, d.next.DueEvent = d.at.Add(after).Truncate(time.Millisecond), event
}

// keepTimer leaves what is due as it was; every other move ends it.
func (d *decision) keepTimer() {
	d.next.DueAt, d.next.DueEvent = d.before.DueAt, d.before.DueEvent
}

// closeOffers ends the offer to everybody but who has accepted it.
func (d *decision) closeOffers() {
	for _, id := range d.before.Receivers {
		if id != d.next.ServicemanID {
			d.next.Former = append(d.next.Former, id)
		}
	}
	d.next.Receivers = nil
}
