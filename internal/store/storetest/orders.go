package storetest

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// life is an order that goes on to its end: one extension, and one payment that did not arrive.
func (w *world) life(orderID string, client, worker callout.Actor, others ...callout.Actor) []callout.Command {
	changed := w.say(worker, orderID, callout.OrderChanged)
	changed.Extra.Services = []callout.Service{{Service: "paint a wall", Quantity: 3, UnitPrice: 45_00}}
	changed.Extra.Reason = "one more wall"
	return []callout.Command{
		w.place(client, orderID, append([]callout.Actor{worker}, others...)...),
		w.say(worker, orderID, callout.Accepted),
		w.say(client, orderID, callout.Started),
		changed,
		w.say(client, orderID, callout.Extended),
		w.say(client, orderID, callout.Payment),
		w.say(worker, orderID, callout.PaymentRejected),
		w.say(client, orderID, callout.Payment),
		w.say(worker, orderID, callout.PaymentVerification),
		w.say(client, orderID, callout.OrderComplete),
	}
}

func wholeOrder(w *world) {
	for _, cmd := range w.life("o-1", ana, sam, sue) {
		w.do(cmd)
		w.clock.advance(time.Minute)
	}
	o := w.order("o-1")
	w.same("the order's status", o.Status, callout.OrderComplete)
	w.same("the order's version", o.Version, int64(11))
	w.same("the order's total", o.Total, int64(135_00))

	parties := []callout.Status{
		callout.Placed, callout.Broadcasted, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended,
		callout.Payment, callout.PaymentRejected, callout.Payment, callout.PaymentVerification, callout.OrderComplete,
	}
	for user, want := range map[string][]callout.Status{ana.ID: parties, sam.ID: parties, sue.ID: parties[:3]} {
		rows := w.inbox(user)
		w.gapless(user, rows)
		var told []callout.Status
		for _, row := range rows {
			told = append(told, row.Status)
		}
		w.same("what "+user+" was told", told, want)
	}
}

// orderComesBack: what a group loads is what the rules made, field by field, whatever happened last.
func orderComesBack(w *world) {
	lat, lon := 52.520008, -0.1
	placed := w.place(ana, "o-1", sam, sue, sid)
	placed.Extra.Note = `ring "twice" – <b>&\ 🛎`
	placed.Extra.Place = &callout.Place{Area: "Mitte", Address: "Unter den Linden 1", Lat: &lat, Lon: &lon}
	placed.Extra.OfferSeconds = 90
	cmds := []callout.Command{placed, w.say(sid, "o-1", callout.OfferDeclined)}
	cmds = append(cmds, w.life("o-1", ana, sam)[1:]...)

	cmds = append(cmds, w.place(ben, "o-2", sue), w.say(sue, "o-2", callout.OfferDeclined))
	cmds = append(cmds, w.place(ben, "o-3", sue), w.say(olga, "o-3", callout.Cancelled))
	for _, cmd := range cmds {
		_, records := w.commit(cmd)
		want := records[len(records)-1].Order
		w.same("order "+want.ID+" after "+cmd.Status.String(), *w.order(want.ID), want)
		w.clock.advance(1500 * time.Millisecond)
	}
	missing := w.load(store.Group{Orders: []string{"o-1", "o-9"}})
	if len(missing.Orders) != 1 || missing.Orders["o-1"] == nil {
		w.t.Fatalf("of one order that exists and one that does not, %d were loaded", len(missing.Orders))
	}
}

// nilAndEmpty: an order may come back with an empty list where it had none, or the reverse, but the rules go on from
// either in the same way, to the byte.
func nilAndEmpty(w *world) {
	for id, services := range map[string][]callout.Service{"o-nil": nil, "o-empty": {}} {
		placed := w.place(ana, id, sam)
		placed.Extra = callout.Extra{Services: services}
		unchanged := w.say(sam, id, callout.OrderChanged)
		cmds := []callout.Command{placed, w.say(sam, id, callout.Accepted), w.say(ana, id, callout.Started), unchanged}
		cmds = append(cmds, w.say(ana, id, callout.Extended), w.say(ana, id, callout.Payment))
		var kept *callout.Order
		for _, cmd := range cmds {
			events, err := w.rules.Apply(kept, cmd, w.clock.now())
			if err != nil {
				w.t.Fatalf("%s: %v", cmd.Status, err)
			}
			want, err := recordsOf(&cmd, events)
			if err != nil {
				w.t.Fatalf("%s: %v", cmd.Status, err)
			}
			_, got := w.commit(cmd)
			w.same(id+" after "+cmd.Status.String(), got, want)
			kept = &events[len(events)-1].Order
		}
	}
}

func clockDecides(w *world) {
	w.same("now", w.load(store.Group{}).Now, w.clock.now())
	w.clock.advance(36 * time.Hour)
	w.same("now, later", w.load(store.Group{}).Now, w.clock.now())
}
