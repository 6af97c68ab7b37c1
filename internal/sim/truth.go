package sim

import (
	"bytes"
	"context"
	"sync"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/internal/wire"
)

// truth is what the database says, read beside whichever node serves it. A row of an inbox is read once and then kept:
// rows are only ever added, which the end of the run looks into.
type truth struct {
	*history
	db *sqlite.Reader

	mu      sync.Mutex
	inboxes map[string][]wire.Event
}

func newTruth(ctx context.Context, h *history, path string) (*truth, error) {
	db, err := sqlite.OpenReadOnly(ctx, path)
	return &truth{history: h, db: db, inboxes: make(map[string][]wire.Event)}, err
}

// inbox is all of a user's inbox at this moment.
func (t *truth) inbox(userID string) []wire.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		known := t.inboxes[userID]
		rows, err := t.db.Page(context.Background(), userID, int64(len(known)), 1000)
		if err != nil {
			t.broke("database", "%s's inbox cannot be read: %v", userID, err)
			return known
		}
		for _, row := range rows {
			if row.Seq != int64(len(known)+1) || row.ReceiverID != userID {
				t.broke("database", "%s's inbox has number %d of %s after %d", userID, row.Seq, row.ReceiverID, len(known))
				return known
			}
			known = append(known, row)
		}
		t.inboxes[userID] = known
		if len(rows) == 0 {
			return known
		}
	}
}

// forget has an inbox read anew.
func (t *truth) forget(userID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.inboxes, userID)
}

// row is one row of an inbox, if it is there.
func (t *truth) row(userID string, seq int64) (wire.Event, bool) {
	t.mu.Lock()
	known := t.inboxes[userID]
	t.mu.Unlock()
	if int64(len(known)) < seq {
		known = t.inbox(userID)
	}
	if seq < 1 || int64(len(known)) < seq {
		return wire.Event{}, false
	}
	return known[seq-1], true
}

// head is the last seq of a user's inbox at this moment.
func (t *truth) head(userID string) int64 { return int64(len(t.inbox(userID))) }

// told holds an event that a device of the user was told against the row that it has to be.
func (t *truth) told(who, userID string, e *wire.Event) {
	row, ok := t.row(userID, e.Seq)
	switch {
	case !ok:
		t.broke(who, "it was told of %s as number %d, which the database does not hold", e.Of(), e.Seq)
	case e.OrderID != row.OrderID || e.Version != row.Version || e.Status != row.Status || e.SenderID != row.SenderID ||
		e.ReceiverID != row.ReceiverID || e.CommandID != row.CommandID || !e.At.Equal(row.At) || !bytes.Equal(e.Order, row.Order):
		t.broke(who, "it was told %s, and the database says %s", wire.Encode(*e), wire.Encode(row))
	}
}

// shown holds an order that somebody was shown beside an answer against the database: it was never ahead of that.
func (t *truth) shown(who string, order *callout.Order) {
	if events := t.events(order.ID); int64(len(events)) < order.Version {
		t.broke(who, "it was shown order %s at version %d; the database has %d events of it", order.ID, order.Version, len(events))
	}
}

// events are those of an order at this moment.
func (t *truth) events(orderID string) []callout.Event {
	events, err := t.db.Events(context.Background(), orderID)
	if err != nil {
		t.broke("database", "order %s cannot be read: %v", orderID, err)
	}
	return events
}

// orderIDs are those of all orders at this moment.
func (t *truth) orderIDs() []string {
	ids, err := t.db.OrderIDs(context.Background(), "", 1_000_000)
	if err != nil {
		t.broke("database", "the orders cannot be listed: %v", err)
	}
	return ids
}
