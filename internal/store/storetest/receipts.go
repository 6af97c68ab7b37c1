package storetest

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// writes has an ack with marks written for a device that is known.
func (w *world) writes(userID, device string, seq int64, sent, acked []store.Mark) {
	w.t.Helper()
	w.load(store.Group{Acks: []store.Ack{{
		UserID: userID, Device: device, Seq: seq, SeenAt: w.clock.now(), Sent: sent, Acked: acked,
	}}})
}

func mark(first, last int64, at time.Time) store.Mark {
	return store.Mark{First: first, Last: last, At: at}
}

func got(device string, sent, acked time.Time) store.Delivery {
	return store.Delivery{Device: device, SentAt: sent, AckedAt: acked}
}

// in is a moment some milliseconds from now.
func (w *world) in(ms int) time.Time { return w.clock.now().Add(time.Duration(ms) * time.Millisecond) }

func (w *world) receipts(orderID string, version int64) []store.Receipt {
	w.t.Helper()
	got, err := w.s.Receipts(w.t.Context(), orderID, version, "")
	if err != nil {
		w.t.Fatalf("receipts: %v", err)
	}
	return got
}

func receipts(w *world) {
	w.ack(ana.ID, "phone", 0)
	w.ack(ana.ID, "tablet", 0)
	w.ack(sam.ID, "phone", 0)
	at := w.clock.now()
	w.do(w.place(ana, "o-1", sam, sue)) // ana 1, 2; sam 1, 2; sue 1, 2
	w.do(w.place(ana, "o-2", sam))      // ana 3; sam 3
	w.do(w.say(sam, "o-1", callout.Accepted))
	w.writes(ana.ID, "phone", 2, []store.Mark{mark(1, 2, w.in(5)), mark(3, 4, w.in(7))}, []store.Mark{mark(1, 2, w.in(9))})
	w.writes(ana.ID, "tablet", 0, []store.Mark{mark(1, 4, w.in(6))}, nil)
	w.writes(sam.ID, "phone", 4, []store.Mark{mark(1, 1, w.in(10))}, []store.Mark{mark(1, 1, w.in(11))})
	w.writes(sam.ID, "phone", 4, []store.Mark{mark(2, 4, w.in(1010))}, nil)
	none := time.Time{}
	want := []store.Receipt{
		{Version: 1, Status: callout.Placed, SenderID: ana.ID, At: at, UserID: ana.ID, View: callout.PartyView, Seq: 1, Devices: []store.Delivery{
			got("phone", w.in(5), w.in(9)), got("tablet", w.in(6), none),
		}},
		{Version: 1, Status: callout.Placed, SenderID: ana.ID, At: at, UserID: sam.ID, View: callout.OfferView, Seq: 1, Devices: []store.Delivery{got("phone", w.in(10), w.in(11))}},
		{Version: 1, Status: callout.Placed, SenderID: ana.ID, At: at, UserID: sue.ID, View: callout.OfferView, Seq: 1},
	}
	w.same("the receipts of PLACED", w.receipts("o-1", 1), want)
	w.same("the receipts of ACCEPTED", w.receipts("o-1", 3), []store.Receipt{
		{Version: 3, Status: callout.Accepted, SenderID: sam.ID, At: at, UserID: ana.ID, View: callout.PartyView, Seq: 4, Devices: []store.Delivery{
			got("phone", w.in(7), none), got("tablet", w.in(6), none),
		}},
		{Version: 3, Status: callout.Accepted, SenderID: sam.ID, At: at, UserID: sam.ID, View: callout.PartyView, Seq: 4, Devices: []store.Delivery{got("phone", w.in(1010), none)}},
		{Version: 3, Status: callout.Accepted, SenderID: sam.ID, At: at, UserID: sue.ID, View: callout.ClosedView, Seq: 3},
	})
	if all := w.receipts("o-1", 0); len(all) != 9 {
		w.t.Fatalf("there are %d receipts of three events that three were told of", len(all))
	} else {
		w.same("the first of all receipts", all[:3], want)
	}
	for sender, n := range map[string]int{ana.ID: 3, sam.ID: 0, "": 3} {
		got, err := w.s.Receipts(w.t.Context(), "o-1", 1, sender)
		if err != nil {
			w.t.Fatalf("receipts: %v", err)
		}
		w.same("receipts of PLACED for "+sender, len(got), n)
	}
	w.same("the receipts of no order", w.receipts("o-9", 0), []store.Receipt{})
	w.same("the receipts of no event", w.receipts("o-1", 9), []store.Receipt{})
}

// receiptsOfTheFirstTime: what is sent again after a reconnect was first sent before.
func receiptsOfTheFirstTime(w *world) {
	w.ack(ana.ID, "phone", 0)
	w.do(w.place(ana, "o-1", sam, sue), w.place(ana, "o-2", sam))
	w.writes(ana.ID, "phone", 1, []store.Mark{mark(1, 2, w.in(5))}, []store.Mark{mark(1, 1, w.in(6))})
	w.writes(ana.ID, "phone", 3, []store.Mark{mark(2, 3, w.in(2000))}, []store.Mark{mark(1, 3, w.in(2001))})
	w.same("the second event", w.receipts("o-1", 2)[0].Devices, []store.Delivery{got("phone", w.in(5), w.in(2001))})
	w.same("the first event", w.receipts("o-1", 1)[0].Devices, []store.Delivery{got("phone", w.in(5), w.in(6))})
	w.same("the third event", w.receipts("o-2", 1)[0].Devices, []store.Delivery{got("phone", w.in(2000), w.in(2001))})
}

func receiptsOutlive(w *world) {
	w.ack(ana.ID, "phone", 0)
	w.do(w.place(ana, "o-1", sam))
	w.writes(ana.ID, "phone", 1, []store.Mark{mark(1, 1, w.in(5))}, []store.Mark{mark(1, 1, w.in(6))})
	if err := w.users.Dismiss(w.t.Context(), ana.ID, "phone", true); err != nil {
		w.t.Fatalf("dismiss: %v", err)
	}
	w.same("the device is known", w.open(ana.ID, "phone", nil).Known, false)
	w.ack(ana.ID, "phone", 0)
	w.writes(ana.ID, "phone", 1, []store.Mark{mark(1, 1, w.in(7000))}, []store.Mark{mark(1, 1, w.in(8000))})
	w.same("the event", w.receipts("o-1", 1)[0].Devices, []store.Delivery{got("phone", w.in(5), w.in(6))})
}
