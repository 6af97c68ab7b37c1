package storetest

import (
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// list reads the ids of the orders on a page, and where the next one begins.
func (w *world) list(q store.Query) (ids []string, next store.Cursor) {
	w.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := w.s.List(w.t.Context(), q)
	if err != nil {
		w.t.Fatalf("list: %v", err)
	}
	for _, o := range page.Orders {
		ids = append(ids, o.ID)
	}
	return ids, page.Next
}

func (w *world) lists(what string, q store.Query, want ...string) {
	w.t.Helper()
	got, next := w.list(q)
	w.same(what, got, want)
	w.same(what+": what follows", next, store.Cursor{})
}

func listed(w *world) {
	begun := w.clock.now()
	w.do(w.place(ana, "o-1", sam), w.say(sam, "o-1", callout.Accepted))
	w.clock.advance(time.Minute)
	w.do(w.place(ben, "o-2", sam, sue))
	w.clock.advance(time.Minute)
	w.do(w.place(ana, "o-3", sue), w.say(ana, "o-3", callout.Cancelled))
	w.clock.advance(time.Minute)
	w.do(w.place(ana, "o-4", sue))

	w.lists("all", store.Query{}, "o-4", "o-3", "o-2", "o-1")
	w.lists("ana's", store.Query{UserID: ana.ID}, "o-4", "o-3", "o-1")
	w.lists("sam's", store.Query{UserID: sam.ID}, "o-1")
	w.lists("sue's, who has accepted none", store.Query{UserID: sue.ID})
	w.lists("nobody's", store.Query{UserID: "c-nobody"})
	w.lists("open", store.Query{Open: true}, "o-4", "o-2", "o-1")
	w.lists("ana's open", store.Query{UserID: ana.ID, Open: true}, "o-4", "o-1")
	w.lists("cancelled", store.Query{Statuses: []callout.Status{callout.Cancelled}}, "o-3")
	w.lists("accepted or cancelled", store.Query{Statuses: []callout.Status{callout.Accepted, callout.Cancelled}}, "o-3", "o-1")
	w.lists("on offer", store.Query{Statuses: []callout.Status{callout.Placed, callout.Broadcasted}}, "o-4", "o-2")
	w.lists("since the second", store.Query{Since: begun.Add(time.Minute)}, "o-4", "o-3", "o-2")
	w.lists("until the third", store.Query{Until: begun.Add(2 * time.Minute)}, "o-2", "o-1")
	w.lists("in between", store.Query{Since: begun.Add(time.Minute), Until: begun.Add(3 * time.Minute)}, "o-3", "o-2")

	w.do(w.say(sue, "o-2", callout.Accepted), w.say(ana, "o-4", callout.Cancelled))
	w.lists("sue's, who has accepted one", store.Query{UserID: sue.ID}, "o-2")
	w.lists("what is left open", store.Query{Open: true}, "o-2", "o-1")

	page, err := w.s.List(w.t.Context(), store.Query{UserID: sam.ID, Limit: 1})
	if err != nil || len(page.Orders) != 1 {
		w.t.Fatalf("list: %v, %d orders", err, len(page.Orders))
	}
	w.same("an order in a list", page.Orders[0], *w.order("o-1"))
	o, there, err := w.s.Order(w.t.Context(), "o-1")
	if err != nil || !there {
		w.t.Fatalf("order: %v, %v", there, err)
	}
	w.same("an order by its id", o, *w.order("o-1"))
	if _, there, err := w.s.Order(w.t.Context(), "o-9"); err != nil || there {
		w.t.Fatalf("an order that there is not: %v, %v", there, err)
	}
	counts, err := w.s.CountOpen(w.t.Context())
	if err != nil {
		w.t.Fatalf("count: %v", err)
	}
	w.same("open orders", counts, map[callout.Status]int{callout.Accepted: 2})
}

// listedInPages: pages follow each other without a gap and without anything twice, also where many orders were placed in one
// millisecond, and where few of those that are looked at match.
func listedInPages(w *world) {
	const orders = store.LookedAt + 10
	var all []string
	for from := 0; from < orders; from += 201 {
		var cmds []callout.Command
		for i := from; i < min(from+201, orders); i++ {
			id := fmt.Sprintf("o-%05d", i)
			cmds = append(cmds, w.place(ana, id, sam))
			all = append(all, id)
		}
		w.do(cmds...)
		w.clock.advance(time.Millisecond)
	}
	w.do(w.say(sam, all[3], callout.Accepted))
	seen := make(map[string]bool)
	pages := 0
	for q := (store.Query{UserID: ana.ID, Limit: 700}); ; pages++ {
		ids, next := w.list(q)
		for _, id := range ids {
			if seen[id] {
				w.t.Fatalf("%s is on two pages", id)
			}
			seen[id] = true
		}
		if next == (store.Cursor{}) {
			break
		}
		parsed, err := store.ParseCursor(next.String())
		if err != nil || parsed != next {
			w.t.Fatalf("%v is written as %s and read as %v, %v", next, next, parsed, err)
		}
		q.After = next
	}
	w.same("orders on all pages, and pages", []int{len(seen), pages + 1}, []int{orders, 3})

	q := store.Query{UserID: ana.ID, Statuses: []callout.Status{callout.Accepted}, Limit: 10}
	ids, next := w.list(q)
	w.same("the only one that matches, on the first page", len(ids), 0)
	q.After = next
	w.lists("the only one that matches, on the second page", q, all[3])
}
