package client

import (
	"cmp"
	"slices"

	"github.com/calloutd/callout"
)

// orders are the user's orders as the server has last shown them. What the server shows at a welcome or with a refusal
// may be ahead of the events that are still to come, so of each order the higher version is kept.
type orders map[string]*known

type known struct {
	order callout.Order
	told  int64 // the highest version that the program has been handed; 0: none
}

// welcome takes what the server shows at a welcome.
func (o orders) welcome(list []callout.Order) {
	for _, order := range list {
		o.learn(order)
	}
}

// event takes the order of an event. What the user has no more part in is forgotten: nothing follows it.
func (o orders) event(order callout.Order) {
	if gone(&order) {
		delete(o, order.ID)
		return
	}
	o.learn(order)
}

// refusal takes the order that came with a refusal. An end is only noted, since earlier events of that order may still
// come; with its own event it is forgotten.
func (o orders) refusal(order callout.Order) {
	if o[order.ID] != nil || !gone(&order) {
		o.learn(order)
	}
}

func (o orders) learn(order callout.Order) {
	k := o[order.ID]
	if k == nil {
		k = new(known)
		o[order.ID] = k
	}
	if order.Version > k.order.Version {
		k.order = order
	}
}

// tell notes that the program has been handed an order at a version.
func (o orders) tell(orderID string, version int64) {
	if k := o[orderID]; k != nil {
		k.told = max(k.told, version)
	}
}

// version is what a command of the program is based on: the last version that the program was handed, although a later
// one may have come in. A program that was never handed the order has no opinion; then the last known one will do.
func (o orders) version(orderID string) int64 {
	k := o[orderID]
	if k == nil {
		return 0
	}
	return cmp.Or(k.told, k.order.Version)
}

// open lists the orders that are not over, the oldest first, and notes that the program has been handed them.
func (o orders) open() []callout.Order {
	list := make([]callout.Order, 0, len(o))
	for _, k := range o {
		if !gone(&k.order) {
			k.told = k.order.Version
			list = append(list, k.order)
		}
	}
	slices.SortFunc(list, func(a, b callout.Order) int {
		return cmp.Or(a.PlacedAt.Compare(b.PlacedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// gone reports whether the user has no more part in an order: it has ended, or it is shown as one whose offer is closed.
func gone(order *callout.Order) bool { return order.Status.Ends() || order.ClientID == "" }
