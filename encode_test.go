package callout_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/calloutd/callout"
)

// TestWhatIsEncodedByHandIsWhatEncodingJSONWrites of the same fields, but for lists without anything in them, which are lists.
func TestWhatIsEncodedByHandIsWhatEncodingJSONWrites(t *testing.T) {
	type plainOrder callout.Order
	type plainExtra callout.Extra
	rapid.Check(t, func(t *rapid.T) {
		extra := anyExtra(t)
		o := callout.Order{
			ID: anyText(t), Version: rapid.Int64().Draw(t, "version"), Status: callout.Status(rapid.IntRange(1001, 1014).Draw(t, "status")),
			ClientID: "c" + anyText(t), ServicemanID: anyText(t), Receivers: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "receivers"),
			Services: rapid.SliceOfN(rapid.Custom(anyService), 1, 3).Draw(t, "services"), Currency: extra.Currency,
			Total: rapid.Int64().Draw(t, "total"), Place: extra.Place, Note: extra.Note,
			ChangesApproved: rapid.IntRange(0, 3).Draw(t, "approved"), ChangesDeclined: rapid.IntRange(0, 3).Draw(t, "declined"),
			PaymentsRejected: rapid.IntRange(0, 3).Draw(t, "rejected"), PlacedAt: anyTime(t),
		}
		if rapid.Bool().Draw(t, "is changed") {
			o.Change = &callout.Change{ID: o.Version, Services: o.Services, Total: o.Total, Reason: extra.Reason, DueAt: anyTime(t)}
		}
		if rapid.Bool().Draw(t, "is paid") {
			o.Payment = &callout.Paid{Method: extra.Method, Amount: o.Total, Reference: extra.Reference}
		}
		if rapid.Bool().Draw(t, "is due") {
			o.DueAt = anyTime(t)
		}
		sameJSON(t, o.AppendJSON(nil), plainOrder(o))
		extra.More = nil
		data, err := extra.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, data, plainExtra(extra))
	})
}

func TestAnOrderWithoutServicesHasAnEmptyList(t *testing.T) {
	o := callout.Order{ID: "o", Version: 1, Status: callout.OrderChanged, ClientID: "c", Change: &callout.Change{}}
	const want = `{"id":"o","version":1,"statusCode":1006,"clientId":"c","services":[],"total":0,` +
		`"change":{"id":0,"services":[],"total":0,"dueAt":"0001-01-01T00:00:00Z"},"placedAt":"0001-01-01T00:00:00Z"}`
	if diff := cmp.Diff(want, string(o.AppendJSON(nil))); diff != "" {
		t.Error(diff)
	}
}

func anyTime(t *rapid.T) time.Time {
	return time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "time")).UTC()
}

func sameJSON(t *rapid.T, got []byte, of any) {
	t.Helper()
	want, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s is no JSON: %v", got, err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("%s", diff)
	}
}
