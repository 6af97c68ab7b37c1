package storetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

func gaplessAcrossGroups(w *world) {
	for i := range 20 {
		id := fmt.Sprintf("o-%d", i)
		w.do(w.place(ana, id, sam, sue))
		w.do(w.say(sam, id, callout.OfferDeclined))
		w.do(w.say(ana, id, callout.Cancelled))
	}
	for user, want := range map[string]int{ana.ID: 80, sam.ID: 60, sue.ID: 60} {
		rows := w.inbox(user)
		w.gapless(user, rows)
		w.same("rows of "+user, len(rows), want)
	}
}

// gaplessWithinGroup: many orders of the same people in one group, each with as many recipients as there can be.
func gaplessWithinGroup(w *world) {
	var crowd []callout.Actor
	for i := range callout.MaxReceivers {
		crowd = append(crowd, callout.Actor{ID: fmt.Sprintf("s-%03d", i), Role: callout.Serviceman})
	}
	var cmds []callout.Command
	for i := range 5 {
		id := fmt.Sprintf("o-%d", i)
		cmds = append(cmds, w.place(ana, id, crowd...), w.say(crowd[i], id, callout.Accepted))
	}
	rows, records := w.commit(cmds...)

	next := map[string]int64{}
	var want []wire.Event
	for i := range records {
		for _, to := range records[i].To {
			next[to.UserID]++
			row := records[i].Row(to, next[to.UserID])
			want = append(want, row.Event())
		}
	}
	w.same("rows of the group", rows, want)
	for _, user := range append(crowd, ana) {
		mine := w.inbox(user.ID)
		w.gapless(user.ID, mine)
		w.same("rows of "+user.ID, len(mine), 15)
	}
}

// commitReturnsRows: what Commit returns is what Page reads later, to the byte.
func commitReturnsRows(w *world) {
	told := map[string][]wire.Event{}
	for _, cmd := range append(w.life("o-1", ana, sam, sue), w.place(ana, "o-2", sam), w.say(sam, "o-2", callout.OfferDeclined)) {
		for _, row := range w.do(cmd) {
			told[row.ReceiverID] = append(told[row.ReceiverID], row)
		}
	}
	for user, rows := range told {
		w.same("the inbox of "+user, w.inbox(user), rows)
	}
}

func viewsPerRecipient(w *world) {
	placed := w.place(ana, "o-1", sam, sue)
	placed.Extra.Note = "the key is under the mat"
	placed.Extra.Place = &callout.Place{Area: "Mitte", Address: "Unter den Linden 1"}
	placed.Extra.More = map[string]json.RawMessage{"ref": json.RawMessage(`{"a":[1,2.50]}`)}
	w.do(placed)
	w.do(w.say(sam, "o-1", callout.Accepted))

	party := []string{
		"clientId", "currency", "dueAt", "id", "note", "place", "placedAt", "receivers", "services", "statusCode", "total", "version",
	}
	offer := []string{"clientId", "currency", "dueAt", "id", "place", "placedAt", "services", "statusCode", "total", "version"}
	closed := []string{"id", "statusCode", "version"}
	accepted := []string{
		"clientId", "currency", "id", "note", "place", "placedAt", "servicemanId", "services", "statusCode", "total", "version",
	}

	client, winner, loser := w.inbox(ana.ID), w.inbox(sam.ID), w.inbox(sue.ID)
	w.same("keys of a party's order", keysOf(w, client[0].Order), party)
	w.same("keys of an accepted order, to the client", keysOf(w, client[2].Order), accepted)
	w.same("keys of an offer", keysOf(w, winner[0].Order), offer)
	w.same("keys of an accepted order, to the serviceman", keysOf(w, winner[2].Order), accepted)
	w.same("keys of a closed offer", keysOf(w, loser[2].Order), closed)

	w.same("extra, to a party", string(client[0].Extra), string(mustJSON(w, placed.Extra)))
	w.same("extra, to one on offer", len(winner[0].Extra), 0)
	w.same("extra, to one whose offer is closed", len(loser[2].Extra), 0)
	w.same("senders, to the loser", []string{loser[0].SenderID, loser[1].SenderID, loser[2].SenderID}, []string{ana.ID, callout.SystemID, ""})
	w.same("command ids, to their sender", []string{client[0].CommandID, winner[2].CommandID}, []string{placed.ID, "command-2"})
	w.same("command ids, to others", client[1].CommandID+client[2].CommandID+winner[0].CommandID+loser[2].CommandID, "")

	var seen callout.Order
	if err := json.Unmarshal(winner[0].Order, &seen); err != nil {
		w.t.Fatalf("read an offer: %v", err)
	}
	w.same("the place in an offer", seen.Place, &callout.Place{Area: "Mitte"})
}

func keysOf(w *world, object json.RawMessage) []string {
	w.t.Helper()
	var o map[string]json.RawMessage
	if err := json.Unmarshal(object, &o); err != nil {
		w.t.Fatalf("read %s: %v", object, err)
	}
	return slices.Sorted(maps.Keys(o))
}

func mustJSON(w *world, v any) json.RawMessage {
	w.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		w.t.Fatalf("encode %T: %v", v, err)
	}
	return data
}
