package storetest

import (
	"time"

	"github.com/calloutd/callout/internal/store"
)

func (w *world) user(id string) store.User {
	w.t.Helper()
	u, err := w.users.User(w.t.Context(), id)
	if err != nil {
		w.t.Fatalf("user: %v", err)
	}
	return u
}

func barred(w *world) {
	ctx := w.t.Context()
	w.same("nobody", w.user("nobody"), store.User{})
	w.do(w.place(ana, "o-1", sam))
	w.ack(ana.ID, "phone", 1)
	w.clock.advance(time.Second)
	w.ack(ana.ID, "tablet", 0)
	u := w.user(ana.ID)
	w.same("ana", u, store.User{Head: 1, Open: 1, Devices: []store.Device{
		{Name: "tablet", SeenAt: w.clock.now()}, {Name: "phone", Cursor: 1, SeenAt: w.clock.now().Add(-time.Second)},
	}})
	for _, reason := range []string{"did not pay", "did not pay twice"} {
		if err := w.users.Bar(ctx, ana.ID, reason); err != nil {
			w.t.Fatalf("bar: %v", err)
		}
		w.same("why ana is barred", w.user(ana.ID).Reason, reason)
	}
	w.same("since when is known", w.user(ana.ID).BarredAt.IsZero(), false)
	for id, want := range map[string]bool{ana.ID: true, sam.ID: false} {
		w.same(id+" is barred", w.open(id, "phone", nil).Barred, want)
		is, err := w.s.Barred(ctx, id)
		if err != nil {
			w.t.Fatalf("barred: %v", err)
		}
		w.same(id+" is barred, looked up", is, want)
	}
	for _, want := range []bool{true, false} {
		was, err := w.users.Unbar(ctx, ana.ID)
		if err != nil {
			w.t.Fatalf("unbar: %v", err)
		}
		w.same("ana was barred", was, want)
	}
	w.same("ana is barred", w.open(ana.ID, "phone", nil).Barred, false)
	w.same("ana", w.user(ana.ID), u)
}

func dismissals(w *world) {
	ctx := w.t.Context()
	last, err := w.s.LastDismissal(ctx)
	if err != nil {
		w.t.Fatalf("the last dismissal: %v", err)
	}
	w.same("the last of none", last, int64(0))
	w.ack(ana.ID, "phone", 0)
	w.ack(ana.ID, "tablet", 0)
	w.ack(ben.ID, "phone", 0)
	for _, d := range []struct {
		device string
		forget bool
		left   int
	}{{"phone", false, 2}, {"phone", true, 1}, {"", false, 1}, {"", true, 0}} {
		if err := w.users.Dismiss(ctx, ana.ID, d.device, d.forget); err != nil {
			w.t.Fatalf("dismiss: %v", err)
		}
		w.same("devices left", len(w.user(ana.ID).Devices), d.left)
	}
	if err := w.users.Bar(ctx, ben.ID, ""); err != nil {
		w.t.Fatalf("bar: %v", err)
	}
	w.same("ben's devices", len(w.user(ben.ID).Devices), 1)

	all, err := w.s.Dismissals(ctx, 0)
	if err != nil {
		w.t.Fatalf("dismissals: %v", err)
	}
	var before int64
	for i := range all {
		if all[i].N <= before {
			w.t.Fatalf("dismissal %d comes after %d", all[i].N, before)
		}
		before, all[i].N = all[i].N, 0
	}
	w.same("the dismissals", all, []store.Dismissal{
		{UserID: ana.ID, Device: "phone"}, {UserID: ana.ID, Device: "phone"}, {UserID: ana.ID}, {UserID: ana.ID}, {UserID: ben.ID, Barred: true},
	})
	if last, err = w.s.LastDismissal(ctx); err != nil || last != before {
		w.t.Fatalf("the last dismissal is %d (%v), not %d", last, err, before)
	}
	if after, err := w.s.Dismissals(ctx, last); err != nil || len(after) > 0 {
		w.t.Fatalf("after the last there are %v (%v)", after, err)
	}
}
