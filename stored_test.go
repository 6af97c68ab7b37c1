package callout_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/calloutd/callout"
)

// FuzzOrder: what a database holds of an order is read or refused, and what was read is written as the same bytes whenever it is
// written again, in every view. No view shows what it has to leave out.
func FuzzOrder(f *testing.F) {
	for _, status := range callout.Statuses() {
		if status.Rests() {
			o := resting(f, status).order
			for _, view := range []callout.View{callout.PartyView, callout.OfferView, callout.ClosedView} {
				data, err := json.Marshal(o.As(view))
				if err != nil {
					f.Fatal(err)
				}
				f.Add(data)
			}
		}
	}
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"clientId":"c","services":null,"change":{"services":null},"payment":{},"place":{}}`, `{"id":"\ud800","placedAt":"x"}`,
		`{"clientId":"c","total":9223372036854775808}`, `{"clientId":"c","placedAt":"9999-12-31T23:59:59.999999999-23:59","dueAt":null}`,
		`{"clientId":"c","place":{"lat":1e-400,"lon":-0}}`, `{"ClientID":"c","TOTAL":1,"former":["s-1"],"DueEvent":1003,"UpdatedAt":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		var o callout.Order
		if json.Unmarshal(stored, &o) != nil {
			return
		}
		if o.DueEvent != 0 || o.Former != nil || !o.UpdatedAt.IsZero() {
			t.Fatalf("%s brings what the rules alone know: %+v", stored, o)
		}
		for _, view := range []callout.View{callout.PartyView, callout.OfferView, callout.ClosedView, callout.NoView} {
			seen := o.As(view)
			written := marshal(t, seen)
			var again callout.Order
			if err := json.Unmarshal(written, &again); err != nil {
				t.Fatalf("%s is not read again: %v", written, err)
			}
			if rewritten := marshal(t, again); !bytes.Equal(rewritten, written) {
				t.Fatalf("%s is written again as %s", written, rewritten)
			}
			if again.ClientID != "" && (again.Services == nil || again.Change != nil && again.Change.Services == nil) {
				t.Fatalf("%s has no list where apps expect one", written)
			}
			hidden := seen.Receivers != nil || seen.Note != "" || seen.Payment != nil || seen.Change != nil || seen.ServicemanID != "" ||
				seen.Place != nil && (seen.Place.Address != "" || seen.Place.Lat != nil || seen.Place.Lon != nil)
			if view != callout.PartyView && hidden {
				t.Fatalf("view %d of %s shows %s", view, stored, written)
			}
		}
	})
}

func marshal(t *testing.T, o callout.Order) []byte {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatalf("%+v is not written: %v", o, err)
	}
	return data
}
