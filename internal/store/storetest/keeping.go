package storetest

import (
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

const kept = 30 * 24 * time.Hour

// cut goes through all users once, in steps of at most limit rows, and gives what was cut off and forgotten.
func (w *world) cut(limit int) (rows, devices int) {
	w.t.Helper()
	for next := (store.Cut{}); !next.Done; {
		var err error
		if next, err = w.s.Cut(w.t.Context(), kept, next, limit); err != nil {
			w.t.Fatalf("cut: %v", err)
		}
		if next.Rows > limit {
			w.t.Fatalf("%d rows were cut at once, of at most %d", next.Rows, limit)
		}
		rows, devices = rows+next.Rows, devices+next.Devices
	}
	return rows, devices
}

func (w *world) mustCut(rows, devices int) {
	w.t.Helper()
	gotRows, gotDevices := w.cut(1000)
	w.same("rows cut off and devices forgotten", []int{gotRows, gotDevices}, []int{rows, devices})
}

func cutWhatAllHave(w *world) {
	w.ack(ana.ID, "phone", 0)
	w.ack(ana.ID, "tablet", 0)
	w.do(w.place(ana, "o-1", sam), w.place(ana, "o-2", sam)) // ana 1, 2; sam 1, 2
	w.clock.advance(time.Hour)
	w.do(w.place(ana, "o-3", sam)) // 3
	w.mustCut(0, 0)
	w.clock.advance(kept - time.Hour)
	w.ack(ana.ID, "phone", 3)
	w.ack(ana.ID, "tablet", 1)
	w.mustCut(0, 0) // to the millisecond as old as what is kept
	w.clock.advance(time.Millisecond)
	w.mustCut(1+2, 0) // sam has no device that anything is kept for
	s := w.open(ana.ID, "phone", &wire.Resume{Seq: 1, Of: "o-1/1"})
	w.same("ana's floor and head", []int64{s.Floor, s.Head}, []int64{1, 3})
	w.same("what is left of ana's inbox", len(w.inbox(ana.ID)), 2)
	s = w.open(sam.ID, "phone", nil)
	w.same("sam's floor and head", []int64{s.Floor, s.Head}, []int64{2, 3})
	w.ack(ana.ID, "tablet", 3)
	w.mustCut(1, 0)
	w.same("ana's floor", w.open(ana.ID, "phone", nil).Floor, int64(2))
	w.clock.advance(2 * time.Hour)
	w.ack(ana.ID, "phone", 3)
	w.ack(ana.ID, "tablet", 3)
	w.mustCut(2, 0)
	s = w.open(ana.ID, "phone", nil)
	w.same("floor and head of an inbox of which nothing is left", []int64{s.Floor, s.Head}, []int64{3, 3})
	rows := w.do(w.place(ana, "o-4", sam))
	w.same("the number that follows", rows[0].Seq, int64(4))
	w.same("what pages from the beginning read", w.inbox(ana.ID)[0].Seq, int64(4))
}

func cutForgetsDevices(w *world) {
	w.ack(ana.ID, "phone", 0)
	w.ack(ana.ID, "tablet", 0)
	w.do(w.place(ana, "o-1", sam))
	w.clock.advance(kept)
	w.ack(ana.ID, "phone", 1)
	w.clock.advance(time.Millisecond)
	w.mustCut(2, 1)
	w.same("the tablet is known", w.open(ana.ID, "tablet", nil).Known, false)
	w.same("the phone is known", w.open(ana.ID, "phone", nil).Known, true)
	w.same("what is left of ana's inbox", len(w.inbox(ana.ID)), 0)
}

func cutInSteps(w *world) {
	for i := range 10 {
		w.do(w.place(ana, fmt.Sprintf("o-%d", i), sam, sue))
	}
	w.clock.advance(kept + time.Second)
	rows, _ := w.cut(7)
	w.same("rows cut off", rows, 60)
	for _, id := range []string{ana.ID, sam.ID, sue.ID} {
		w.same("what is left of "+id+"'s inbox", len(w.inbox(id)), 0)
	}
}

func dropOrders(w *world) {
	drop := func(limit, want int) {
		w.t.Helper()
		got, err := w.s.DropOrders(w.t.Context(), kept, limit)
		if err != nil {
			w.t.Fatalf("drop: %v", err)
		}
		w.same("orders dropped", got, want)
	}
	w.ack(sue.ID, "phone", 0)
	life := w.life("o-1", ana, sam)
	w.do(life...)
	w.do(w.place(ana, "o-2", sam, sue), w.say(ana, "o-2", callout.Cancelled), w.place(ana, "o-3", sam))
	w.do(w.place(ana, "o-4", sam), w.say(ana, "o-4", callout.Cancelled))
	drop(10, 0)
	w.clock.advance(kept + time.Second)
	drop(10, 0)                     // they stand in inboxes
	w.clock.advance(25 * time.Hour) // a store may look again a day later
	w.ack(sue.ID, "phone", 1)
	w.cut(1000)
	drop(1, 1)
	drop(10, 1) // sue's phone has not acknowledged what became of o-2
	for id, events := range map[string]int{"o-1": 0, "o-2": 3, "o-3": 1, "o-4": 0} {
		got, err := w.s.Events(w.t.Context(), id)
		if err != nil {
			w.t.Fatalf("events: %v", err)
		}
		w.same("events of "+id, len(got), events)
	}
	w.same("repeats of an order that is gone", len(w.load(groupOf(life)).Repeats), 0)
	w.ack(sue.ID, "phone", 3)
	w.cut(1000)
	w.clock.advance(25 * time.Hour)
	drop(10, 1)
	drop(10, 0)
	w.same("the order that has not ended", w.order("o-3").Status, callout.Placed)
	w.lists("what is left", store.Query{}, "o-3")
	w.lists("what is left of ana's", store.Query{UserID: ana.ID}, "o-3")
	w.lists("what is left of sam's", store.Query{UserID: sam.ID})
	w.do(w.say(sam, "o-3", callout.OfferDeclined)) // and goes on
}
