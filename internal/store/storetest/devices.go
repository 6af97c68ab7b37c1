package storetest

import (
	"fmt"
	"maps"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

func ackNeverMovesBack(w *world) {
	w.do(w.place(ana, "o-1", sam, sue))
	for _, step := range []struct{ ack, want int64 }{{1, 1}, {2, 2}, {1, 2}, {0, 2}} {
		w.ack(ana.ID, "phone", step.ack)
		w.same(fmt.Sprintf("the cursor after %d", step.ack), w.open(ana.ID, "phone", nil).Cursor, step.want)
	}
	w.same("another device is known", w.open(ana.ID, "tablet", nil).Known, false)
	w.same("another user's device is known", w.open(sam.ID, "phone", nil).Known, false)
}

// acksWithAnyGroup: acks are written beside records, beside refusals and alone, of users with an inbox and without.
func acksWithAnyGroup(w *world) {
	records := w.records(w.place(ana, "o-1", sam))
	g := store.Group{Orders: []string{"o-1"}, Acks: []store.Ack{
		{UserID: ana.ID, Device: "phone", Seq: 0, SeenAt: w.clock.now(), New: true},
		{UserID: ben.ID, Device: "phone", Seq: 0, SeenAt: w.clock.now(), New: true},
		{UserID: ben.ID, Device: "tablet", Seq: 0, SeenAt: w.clock.now(), New: true},
	}}
	if _, err := w.s.Commit(w.t.Context(), g, func(store.Loaded) []store.Record { return records }); err != nil {
		w.t.Fatalf("commit: %v", err)
	}
	w.ack(ana.ID, "phone", 1)
	w.same("ana's phone", w.open(ana.ID, "phone", nil).Cursor, int64(1))
	for _, device := range []string{"phone", "tablet"} {
		s := w.open(ben.ID, device, nil)
		w.same("ben's "+device, []int64{s.Head, s.Cursor}, []int64{0, 0})
		w.same("ben's "+device+" is known", s.Known, true)
	}
	w.do(w.place(ben, "o-2", sam))
	w.gapless(ben.ID, w.inbox(ben.ID))
}

func longestUnseenForgotten(w *world) {
	for i := range store.MaxDevices {
		w.ack(ana.ID, fmt.Sprintf("d-%02d", i), 0)
		w.clock.advance(time.Second)
	}
	w.ack(ana.ID, "d-00", 0) // seen again, so that d-01 is the longest unseen
	w.clock.advance(time.Second)
	w.ack(ben.ID, "d-01", 0)
	w.same("d-01 is known", w.open(ana.ID, "d-01", nil).Known, true)

	w.ack(ana.ID, "one-more", 0)
	for device, known := range map[string]bool{"d-00": true, "d-01": false, "d-02": true, "d-19": true, "one-more": true} {
		w.same(device+" is known", w.open(ana.ID, device, nil).Known, known)
	}
	w.same("another user's d-01 is known", w.open(ben.ID, "d-01", nil).Known, true)
}

// ack commits one ack alone.
func (w *world) ack(userID, device string, seq int64) {
	w.t.Helper()
	w.load(store.Group{Acks: []store.Ack{{UserID: userID, Device: device, Seq: seq, SeenAt: w.clock.now(), New: true}}})
}

func unknownStaysUnknown(w *world) {
	w.do(w.place(ana, "o-1", sam))
	a := store.Ack{UserID: ana.ID, Device: "phone", Seq: 1, SeenAt: w.clock.now(), Sent: []store.Mark{{First: 1, Last: 1, At: w.clock.now()}}}
	w.load(store.Group{Acks: []store.Ack{a}})
	w.same("the device is known", w.open(ana.ID, "phone", nil).Known, false)
	a.New = true
	w.load(store.Group{Acks: []store.Ack{a}})
	w.same("the device is known", w.open(ana.ID, "phone", nil).Known, true)
}

func openCounted(w *world) {
	count := func() map[string]int {
		open := w.load(store.Group{Placers: []string{ana.ID, ben.ID, sam.ID, "nobody"}}).Open
		maps.DeleteFunc(open, func(_ string, n int) bool { return n == 0 })
		return open
	}
	w.same("open orders", count(), map[string]int{})
	w.do(w.place(ana, "o-1", sam, sue), w.place(ana, "o-2", sam), w.place(ben, "o-3", sam))
	w.same("open orders", count(), map[string]int{ana.ID: 2, ben.ID: 1})
	w.do(w.say(sam, "o-2", callout.Accepted), w.say(ana, "o-1", callout.Cancelled))
	w.same("open orders", count(), map[string]int{ana.ID: 1, ben.ID: 1})
}
