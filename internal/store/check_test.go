package store_test

import (
	"errors"
	"strings"
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
	for what, test := range map[string]struct {
		wrong string
		spoil func(*store.Record)
	}{
		"no version":                      {"its version", func(r *store.Record) { r.Version, r.Order.Version = 0, 0 }},
		"another version than the order":  {"its version", func(r *store.Record) { r.Version++ }},
		"an unknown status":               {"its status", func(r *store.Record) { r.Status, r.Order.Status = 1015, 1015 }},
		"a status that no order rests in": {"its status", func(r *store.Record) { r.Status, r.Order.Status = callout.OfferDeclined, callout.OfferDeclined }},
		"a beginning later on":            {"where it begins", func(r *store.Record) { r.Status, r.Order.Status = callout.Placed, callout.Placed }},
		"another beginning":               {"where it begins", func(r *store.Record) { r.Version, r.Order.Version = 1, 1 }},
		"another status than the order":   {"where it leaves", func(r *store.Record) { r.Status = callout.Extended }},
		"declined to where it was not": {"where it leaves", func(r *store.Record) {
			r.Status, r.Order.Status, r.Order.DueEvent, r.Order.DueAt = callout.ChangeDeclined, callout.Payment, 0, time.Time{}
		}},
		"the system in a role":        {"its sender", func(r *store.Record) { r.Sender.ID = callout.SystemID }},
		"a user as the system":        {"its sender", func(r *store.Record) { r.Sender.Role = callout.System }},
		"the system's own order":      {"its sender", func(r *store.Record) { r.Order.ClientID = callout.SystemID }},
		"a change before its placing": {"its time", func(r *store.Record) { r.Order.UpdatedAt = at.Add(-time.Millisecond) }},
		"nothing due":                 {"what is due", func(r *store.Record) { r.Order.DueEvent, r.Order.DueAt = 0, time.Time{} }},
		"something else due":          {"what is due", func(r *store.Record) { r.Order.DueEvent = callout.Expired }},
		"due at no time":              {"what is due", func(r *store.Record) { r.Order.DueAt = time.Time{} }},
		"a sender of no role":         {"its sender", func(r *store.Record) { r.Sender.Role = "friend" }},
		"somebody told nothing":       {"who is told", func(r *store.Record) { r.To = []callout.Recipient{{UserID: "c"}} }},
		"nobody to do it":             {"whose it is", func(r *store.Record) { r.Order.ServicemanID = "" }},
		"the client to do it":         {"whose it is", func(r *store.Record) { r.Order.ServicemanID = "c" }},
		"somebody to do what is on offer": {"whose it is", func(r *store.Record) {
			r.Status, r.Order.Status, r.Order.DueEvent = callout.Broadcasted, callout.Broadcasted, callout.Expired
		}},
	} {
		record := good()
		test.spoil(&record)
		if err := record.Check(); !errors.Is(err, store.BadData) || !strings.Contains(err.Error(), "wrong in "+test.wrong) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
