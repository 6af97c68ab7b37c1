package terminal

import (
	"strings"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
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
		v := line.For(status, p.me.Role)
		text := v.Name
		switch {
		case v.More != "":
			text += " " + v.More
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
	if o.ClientID == "" { // how the order goes on is no longer told
		return line.Clean(p.orders.short(o.ID)) + " is no longer on offer to you"
	}
	return line.Clean(p.orders.short(o.ID) + " is " + o.Status.String() + ": " + services(o.Services, o.Currency))
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
	if o.ClientID == "" {
		p.say("%s is no longer on offer to you", line.Clean(o.ID))
		return
	}
	p.say("%s is %s, version %d", line.Clean(o.ID), o.Status, o.Version)
	for _, r := range rows(o) {
		p.sayIndented(sheetIndent, "  %-*s%s", sheetIndent-2, r.name, line.Clean(r.value))
	}
	p.say("  %s", p.youCan(o, time.Now()))
}
