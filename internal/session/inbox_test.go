package session_test

import (
	"encoding/json"
	"slices"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// inbox is the honest inbox of one user: rows numbered 1, 2, 3, … and how far each device has got.
type inbox struct {
	userID  string
	rows    []wire.Event
	floor   int64            // rows up to here have been cut off
	cursors map[string]int64 // of the devices that are known
}

func (b *inbox) head() int64 { return int64(len(b.rows)) }

// add tells the user of an event, if the rules say so.
func (b *inbox) add(e *callout.Event) {
	i := slices.IndexFunc(e.To, func(r callout.Recipient) bool { return r.UserID == b.userID })
	if i < 0 {
		return
	}
	view := e.To[i].View
	row := wire.Event{
		Seq: b.head() + 1, OrderID: e.OrderID, Version: e.Version, SenderID: e.Sender.ID, ReceiverID: b.userID,
		Status: e.Status, At: e.At, Order: mustJSON(e.Order.As(view)),
	}
	if e.Sender.ID == b.userID {
		row.CommandID = e.CommandID
	}
	if view == callout.PartyView {
		row.Extra = mustJSON(e.Extra)
	}
	if view == callout.ClosedView {
		row.SenderID = ""
	}
	b.rows = append(b.rows, row)
}

// open is what a session of the device starts from, but for the orders.
func (b *inbox) open(device string, resume *wire.Resume) session.Snapshot {
	cursor, known := b.cursors[device]
	snap := session.Snapshot{Head: b.head(), Floor: b.floor, Cursor: cursor, Known: known, Matches: true}
	if resume != nil && resume.Of != "" && resume.Seq != b.floor { // what has been cut off cannot be asked any more
		snap.Matches = resume.Seq > b.floor && resume.Seq <= b.head() && b.rows[resume.Seq-1].Of() == resume.Of
	}
	return snap
}

func (b *inbox) page(after int64, limit int) []wire.Event {
	first := min(max(after, b.floor), b.head())
	last := min(first+int64(limit), b.head())
	return slices.Clone(b.rows[first:last])
}

// find reads the newest row of an order; version and upTo 0 are any.
func (b *inbox) find(orderID string, version, upTo int64) (wire.Event, bool) {
	for _, row := range slices.Backward(b.rows[b.floor:]) {
		if row.OrderID == orderID && (version == 0 || row.Version == version) && (upTo == 0 || row.Seq <= upTo) {
			return row, true
		}
	}
	return wire.Event{}, false
}

// acknowledge notes how far a device has got. A cursor never moves back.
func (b *inbox) acknowledge(device string, seq int64) {
	b.cursors[device] = max(b.cursors[device], seq)
}

func mustJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // orders and extras of these tests are JSON
	}
	return data
}
