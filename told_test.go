package callout_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
)

// TestWhoIsToldAndWhatTheySee of each event: p a party's view, o an offer's, x one whose offer is closed.
func TestWhoIsToldAndWhatTheySee(t *testing.T) {
	unwanted := func(t testing.TB) *story { return begin(t).do(client, placed("s-1")) }
	at := func(status callout.Status) func(testing.TB) *story {
		return func(t testing.TB) *story { return resting(t, status) }
	}
	for _, c := range []struct {
		before func(testing.TB) *story
		who    callout.Actor
		what   callout.Status
		want   string // of each event that it makes
	}{
		{at(callout.Placed), serviceman, callout.Accepted, "c-1:p s-1:p"},
		{at(callout.Placed), serviceman, callout.OfferDeclined, "c-1:p s-1:x | c-1:p"},
		{unwanted, client, callout.Cancelled, "c-1:p s-1:x"},
		{unwanted, operator, callout.Cancelled, "c-1:p op-1:p s-1:x"},
		{unwanted, system, callout.Expired, "c-1:p s-1:x"},
		{at(callout.Broadcasted), serviceman, callout.Accepted, "c-1:p s-1:p s-2:x"},
		{at(callout.Broadcasted), serviceman, callout.OfferDeclined, "c-1:p s-1:x"},
		{at(callout.Broadcasted), client, callout.Cancelled, "c-1:p s-1:x s-2:x"},
		{at(callout.Broadcasted), operator, callout.Cancelled, "c-1:p op-1:p s-1:x s-2:x"},
		{at(callout.Broadcasted), system, callout.Expired, "c-1:p s-1:x s-2:x"},
		{at(callout.Accepted), client, callout.Started, "c-1:p s-1:p"},
		{at(callout.Accepted), client, callout.Cancelled, "c-1:p s-1:p"},
		{at(callout.Accepted), serviceman, callout.Cancelled, "c-1:p s-1:p"},
		{at(callout.Started), serviceman, callout.OrderChanged, "c-1:p s-1:p"},
		{at(callout.OrderChanged), client, callout.Extended, "c-1:p s-1:p"},
		{at(callout.OrderChanged), system, callout.ChangeDeclined, "c-1:p s-1:p"},
		{at(callout.OrderChanged), operator, callout.Cancelled, "c-1:p op-1:p s-1:p"},
		{at(callout.Extended), client, callout.Payment, "c-1:p s-1:p"},
		{at(callout.Payment), client, callout.PaymentRejected, "c-1:p s-1:p"},
		{at(callout.Payment), serviceman, callout.PaymentVerification, "c-1:p s-1:p"},
		{at(callout.Payment), operator, callout.PaymentVerification, "c-1:p op-1:p s-1:p"},
		{at(callout.PaymentVerification), client, callout.OrderComplete, "c-1:p s-1:p"},
		{at(callout.PaymentVerification), system, callout.OrderComplete, "c-1:p s-1:p"},
	} {
		s := c.before(t)
		from := s.order.Status
		if c.who == system {
			s.now = s.order.DueAt
		}
		s.do(c.who, right(s.order, c.what))
		if got := toldOf(s.last); got != c.want {
			t.Errorf("%s on %s by %s: told %s, want %s", c.what, from, c.who.ID, got, c.want)
		}
	}
	s := begin(t).do(client, placed("s-1", "s-2"))
	if got, want := toldOf(s.last), "c-1:p s-1:o s-2:o | c-1:p s-1:o s-2:o"; got != want {
		t.Errorf("PLACED with two receivers: told %s, want %s", got, want)
	}
	s = begin(t).do(client, placed("s-1"))
	if got, want := toldOf(s.last), "c-1:p s-1:o"; got != want {
		t.Errorf("PLACED with one receiver: told %s, want %s", got, want)
	}
}

func toldOf(events []callout.Event) string {
	letters := map[callout.View]string{callout.PartyView: "p", callout.OfferView: "o", callout.ClosedView: "x"}
	var texts []string
	for _, e := range events {
		var told []string
		for _, r := range e.To {
			told = append(told, r.UserID+":"+letters[r.View])
		}
		slices.Sort(told)
		texts = append(texts, strings.Join(told, " "))
	}
	return strings.Join(texts, " | ")
}

// TestAViewHasTheKeysThatItMayHave and no others, nested ones included.
func TestAViewHasTheKeysThatItMayHave(t *testing.T) {
	change := resting(t, callout.Extended).do(serviceman, because(callout.OrderChanged)).order
	paid := resting(t, callout.Started).do(client, callout.Command{
		Status: callout.Payment, Extra: callout.Extra{Method: callout.UPI, Reference: "77"},
	}).do(serviceman, say(callout.PaymentVerification)).order
	offer := resting(t, callout.Broadcasted).order
	nowhere := begin(t).do(client, callout.Command{Status: callout.Placed, Receivers: []string{"s-1"}}).order

	const everybody = "id version statusCode clientId services.service services.quantity services.unitPrice currency total placedAt "
	const place = "note place.area place.address place.lat place.lon "
	const asked = "change.id change.reason change.total change.dueAt change.services.service change.services.quantity change.services.unitPrice "
	for _, c := range []struct {
		what  string
		order *callout.Order
		view  callout.View
		want  string
	}{
		{"a party of an offer", offer, callout.PartyView, everybody + place + "receivers dueAt"},
		{"a party of a change", change, callout.PartyView, everybody + place +
			asked + "servicemanId changesApproved dueAt"},
		{"a party of a payment", paid, callout.PartyView, everybody + place +
			"servicemanId dueAt payment.method payment.amount payment.reference"},
		{"an offer", offer, callout.OfferView, everybody + "place.area dueAt"},
		{"an offer of nothing nowhere", nowhere, callout.OfferView, "id version statusCode clientId services total placedAt dueAt"},
		{"a closed offer", offer, callout.ClosedView, "id version statusCode"},
		{"a closed offer of a paid order", paid, callout.ClosedView, "id version statusCode"},
	} {
		want, got := strings.Fields(c.want), keysOf(t, c.order.As(c.view))
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s has other keys than it may (-want +got):\n%s", c.what, d)
		}
	}
	if nothing := offer.As(callout.NoView); nothing.ID != "" || nothing.Version != 0 || nothing.Status != 0 {
		t.Errorf("those who may see nothing see %+v", nothing)
	}
}

// keysOf lists the keys of v's JSON form in order, those of an object or of the objects in an array as place.area.
func keysOf(t *testing.T, v any) []string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	var keys []string
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), inner)
			}
		case []any:
			if len(v) > 0 {
				walk(path, v[0])
				break
			}
			keys = append(keys, path)
		default:
			keys = append(keys, path)
		}
	}
	walk("", value)
	slices.Sort(keys)
	return keys
}
