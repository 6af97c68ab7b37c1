package storetest

import (
	"context"
	"errors"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

func repeatsFound(w *world) {
	placed, cancelled := w.place(ana, "o-1", sam, sue), w.say(ana, "o-1", callout.Cancelled)
	w.do(placed, cancelled)
	digest, err := cancelled.Digest()
	if err != nil {
		w.t.Fatalf("digest: %v", err)
	}
	key := store.Key{SenderID: ana.ID, CommandID: cancelled.ID}
	others := []store.Key{{SenderID: sam.ID, CommandID: cancelled.ID}, {SenderID: ana.ID, CommandID: "command-9"}, {SenderID: ana.ID}}
	loaded := w.load(store.Group{Keys: append(others, key)})
	w.same("repeats", loaded.Repeats, map[store.Key]store.Repeat{key: {Digest: digest, OrderID: "o-1", Version: 3}})
}

func keyTwiceInGroup(w *world) {
	first, second := w.place(ana, "o-1", sam), w.place(ana, "o-2", sue)
	second.ID = first.ID
	w.mustBeBadData(w.records(first, second))
}

func keyCommittedBefore(w *world) {
	first, second := w.place(ana, "o-1", sam), w.place(ana, "o-2", sue)
	w.do(first)
	second.ID = first.ID
	w.mustBeBadData(w.records(second))
	second.Sender = ben
	w.do(second) // another sender's id is another key
}

func invalidStatus(w *world) {
	for _, spoil := range []func(*store.Record){
		func(r *store.Record) { r.Status = 1015 },
		func(r *store.Record) { r.Status = 0 },
		func(r *store.Record) { r.Order.Status = callout.OfferDeclined },
		func(r *store.Record) { r.Order.DueEvent = callout.Started },
		func(r *store.Record) { r.Order.Status = callout.Cancelled }, // an end at which something is due
	} {
		good, bad := w.records(w.place(ana, "o-1", sam)), w.records(w.place(ana, "o-2", sam))
		spoil(&bad[0])
		w.mustBeBadData(append(good, bad...))
	}
}

// versionTaken: no version of an order happens twice, whatever decides.
func versionTaken(w *world) {
	w.do(w.place(ana, "o-1", sam))
	w.mustBeBadData(w.records(w.place(ana, "o-1", sam)))
	w.same("the order's version", w.order("o-1").Version, int64(1))
}

func refusedGroup(w *world) {
	w.do(w.place(ana, "o-1", sam))
	loaded := w.load(store.Group{Orders: []string{"o-1"}})
	w.same("the order's version", loaded.Orders["o-1"].Version, int64(1))
	w.same("rows of the client", len(w.inbox(ana.ID)), 1)
}

// cancelledContext: cancelled before it starts or while it decides, a commit writes nothing, and the next one goes on.
func cancelledContext(w *world) {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	records := w.records(w.place(ana, "o-1", sam))
	group := store.Group{Orders: []string{"o-1"}, Acks: []store.Ack{{UserID: ana.ID, Device: "phone", SeenAt: w.clock.now(), New: true}}}
	for range 2 {
		_, err := w.s.Commit(ctx, group, func(store.Loaded) []store.Record { cancel(); return records })
		if !errors.Is(err, context.Canceled) {
			w.t.Fatalf("commit with a cancelled context: %v", err)
		}
	}
	w.same("rows of the client", len(w.inbox(ana.ID)), 0)
	w.same("the device is known", w.open(ana.ID, "phone", nil).Known, false)
	w.do(w.place(ana, "o-1", sam))
}

// records are those of commands on orders that do not exist yet.
func (w *world) records(cmds ...callout.Command) []store.Record {
	w.t.Helper()
	records, err := w.decide(store.Loaded{Now: w.clock.now()}, cmds)
	if err != nil {
		w.t.Fatalf("decide: %v", err)
	}
	return records
}

// mustBeBadData holds the store to refuse the records, to write nothing of them nor of the acks beside them, and to
// take the next group.
func (w *world) mustBeBadData(records []store.Record) {
	w.t.Helper()
	users := []string{ana.ID, ben.ID, sam.ID, sue.ID}
	before, err := w.s.Heads(w.t.Context(), users)
	if err != nil {
		w.t.Fatalf("heads: %v", err)
	}
	g := store.Group{Acks: []store.Ack{{UserID: ana.ID, Device: "never", SeenAt: w.clock.now(), New: true}}}
	for _, r := range records {
		if r.Version == 1 {
			g.Orders = append(g.Orders, r.OrderID)
		}
	}
	rows, err := w.s.Commit(w.t.Context(), g, func(store.Loaded) []store.Record { return records })
	if !errors.Is(err, store.BadData) || len(rows) > 0 {
		w.t.Fatalf("bad data: %d rows and %v", len(rows), err)
	}
	after, err := w.s.Heads(w.t.Context(), users)
	if err != nil {
		w.t.Fatalf("heads: %v", err)
	}
	w.same("heads after bad data", after, before)
	w.same("the device is known", w.open(ana.ID, "never", nil).Known, false)
	next := w.place(ben, "", sid)
	next.Complete()
	w.do(next)
	w.do(w.say(ben, next.OrderID, callout.Cancelled))
}
