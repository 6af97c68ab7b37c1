package terminal

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
)

// orders are those that the party has seen, as they were shown last.
type orders struct {
	list   []callout.Order // in the order in which they came
	inUse  string          // the id of the one that is meant when none is named; empty: none
	chosen bool            // the person said so
}

const (
	maxEnded = 20 // orders that are over are remembered
	minShort = 4  // characters of an id that is cut
	maxWhole = 12 // characters of one that is not
)

// over reports whether nothing can be done with an order any more: it has ended, or its offer is closed to the user.
func over(o *callout.Order) bool { return o.Status.Ends() || o.ClientID == "" }

// learn takes an order as it was shown, unless a later version of it is known. It reports whether it was taken.
func (o *orders) learn(order callout.Order) bool {
	known := o.get(order.ID)
	switch {
	case known == nil:
		o.list = append(o.list, order)
	case known.Version > order.Version:
		return false
	default:
		*known = order
	}
	o.forget()
	return true
}

// get finds an order by its whole id, or is nil.
func (o *orders) get(id string) *callout.Order {
	for i := range o.list {
		if o.list[i].ID == id {
			return &o.list[i]
		}
	}
	return nil
}

// use makes an order the one that is meant.
func (o *orders) use(id string, chosen bool) { o.inUse, o.chosen = id, chosen }

// find gives the order of an id or of the beginning of one; without any, the one in use.
func (o *orders) find(prefix string) (*callout.Order, error) {
	if prefix == "" {
		return o.current()
	}
	if whole := o.get(prefix); whole != nil {
		return whole, nil
	}
	fits := func(order *callout.Order) bool { return strings.HasPrefix(order.ID, prefix) }
	found := o.all(fits)
	if open := o.all(func(order *callout.Order) bool { return fits(order) && !over(order) }); len(open) == 1 {
		found = open
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no order of yours begins with %s; `orders` lists them", line.Quote(prefix))
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%s may be %s", line.Quote(prefix), o.names(found, " or "))
}

// open lists the orders that are not over.
func (o *orders) open() []*callout.Order {
	return o.all(func(order *callout.Order) bool { return !over(order) })
}

// short is what to call an order: its id, or if that is long a beginning of it that no other order's begins with.
func (o *orders) short(id string) string {
	if len(id) <= maxWhole {
		return id
	}
	n := minShort
	for i := range o.list {
		for other := o.list[i].ID; other != id && n < len(id) && strings.HasPrefix(other, id[:n]); {
			n++
		}
	}
	return id[:n]
}

// current gives the order in use. One that is over will do if there is no choice.
func (o *orders) current() (*callout.Order, error) {
	order, open := o.get(o.inUse), o.open()
	switch {
	case order != nil && (!over(order) || len(open) == 0):
		return order, nil
	case len(open) == 0:
		return nil, errors.New("there is no order yet")
	}
	return nil, fmt.Errorf("which order? `use` one of %s", o.names(open, ", "))
}

// settle has the only open order used when the one in use is over.
func (o *orders) settle() {
	if order := o.get(o.inUse); order == nil || over(order) {
		if open := o.open(); len(open) == 1 {
			o.use(open[0].ID, false)
		}
	}
}

// forget drops the first of the orders that are over when there are too many of them.
func (o *orders) forget() {
	if ended := o.all(over); len(ended) > maxEnded {
		drop := ended[0].ID
		o.list = slices.DeleteFunc(o.list, func(order callout.Order) bool { return order.ID == drop })
	}
}

func (o *orders) all(wanted func(*callout.Order) bool) []*callout.Order {
	var found []*callout.Order
	for i := range o.list {
		if wanted(&o.list[i]) {
			found = append(found, &o.list[i])
		}
	}
	return found
}

func (o *orders) names(list []*callout.Order, between string) string {
	names := make([]string, len(list))
	for i, order := range list {
		names[i] = o.short(order.ID)
	}
	return strings.Join(names, between)
}
