package record

import (
	"encoding/json"
	"fmt"
	"hash/fnv"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

// Event is one event of an inbox, as a party was handed it or as the database holds it.
type Event struct {
	Seq       int64
	OrderID   string
	Version   int64
	Status    callout.Status
	Rests     callout.Status // of the order after it
	SenderID  string
	CommandID string
	At        int64  // milliseconds since 1970
	Content   uint64 // a digest of the order and the extra, as their reader sees them
	Repeat    bool   // sent once more because its command was
}

// Of names the event as "<orderId>/<version>".
func (e *Event) Of() string { return wire.EventName(e.OrderID, e.Version) }

func (e *Event) String() string {
	return fmt.Sprintf("seq %d %s %s by %q at %d", e.Seq, e.Of(), e.Status, e.SenderID, e.At)
}

// FromWire is a frame, or a row of an inbox, as it is written down. The order comes with it.
func FromWire(e wire.Event) (Event, callout.Order, error) {
	var order callout.Order
	if err := json.Unmarshal(e.Order, &order); err != nil {
		return Event{}, order, fmt.Errorf("read the order of event %d: %w", e.Seq, err)
	}
	extra, err := callout.ParseExtra(e.Status, e.Extra)
	if err != nil {
		return Event{}, order, fmt.Errorf("read the extra of event %d: %w", e.Seq, err)
	}
	return Event{
		Seq: e.Seq, OrderID: e.OrderID, Version: e.Version, Status: e.Status, Rests: order.Status, SenderID: e.SenderID,
		CommandID: e.CommandID, At: e.At.UnixMilli(), Content: Digest(order, extra), Repeat: e.Repeat,
	}, order, nil
}

// FromSDK is what the SDK hands to a program, as it is written down.
func FromSDK(r client.Received) Event {
	return Event{
		Seq: r.Seq, OrderID: r.OrderID, Version: r.Version, Status: r.Status, Rests: r.Order.Status, SenderID: r.SenderID,
		CommandID: r.CommandID, At: r.At.UnixMilli(), Content: Digest(r.Order, r.Extra),
	}
}

// Digest tells contents apart. What has been decoded is encoded again, so that both have one form.
func Digest(order callout.Order, extra callout.Extra) uint64 {
	h := fnv.New64a()
	out := json.NewEncoder(h)
	for _, v := range []any{order, extra} {
		if err := out.Encode(v); err != nil {
			panic(err) // both have just been decoded
		}
	}
	return h.Sum64()
}
