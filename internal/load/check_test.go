package load

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	s := servertest.Start(t, nil)
	r, err := Pairs(t.Context(), native(s), Config{Pairs: 2, For: 300 * time.Millisecond, Prefix: "x-"})
	if err != nil {
		t.Fatal(err)
	}
	whole := slices.IndexFunc(r.Orders, func(o Order) bool { return o.Events == len(Story) })
	if whole < 0 {
		t.Fatal("no order was played to its end")
	}
	for name, c := range map[string]struct {
		change func([]Order) []Order
		want   string
	}{
		"nothing":           {func(o []Order) []Order { return o }, ""},
		"an event too many": {func(o []Order) []Order { o[whole].Events--; return o }, "version 8, ORDER_COMPLETE, which nobody was told of"},
		"an order that is missing": {
			func(o []Order) []Order { o[whole].ID = "none"; return o }, "version 1, PLACED, was acknowledged, and the database does not hold it",
		},
		"an order too many":   {func(o []Order) []Order { return slices.Delete(o, whole, whole+1) }, "the inbox of"},
		"orders out of order": {func(o []Order) []Order { slices.Reverse(o); return o }, "the inbox of"},
		"another's order":     {func(o []Order) []Order { o[whole].ClientID = "y"; return o }, "PLACED by y"},
		"an inbox that is short": {
			func(o []Order) []Order { return append(o, o[whole]) }, "the inbox of",
		},
	} {
		err := Check(t.Context(), s.DB, c.change(slices.Clone(r.Orders)))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// What a user does beside it is found in the inbox of the other.
	c := enter(t, native(s), "x-c-000000", callout.Client)
	send(t, c, Command{ID: "y", OrderID: "planted", Status: callout.Placed, To: "x-s-000001"})
	receive(t, c)
	err = Check(t.Context(), s.DB, r.Orders)
	if err == nil || !strings.Contains(err.Error(), "order planted: the inbox of x-") {
		t.Errorf("an order that was planted: %v", err)
	}
	// It is no more than placed.
	planted := Order{ID: "planted", ClientID: "x-c-000000", ServicemanID: "x-s-000001", Events: 2}
	err = Check(t.Context(), s.DB, []Order{planted})
	if err == nil || !strings.Contains(err.Error(), "order planted: version 2, ACCEPTED, was acknowledged, and the database does not hold it") {
		t.Errorf("an event that is missing: %v", err)
	}
}
