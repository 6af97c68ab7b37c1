package terminal

import (
	"fmt"
	"strings"
	"time"

	"github.com/calloutd/callout"
)

// youCan says which moves the rules allow, in the words that ask for them.
func (p *party) youCan(o *callout.Order, now time.Time) string {
	switch {
	case o.Status.Ends() && p.me.Role == callout.Client:
		return "the order is over; you can: " + p.ink.paint(strong, "place …")
	case o.Status.Ends():
		return "the order is over"
	case over(o):
		return "it is over for you"
	}
	var can []string
	for _, status := range o.Moves(p.me, now) {
		v := verbFor(status, p.me.Role)
		text := v.name
		switch {
		case v.more != "":
			text += " " + v.more
		case status == callout.Cancelled && p.me.Role == callout.Serviceman:
			text += ` because "…"`
		}
		can = append(can, p.ink.paint(strong, text))
	}
	if len(can) == 0 {
		return "there is nothing for you to do now"
	}
	return "you can: " + strings.Join(can, ", ")
}

// standing is an order in one line.
func (p *party) standing(o *callout.Order) string {
	text := p.orders.short(o.ID) + " is " + o.Status.String()
	if o.ClientID == "" {
		return text + ", no longer on offer to you"
	}
	return text + ": " + services(o.Services, o.Currency)
}

// listOrders lists the orders, those that are over as well as long as they are remembered.
func (p *party) listOrders() {
	if len(p.orders.list) == 0 {
		p.say("There are no orders.")
		return
	}
	for i := range p.orders.list {
		o := &p.orders.list[i]
		mark := " "
		if o.ID == p.orders.inUse && !over(o) {
			mark = "*"
		}
		p.say("%s %s", mark, p.standing(o))
		if !over(o) {
			p.say("    %s", p.youCan(o, time.Now()))
		}
	}
}

// show shows all there is to know of an order.
func (p *party) show(o *callout.Order) {
	p.say("%s is %s, version %d", clean(o.ID), o.Status, o.Version)
	line := func(name, format string, a ...any) {
		p.say("  %-11s %s", name, clean(fmt.Sprintf(format, a...)))
	}
	if o.ClientID != "" {
		p.showParties(o, line)
		p.showServices("services", o.Services, o.Total, o.Currency, line)
		if c := o.Change; c != nil {
			p.showServices("change to", c.Services, c.Total, o.Currency, line)
			if c.Reason != "" {
				line("because", "%s", c.Reason)
			}
		}
		if o.Payment != nil {
			line("payment", "%s", payment(o))
		}
		p.showPlace(o, line)
		if !o.DueAt.IsZero() {
			line("until", "%s%s", clock(o.DueAt), dueWhat(o.Status))
		}
	}
	p.say("  %s", p.youCan(o, time.Now()))
}

func (p *party) showParties(o *callout.Order, line func(name, format string, a ...any)) {
	line("client", "%s", o.ClientID)
	if o.ServicemanID != "" {
		line("serviceman", "%s", o.ServicemanID)
	}
	if len(o.Receivers) > 0 {
		line("on offer to", "%s", strings.Join(o.Receivers, ", "))
	}
}

func (p *party) showServices(name string, list []callout.Service, total int64, currency string, line func(name, format string, a ...any)) {
	for _, s := range list {
		line(name, "%d × %s, %s each", s.Quantity, s.Service, price(s.UnitPrice, currency))
		name = ""
	}
	line("together", "%s", price(total, currency))
}

func (p *party) showPlace(o *callout.Order, line func(name, format string, a ...any)) {
	if at := o.Place; at != nil {
		if at.Area != "" {
			line("area", "%s", at.Area)
		}
		if at.Address != "" {
			line("address", "%s", at.Address)
		}
		if at.Lat != nil && at.Lon != nil {
			line("position", "%v, %v", *at.Lat, *at.Lon)
		}
	}
	if o.Note != "" {
		line("note", "%s", o.Note)
	}
	line("placed at", "%s", clock(o.PlacedAt))
}

// dueWhat is what happens by itself when an order's time is up.
func dueWhat(s callout.Status) string {
	switch s {
	case callout.Placed, callout.Broadcasted:
		return ", then the order expires"
	case callout.OrderChanged:
		return ", then the change is off"
	case callout.PaymentVerification:
		return ", then the order is complete"
	}
	return ""
}
