package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

func TestRecordsThatNoRuleMakesAreBadData(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_000).UTC()
	good := func() store.Record {
		return store.Record{Event: callout.Event{
			OrderID: "o", Version: 6, Status: callout.OrderChanged, Sender: callout.Actor{ID: "s", Role: callout.Serviceman},
			Order: callout.Order{
				ID: "o", Version: 6, Status: callout.OrderChanged, ClientID: "c", ServicemanID: "s", PlacedAt: at, UpdatedAt: at.Add(time.Minute),
				DueAt: at.Add(time.Hour), DueEvent: callout.ChangeDeclined,
			},
		}}
	}
	record := good()
	if err := record.Check(); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(*store.Record){
		"no version":                      func(r *store.Record) { r.Version, r.Order.Version = 0, 0 },
		"another version than the order":  func(r *store.Record) { r.Version++ },
		"an unknown status":               func(r *store.Record) { r.Status, r.Order.Status = 1015, 1015 },
		"a status that no order rests in": func(r *store.Record) { r.Status, r.Order.Status = callout.OfferDeclined, callout.OfferDeclined },
		"a beginning later on":            func(r *store.Record) { r.Status, r.Order.Status = callout.Placed, callout.Placed },
		"another beginning":               func(r *store.Record) { r.Version, r.Order.Version = 1, 1 },
		"another status than the order":   func(r *store.Record) { r.Status = callout.Extended },
		"declined to where it was not": func(r *store.Record) {
			r.Status, r.Order.Status, r.Order.DueEvent, r.Order.DueAt = callout.ChangeDeclined, callout.Payment, 0, time.Time{}
		},
		"the system in a role":        func(r *store.Record) { r.Sender.ID = callout.SystemID },
		"a user as the system":        func(r *store.Record) { r.Sender.Role = callout.System },
		"the system's own order":      func(r *store.Record) { r.Order.ClientID = callout.SystemID },
		"a change before its placing": func(r *store.Record) { r.Order.UpdatedAt = at.Add(-time.Millisecond) },
		"nothing due":                 func(r *store.Record) { r.Order.DueEvent, r.Order.DueAt = 0, time.Time{} },
		"something else due":          func(r *store.Record) { r.Order.DueEvent = callout.Expired },
		"due at no time":              func(r *store.Record) { r.Order.DueAt = time.Time{} },
		"nobody to do it":             func(r *store.Record) { r.Order.ServicemanID = "" },
		"the client to do it":         func(r *store.Record) { r.Order.ServicemanID = "c" },
		"somebody to do what is on offer": func(r *store.Record) {
			r.Status, r.Order.Status, r.Order.DueEvent = callout.Broadcasted, callout.Broadcasted, callout.Expired
		},
	} {
		record := good()
		spoil(&record)
		if err := record.Check(); !errors.Is(err, store.BadData) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
