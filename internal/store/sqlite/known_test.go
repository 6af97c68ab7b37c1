package sqlite

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// mustAck acknowledges for c-1's phone.
func mustAck(t *testing.T, db *DB, seq int64, isNew bool) {
	t.Helper()
	ack := store.Ack{UserID: "c-1", Device: "phone", Seq: seq, SeenAt: time.Now(), New: isNew}
	_, err := db.Commit(t.Context(), store.Group{Acks: []store.Ack{ack}}, func(store.Loaded) []store.Record { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// mustBeAt holds c-1's phone to its cursor; -1: it is not known.
func mustBeAt(t *testing.T, db *DB, cursor int64) {
	t.Helper()
	s, err := db.Open(t.Context(), "c-1", "phone", nil)
	if err != nil || s.Known != (cursor >= 0) || s.Known && s.Cursor != cursor {
		t.Errorf("the phone is at %d, known %t (%v); want %d", s.Cursor, s.Known, err, cursor)
	}
}

// loaded is an order as the next group finds it.
func loaded(t *testing.T, db *DB, id string) *callout.Order {
	t.Helper()
	var found *callout.Order
	_, err := db.Commit(t.Context(), store.Group{Orders: []string{id}}, func(l store.Loaded) []store.Record {
		found = l.Orders[id]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAnotherProcessForgetsADevice that the writer has just written to: it stays forgotten, until it comes as a new one.
func TestAnotherProcessForgetsADevice(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	defer mustClose(t, db)
	mustPlace(t, db, "o-1")
	mustPlace(t, db, "o-2")
	mustAck(t, db, 0, true)
	mustAck(t, db, 1, false)
	mustBeAt(t, db, 1)
	users, err := OpenUsers(path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, users)
	if err := users.Dismiss(t.Context(), "c-1", "phone", true); err != nil {
		t.Fatal(err)
	}
	mustAck(t, db, 2, false)
	mustBeAt(t, db, -1)
	mustAck(t, db, 1, true)
	mustAck(t, db, 2, false)
	mustBeAt(t, db, 2)
}

// TestAUserWhoWasCut goes on behind the rows that are gone, and the device that was forgotten stays so.
func TestAUserWhoWasCut(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	mustPlace(t, db, "o-1")
	mustPlace(t, db, "o-2")
	mustAck(t, db, 2, true)
	cut, err := db.Cut(t.Context(), -time.Hour, store.Cut{}, 100)
	if err != nil || cut.Rows != 4 || cut.Devices != 1 {
		t.Fatalf("the cut is %+v (%v)", cut, err)
	}
	mustAck(t, db, 2, false)
	mustBeAt(t, db, -1)
	rows, err := place(t, db, "o-3")
	if err != nil || rows[0].Seq != 3 || rows[1].Seq != 3 {
		t.Errorf("the rows after the cut: %v (%v)", rows, err)
	}
}

// TestAfterAGroupThatFails nothing is remembered of what it would have written: not the seqs, and not the order.
func TestAfterAGroupThatFails(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	mustPlace(t, db, "o-1")
	good, gap := placed(t, "o-2"), placed(t, "o-3")
	gap.Version = 2
	_, err := db.Commit(t.Context(), store.Group{Orders: []string{"o-2", "o-3"}}, func(store.Loaded) []store.Record {
		return []store.Record{good, gap}
	})
	if !errors.Is(err, store.BadData) {
		t.Fatalf("commit: %v", err)
	}
	if o := loaded(t, db, "o-2"); o != nil {
		t.Errorf("an order that was not committed is at version %d", o.Version)
	}
	mustPlace(t, db, "o-2")
	mustHold(t, db, "o-1", "o-2")
}

// TestAnotherProgramWrites, which nobody should: what it has written is seen, and what is no longer there is not believed.
func TestAnotherProgramWrites(t *testing.T) {
	path := pathIn(t)
	db := mustOpen(t, path)
	defer mustClose(t, db)
	mustPlace(t, db, "o-1")
	mustPlace(t, db, "o-2")
	raw(t, path, `DELETE FROM inbox WHERE seq = 2; DELETE FROM orders WHERE id = 'o-2'; DELETE FROM open_orders WHERE "order" = 2`)
	if o := loaded(t, db, "o-2"); o != nil {
		t.Errorf("the order that was deleted is at version %d", o.Version)
	}
	mustPlace(t, db, "o-3")
	mustHold(t, db, "o-1", "o-3")
}

// TestWhatIsRememberedIsWhatIsStored: through a whole life, an order that is remembered is the one that would be read.
func TestWhatIsRememberedIsWhatIsStored(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	rules := callout.DefaultRules()
	client, worker := callout.Actor{ID: "c-1", Role: callout.Client}, callout.Actor{ID: "s-1", Role: callout.Serviceman}
	services := []callout.Service{{Service: "tap repair", Quantity: 1, UnitPrice: 29900}}
	for i, cmd := range []callout.Command{
		{Status: callout.Placed, Sender: client, Receivers: []string{"s-1", "s-2", "s-3"}, Extra: callout.Extra{
			Services: services, Currency: "INR", Place: &callout.Place{Area: "Indiranagar"}, Note: "ring twice"}},
		{Status: callout.OfferDeclined, Sender: callout.Actor{ID: "s-2", Role: callout.Serviceman}},
		{Status: callout.Accepted, Sender: worker},
		{Status: callout.Started, Sender: client},
		{Status: callout.OrderChanged, Sender: worker, Extra: callout.Extra{Services: services, Reason: "two taps"}},
		{Status: callout.Extended, Sender: client},
		{Status: callout.Payment, Sender: client, Extra: callout.Extra{Method: callout.UPI}},
		{Status: callout.PaymentVerification, Sender: worker},
		{Status: callout.OrderComplete, Sender: client},
	} {
		cmd.ID, cmd.OrderID = strconv.Itoa(i), "o-1"
		if cmd.Status == callout.Extended {
			cmd.Extra.ChangeID = loaded(t, db, "o-1").Version
		}
		_, err := db.Commit(t.Context(), store.Group{Orders: []string{"o-1"}}, func(l store.Loaded) []store.Record {
			events, err := rules.Apply(l.Orders["o-1"], cmd, l.Now)
			if err != nil {
				t.Fatalf("%v: %v", cmd.Status, err)
			}
			records := make([]store.Record, len(events))
			for i, e := range events {
				if records[i], err = store.NewRecord(e, [16]byte{1}); err != nil {
					t.Fatal(err)
				}
			}
			return records
		})
		if err != nil {
			t.Fatal(err)
		}
		remembered := loaded(t, db, "o-1")
		remember(t, db, store.RecentOrders)
		read := loaded(t, db, "o-1")
		if diff := cmp.Diff(read, remembered, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("after %v (- read, + remembered):\n%s", cmd.Status, diff)
		}
	}
}

// TestItsOwnCommitsAreRemembered: what the writer itself writes, or moves from the WAL into the file, has it forget nothing.
func TestItsOwnCommitsAreRemembered(t *testing.T) {
	db := mustOpen(t, pathIn(t))
	defer mustClose(t, db)
	mustPlace(t, db, "o-1")
	onWriter(t, db, "PRAGMA wal_checkpoint(RESTART)")
	mustPlace(t, db, "o-2")
	mustAck(t, db, 1, true)
	w, err := db.takeWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { db.writer <- w }()
	for _, id := range []string{"o-1", "o-2"} {
		if o, _ := db.Remembered(id); o == nil {
			t.Errorf("order %s is not remembered", id)
		}
	}
	if u, _ := w.known.users.Get("c-1"); u == nil || u.head != 2 || len(u.devices) != 1 || u.devices[0].Cursor != 1 {
		t.Errorf("of c-1 is remembered: %+v", u)
	}
}
