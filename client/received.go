package client

import (
	"encoding/json"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Received is one event of the inbox, as its user sees it.
type Received struct {
	callout.OrderStatus // what happened, who caused it, whose inbox it is from, and on which order

	Seq       int64     // its number in the inbox
	Version   int64     // of the order after it
	At        time.Time // when it happened, by the server's clock
	CommandID string    // of the command that it was, if that was the user's own
	Order     callout.Order
	Extra     callout.Extra

	// Reset says that this is no event. The server no longer has what this device knew, such as after it was restored
	// from a backup: forget it, take [Socket.Orders], and go on with what follows. All else but Seq and ReceiverID is zero.
	Reset bool
}

// received reads an event off the wire.
func received(e wire.Event) (Received, error) {
	r := Received{
		OrderStatus: callout.OrderStatus{Status: e.Status, SenderID: e.SenderID, ReceiverID: e.ReceiverID, OrderID: e.OrderID},
		Seq:         e.Seq, Version: e.Version, At: e.At, CommandID: e.CommandID,
	}
	if err := json.Unmarshal(e.Order, &r.Order); err != nil {
		return r, faultf("event %d has an order that cannot be read: %v", e.Seq, err)
	}
	var err error
	if r.Extra, err = callout.ParseExtra(e.Status, e.Extra); err != nil {
		return r, faultf("event %d has an extra that cannot be read: %v", e.Seq, err)
	}
	return r, nil
}

// of names the event as a cursor does.
func (r *Received) of() string {
	if r.Reset {
		return ""
	}
	return wire.EventName(r.OrderID, r.Version)
}
