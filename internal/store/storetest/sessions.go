package storetest

import (
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

func openKnowsDevice(w *world) {
	w.same("what a stranger starts from", w.open(ana.ID, "phone", nil), store.Snapshot{})
	w.do(w.place(ana, "o-1", sam, sue))
	s := w.open(ana.ID, "phone", nil)
	w.same("head, floor and cursor of a new device", []int64{s.Head, s.Floor, s.Cursor}, []int64{2, 0, 0})
	w.same("a new device is known", s.Known, false)
	w.same("opening made the device known", w.open(ana.ID, "phone", nil).Known, false)
	w.ack(ana.ID, "phone", 1)
	s = w.open(ana.ID, "phone", nil)
	w.same("head and cursor of a known device", []int64{s.Head, s.Cursor}, []int64{2, 1})
	w.same("a known device is known", s.Known, true)
}

// openCompares: Matches holds unless the inbox is known not to have what the device says.
func openCompares(w *world) {
	w.same("nothing resumed, no inbox", w.open(ana.ID, "phone", nil).Matches, false)
	w.same("the beginning of no inbox", w.open(ana.ID, "phone", &wire.Resume{}).Matches, true)
	w.same("beyond no inbox", w.open(ana.ID, "phone", &wire.Resume{Seq: 1, Of: "o-1/1"}).Matches, false)
	w.do(w.place(ana, "o-1", sam, sue), w.place(ana, "o-2", sam))
	for _, c := range []struct {
		resume  *wire.Resume
		matches bool
	}{
		{nil, false},
		{&wire.Resume{Seq: 0}, true},
		{&wire.Resume{Seq: 0, Of: "o-1/1"}, false},
		{&wire.Resume{Seq: 1, Of: "o-1/1"}, true},
		{&wire.Resume{Seq: 2, Of: "o-1/2"}, true},
		{&wire.Resume{Seq: 3, Of: "o-2/1"}, true},
		{&wire.Resume{Seq: 2}, true},
		{&wire.Resume{Seq: 1, Of: "o-1/2"}, false},
		{&wire.Resume{Seq: 3, Of: "o-1/1"}, false},
		{&wire.Resume{Seq: 3, Of: "o-2/12"}, false},
		{&wire.Resume{Seq: 3, Of: "nonsense"}, false},
		{&wire.Resume{Seq: 4, Of: "o-2/1"}, false},
		{&wire.Resume{Seq: 4}, false},
	} {
		w.same(fmt.Sprintf("%+v matches", c.resume), w.open(ana.ID, "phone", c.resume).Matches, c.matches)
	}
}

// openListsOrders: each of a user's open orders as they see it, the oldest first, and none that is closed to them.
func openListsOrders(w *world) {
	w.do(w.place(ana, "o-2", sam, sue))
	w.clock.advance(time.Second)
	w.do(w.place(ana, "o-3", sue), w.place(ana, "o-1", sue))
	w.clock.advance(time.Second)
	w.do(w.place(ben, "o-0", sue, sid))
	w.mustSee(ana, callout.PartyView, "o-2", "o-1", "o-3")
	w.mustSee(sue, callout.OfferView, "o-2", "o-1", "o-3", "o-0")
	w.mustSee(sam, callout.OfferView, "o-2")

	w.do(w.say(sam, "o-2", callout.Accepted), w.say(sue, "o-0", callout.OfferDeclined))
	w.mustSee(ana, callout.PartyView, "o-2", "o-1", "o-3")
	w.mustSee(sam, callout.PartyView, "o-2")
	w.mustSee(sue, callout.OfferView, "o-1", "o-3")
	w.mustSee(sid, callout.OfferView, "o-0")

	w.do(w.say(sid, "o-0", callout.OfferDeclined), w.say(olga, "o-1", callout.Cancelled))
	w.mustSee(ben, callout.PartyView)
	w.mustSee(sid, callout.OfferView)
	w.mustSee(olga, callout.PartyView)
	w.mustSee(ana, callout.PartyView, "o-2", "o-3")
	w.mustSee(sue, callout.OfferView, "o-3")
}

// mustSee holds the user's open orders to be those, in this order and in this view.
func (w *world) mustSee(user callout.Actor, v callout.View, ids ...string) {
	w.t.Helper()
	var want []callout.Order
	for _, id := range ids {
		want = append(want, w.order(id).As(v))
	}
	w.same("open orders of "+user.ID, w.open(user.ID, "phone", nil).Orders, want)
}

func pages(w *world) {
	for i := range 10 {
		w.do(w.place(ana, fmt.Sprintf("o-%d", i), sam))
	}
	all := w.inbox(ana.ID)
	for _, c := range []struct {
		after    int64
		limit    int
		from, to int
	}{
		{0, 3, 0, 3}, {3, 3, 3, 6}, {8, 3, 8, 10}, {9, 1, 9, 10}, {10, 3, 10, 10}, {99, 3, 10, 10}, {0, 100, 0, 10},
	} {
		got, err := w.s.Page(w.t.Context(), ana.ID, c.after, c.limit)
		if err != nil {
			w.t.Fatalf("page: %v", err)
		}
		w.same(fmt.Sprintf("%d rows after %d", c.limit, c.after), got, all[c.from:c.to])
	}
	w.same("the inbox of nobody", len(w.inbox("nobody")), 0)
}

func find(w *world) {
	w.do(w.place(ana, "o-1", sam, sue)) // ana has 1 and 2
	w.do(w.place(ana, "o-2", sam))      // 3
	w.do(w.say(sue, "o-1", callout.OfferDeclined), w.say(sam, "o-1", callout.Accepted), w.say(ana, "o-1", callout.Started))
	w.do(w.place(ana, "o-3", sam)) // 7
	for _, c := range []struct {
		wanted store.Wanted
		seq    int64 // 0: there is none
	}{
		{store.Wanted{UserID: ana.ID, OrderID: "o-1"}, 6},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", UpTo: 6}, 6},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", UpTo: 5}, 5},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", UpTo: 3}, 2},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", UpTo: 99}, 6},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", Version: 1}, 1},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", Version: 4, UpTo: 5}, 5},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", Version: 4, UpTo: 4}, 0},
		{store.Wanted{UserID: ana.ID, OrderID: "o-1", Version: 6}, 0},
		{store.Wanted{UserID: ana.ID, OrderID: "o-2"}, 3},
		{store.Wanted{UserID: ana.ID, OrderID: "o-2", UpTo: 2}, 0},
		{store.Wanted{UserID: ana.ID, OrderID: "o-9"}, 0},
		{store.Wanted{UserID: sue.ID, OrderID: "o-1"}, 3},
		{store.Wanted{UserID: sue.ID, OrderID: "o-1", Version: 5}, 0},
		{store.Wanted{UserID: sue.ID, OrderID: "o-2"}, 0},
		{store.Wanted{UserID: "nobody", OrderID: "o-1"}, 0},
	} {
		row, found, err := w.s.Find(w.t.Context(), c.wanted)
		if err != nil {
			w.t.Fatalf("find %+v: %v", c.wanted, err)
		}
		w.same(fmt.Sprintf("found %+v", c.wanted), found, c.seq > 0)
		if found {
			w.same(fmt.Sprintf("the row of %+v", c.wanted), row, w.inbox(c.wanted.UserID)[c.seq-1])
		}
	}
}

func heads(w *world) {
	w.do(w.place(ana, "o-1", sam, sue), w.place(ben, "o-2", sam))
	got, err := w.s.Heads(w.t.Context(), []string{sam.ID, ana.ID, "nobody", ben.ID})
	if err != nil {
		w.t.Fatalf("heads: %v", err)
	}
	w.same("heads", got, map[string]int64{ana.ID: 2, ben.ID: 1, sam.ID: 3})
	if got, err = w.s.Heads(w.t.Context(), nil); err != nil || len(got) > 0 {
		w.t.Fatalf("heads of nobody: %v and %v", got, err)
	}
}

func standing(w *world) {
	w.mustStand(ana, 0, 0)
	w.do(w.place(ana, "o-1", sam, sue, sid))
	w.mustStand(ana, 2, 1)
	w.mustStand(sue, 2, 1)
	w.do(w.say(sue, "o-1", callout.OfferDeclined))
	w.mustStand(ana, 3, 1)
	w.mustStand(sue, 3, 0)
	w.do(w.life("o-1", ana, sam)[1:9]...)
	w.mustStand(ana, 11, 1)
	w.mustStand(sam, 10, 1)
	w.mustStand(sid, 3, 0)
	w.do(w.place(ana, "o-2", sam))
	w.mustStand(sam, 11, 2)
	w.do(w.say(ana, "o-1", callout.OrderComplete))
	w.mustStand(ana, 13, 1)
	w.mustStand(sam, 12, 1)
	w.do(w.say(olga, "o-2", callout.Cancelled))
	w.mustStand(ana, 14, 0)
	w.mustStand(sam, 13, 0)
	w.mustStand(olga, 1, 0)
	w.do(w.place(ana, "o-3", sam, sue), w.say(ana, "o-3", callout.Cancelled)) // begins and ends in one group
	w.mustStand(ana, 17, 0)
	w.mustStand(sue, 6, 0)
}

func (w *world) mustStand(user callout.Actor, head int64, open int) {
	w.t.Helper()
	gotHead, gotOpen, err := w.s.Standing(w.t.Context(), user.ID)
	if err != nil {
		w.t.Fatalf("standing of %s: %v", user.ID, err)
	}
	if gotHead != head || gotOpen != open {
		w.t.Fatalf("%s has head %d and %d open orders, want %d and %d", user.ID, gotHead, gotOpen, head, open)
	}
}
