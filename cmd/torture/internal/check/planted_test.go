package check

import (
	"slices"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// TestPlantedViolationsAreFound breaks a run that went well in one place at a time. A check that cannot fail is worthless.
func TestPlantedViolationsAreFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  Kind
		plant func(*world)
	}{
		{"the SDK was not handed an event", Lost, func(w *world) {
			*w.handed("c-1") = slices.Delete(*w.handed("c-1"), 2, 3)
		}},
		{"the SDK was handed an event twice", Repeated, func(w *world) {
			*w.handed("c-1") = slices.Insert(*w.handed("c-1"), 2, (*w.handed("c-1"))[2])
		}},
		{"the SDK was handed two events the wrong way round", OutOfOrder, func(w *world) { swap(*w.handed("c-1"), 2) }},
		{"the last event was not handed", Lost, func(w *world) {
			*w.handed("c-1") = (*w.handed("c-1"))[:len(*w.handed("c-1"))-1]
		}},
		{"the SDK was handed another content", Wrong, func(w *world) { (*w.handed("c-1"))[1].Content++ }},
		{"the SDK was handed another status", Wrong, func(w *world) { (*w.handed("c-1"))[1].Status = callout.Cancelled }},
		{"a program starts behind what it has finished", Repeated, func(w *world) {
			last := int64(len(*w.handed("c-1")))
			w.devices["c-1"].Begin(record.Session{Resume: last - 2, From: last - 2})
			w.devices["c-1"].Hand((*w.handed("c-1"))[last-2])
			w.devices["c-1"].Hand((*w.handed("c-1"))[last-1])
		}},
		{"a session sent an event twice", Repeated, func(w *world) {
			*w.handed("s-1") = append(*w.handed("s-1"), (*w.handed("s-1"))[0])
		}},
		{"a session left an event out", OutOfOrder, func(w *world) {
			*w.handed("s-1") = slices.Delete(*w.handed("s-1"), 1, 2)
		}},
		{"a session went on from elsewhere", Wrong, func(w *world) { w.devices["s-1"].Sessions[0].Resume = 1 }},
		{"a session went on behind what was acknowledged", Lost, func(w *world) {
			w.devices["s-1"].Begin(record.Session{Resume: -1, From: 100})
		}},
		{"a session told the device to start anew", Wrong, func(w *world) { w.devices["s-1"].Sessions[0].Reset = true }},
		{"a session sent more than its window", Wrong, func(w *world) { w.devices["s-1"].Sessions[0].Ahead = 101 }},
		{"something was handed that the database does not have", Lost, func(w *world) {
			w.devices["s-1"].Hand(record.Event{Seq: 1000, OrderID: "o-1", Version: 9})
		}},
		{"an order was shown that the database does not have", Lost, func(w *world) {
			w.devices["s-1"].See(callout.Order{ID: "o-1", Version: 99, Status: callout.Accepted})
		}},
		{"an order was shown as it never was", Wrong, func(w *world) {
			w.devices["s-1"].See(callout.Order{ID: "o-1", Version: 3, Status: callout.Cancelled})
		}},
		{"a classic app was not sent an event", Lost, func(w *world) {
			*w.handed("s-2") = slices.Delete(*w.handed("s-2"), 1, 2)
		}},
		{"a classic app was sent two events the wrong way round", OutOfOrder, func(w *world) { swap(*w.handed("s-2"), 1) }},
		{"the database lost a command that took effect", Lost, func(w *world) { w.command("c-1", callout.Started).ID = "another" }},
		{"a command has no outcome", Lost, func(w *world) { w.command("c-1", callout.Started).Outcome = record.Unknown }},
		{"a command was refused and took effect", Wrong, func(w *world) { w.command("c-1", callout.Started).Outcome = record.Refused }},
		{"a command took effect as another version", Wrong, func(w *world) { w.command("c-1", callout.Started).Event++ }},
		{"a command took effect on a version that it was not based on", Wrong, func(w *world) { w.command("c-1", callout.Started).Version-- }},
		{"nobody sent what took effect", Wrong, func(w *world) {
			w.devices["c-1"].Commands = w.devices["c-1"].Commands[1:]
		}},
		{"a command took effect twice", Repeated, func(w *world) {
			events := w.db.Orders["o-1"]
			events[5].CommandID = events[3].CommandID // two of the client's
		}},
		{"an event of an order is gone", Lost, func(w *world) {
			w.db.Orders["o-1"] = slices.Delete(w.db.Orders["o-1"], 3, 4)
		}},
		{"an order made a move that is not in the table", Wrong, func(w *world) { w.db.Orders["o-1"][3].Status = callout.OrderComplete }},
		{"a timer fired before its time", Wrong, func(w *world) {
			events := w.db.Orders["o-1"]
			events[len(events)-1].At = events[len(events)-2].At.Add(time.Second)
		}},
		{"an event is dated before the one that it follows", Wrong, func(w *world) {
			w.db.Orders["o-1"][4].At = w.db.Orders["o-1"][0].At.Add(-time.Second)
		}},
		{"a timer fired before its time, by rules that let it", Wrong, func(w *world) {
			w.rules.Completion = 0
			events := w.db.Orders["o-1"]
			events[len(events)-1].At = events[len(events)-2].At.Add(time.Second)
		}},
		{"the total is not that of the services", Wrong, func(w *world) { w.db.Orders["o-1"][2].Order.Total++ }},
		{"two have accepted an order", DoubleAccepted, func(w *world) {
			events := w.db.Orders["o-1"]
			second := events[2]
			second.Version, second.Sender.ID = 4, "s-2"
			w.db.Orders["o-1"] = slices.Insert(events, 3, second)
		}},
		{"two were told that they had won", DoubleAccepted, func(w *world) {
			w.command("s-2", callout.Accepted).Outcome = record.Effect
		}},
		{"one was told that he had lost before anybody had won", DoubleAccepted, func(w *world) {
			won, lost := w.command("s-1", callout.Accepted), w.command("s-2", callout.Accepted)
			lost.Called, lost.Returned, won.Called, won.Returned = 1, 2, 3, 4
		}},
		{"an inbox has a gap", OutOfOrder, func(w *world) { w.db.Inboxes["s-1"][1].Seq = 7 }},
		{"an inbox has an event twice", Repeated, func(w *world) {
			rows := w.db.Inboxes["s-1"]
			rows[2].Version, rows[2].Status = rows[1].Version, rows[1].Status
		}},
		{"an inbox lacks an event", Lost, func(w *world) {
			w.db.Inboxes["s-1"] = w.db.Inboxes["s-1"][:len(w.db.Inboxes["s-1"])-1]
		}},
		{"an inbox has events of an order the wrong way round", OutOfOrder, func(w *world) {
			rows := w.db.Inboxes["s-1"]
			swap(rows, 1)
			rows[1].Seq, rows[2].Seq = 2, 3
		}},
		{"an inbox shows what its owner may not see", Wrong, func(w *world) {
			w.db.Inboxes["s-2"][2].SenderID = "s-1"
		}},
		{"a party found something wrong itself", Wrong, func(w *world) { w.devices["s-1"].Fault("it was closed with 4101") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			c.plant(w)
			found := w.check()
			if !slices.ContainsFunc(found, func(v Violation) bool { return v.Kind == c.kind }) {
				t.Errorf("no %q among %v", c.kind, found)
			}
		})
	}
}

func swap(events []record.Event, i int) { events[i], events[i+1] = events[i+1], events[i] }
