package callout_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

func servicemen(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("s-%d", i+1)
	}
	return ids
}

func line(quantity, price int64) callout.Service {
	return callout.Service{Service: "leak", Quantity: quantity, UnitPrice: price}
}

const most = callout.MaxAmount

// TestWhatPlacingNeeds changes one thing of a good PLACED each.
func TestWhatPlacingNeeds(t *testing.T) {
	if most != 9007199254740991 {
		t.Fatalf("MaxAmount is %d, not 2^53-1", most)
	}
	type cmd = callout.Command
	for _, c := range []struct {
		what   string
		change func(*cmd)
		want   callout.Code
	}{
		{"nothing else", func(c *cmd) {}, ""},
		{"no receivers", func(c *cmd) { c.Receivers = nil }, callout.Invalid},
		{"one receiver", func(c *cmd) { c.Receivers = servicemen(1) }, ""},
		{"100 receivers", func(c *cmd) { c.Receivers = servicemen(100) }, ""},
		{"101 receivers", func(c *cmd) { c.Receivers = servicemen(101) }, callout.Invalid},
		{"a receiver twice", func(c *cmd) { c.Receivers = []string{"s-1", "s-2", "s-1"} }, callout.Invalid},
		{"the client as receiver", func(c *cmd) { c.Receivers = []string{"s-1", client.ID} }, callout.Invalid},
		{"the server as receiver", func(c *cmd) { c.Receivers = []string{"system"} }, callout.Invalid},
		{"a receiver without id", func(c *cmd) { c.Receivers = []string{""} }, callout.Invalid},
		{"a receiver with a slash", func(c *cmd) { c.Receivers = []string{"s/1"} }, callout.Invalid},
		{"a receiver of 65 characters", func(c *cmd) { c.Receivers = []string{strings.Repeat("s", 65)} }, callout.Invalid},

		{"no services and no currency", func(c *cmd) { c.Extra.Services, c.Extra.Currency = nil, "" }, ""},
		{"no services but a currency", func(c *cmd) { c.Extra.Services = nil }, ""},
		{"100 services", func(c *cmd) { c.Extra.Services = slices.Repeat(twoServices, 50) }, ""},
		{"101 services", func(c *cmd) { c.Extra.Services = slices.Repeat([]callout.Service{line(1, 1)}, 101) }, callout.Invalid},
		{"a service without a name", func(c *cmd) { c.Extra.Services = []callout.Service{{Quantity: 1}} }, callout.Invalid},
		{"quantity 0", func(c *cmd) { c.Extra.Services = []callout.Service{line(0, 1)} }, callout.Invalid},
		{"quantity -1", func(c *cmd) { c.Extra.Services = []callout.Service{line(-1, 1)} }, callout.Invalid},
		{"the largest quantity", func(c *cmd) { c.Extra.Services = []callout.Service{line(callout.MaxQuantity, 1)} }, ""},
		{"a larger quantity", func(c *cmd) { c.Extra.Services = []callout.Service{line(callout.MaxQuantity+1, 1)} }, callout.Invalid},
		{"quantity 2^63-1", func(c *cmd) { c.Extra.Services = []callout.Service{line(math.MaxInt64, 2)} }, callout.Invalid},
		{"price 0", func(c *cmd) { c.Extra.Services = []callout.Service{line(1, 0)} }, ""},
		{"price -1", func(c *cmd) { c.Extra.Services = []callout.Service{line(1, -1)} }, callout.Invalid},
		{"price 2^53-1", func(c *cmd) { c.Extra.Services = []callout.Service{line(1, most)} }, ""},
		{"price 2^53", func(c *cmd) { c.Extra.Services = []callout.Service{line(1, most+1)} }, callout.Invalid},
		{"price 2^63-1", func(c *cmd) { c.Extra.Services = []callout.Service{line(1, math.MaxInt64)} }, callout.Invalid},
		{"total 2^53-1", func(c *cmd) { c.Extra.Services = []callout.Service{line(2, most/2), line(1, 1)} }, ""},
		{"total 2^53", func(c *cmd) { c.Extra.Services = []callout.Service{line(2, most/2), line(2, 1)} }, callout.Invalid},
		{"a total beyond 2^63", func(c *cmd) { c.Extra.Services = []callout.Service{line(1025, most)} }, callout.Invalid},

		{"no currency for prices", func(c *cmd) { c.Extra.Currency = "" }, callout.Invalid},
		{"no currency for free services", func(c *cmd) { c.Extra.Currency, c.Extra.Services = "", []callout.Service{line(3, 0)} }, ""},
		{"an unknown currency", func(c *cmd) { c.Extra.Currency = "XXX" }, callout.Invalid},
		{"an unknown currency for nothing", func(c *cmd) { c.Extra.Currency, c.Extra.Services = "BTC", nil }, callout.Invalid},
		{"a currency in lower case", func(c *cmd) { c.Extra.Currency = "inr" }, callout.Invalid},
		{"two letters of a currency", func(c *cmd) { c.Extra.Currency = "IN" }, callout.Invalid},
		{"two currencies", func(c *cmd) { c.Extra.Currency = "INR IQD" }, callout.Invalid},
		{"letters across two currencies", func(c *cmd) { c.Extra.Currency = "R I" }, callout.Invalid},

		{"on offer for a second", func(c *cmd) { c.Extra.OfferSeconds = 1 }, ""},
		{"on offer for a week", func(c *cmd) { c.Extra.OfferSeconds = 604800 }, ""},
		{"on offer for longer", func(c *cmd) { c.Extra.OfferSeconds = 604801 }, callout.Invalid},
		{"on offer for 2^63-1 s", func(c *cmd) { c.Extra.OfferSeconds = math.MaxInt64 }, callout.Invalid},
		{"on offer until before", func(c *cmd) { c.Extra.OfferSeconds = -1 }, callout.Invalid},

		{"nowhere", func(c *cmd) { c.Extra.Place = nil }, ""},
		{"beyond the north pole", func(c *cmd) { *c.Extra.Place.Lat = 90.01 }, callout.Invalid},
		{"beyond the south pole", func(c *cmd) { *c.Extra.Place.Lat = -90.01 }, callout.Invalid},
		{"on the date line", func(c *cmd) { *c.Extra.Place.Lon = -180 }, ""},
		{"beyond the date line", func(c *cmd) { *c.Extra.Place.Lon = 180.01 }, callout.Invalid},
		{"at no number", func(c *cmd) { *c.Extra.Place.Lon = math.NaN() }, callout.Invalid},

		{"a version of nothing", func(c *cmd) { c.Version = 3 }, callout.Conflict},
		{"a version below nothing", func(c *cmd) { c.Version = -1 }, callout.Invalid},
		{"in the server's name", func(c *cmd) { c.Sender.ID = "system" }, callout.Invalid},
		{"in nobody's name", func(c *cmd) { c.Sender.ID = "" }, callout.Invalid},
		{"in a name with a space", func(c *cmd) { c.Sender.ID = "c 1" }, callout.Invalid},
	} {
		cmd := placed("s-1", "s-2")
		cmd.ID, cmd.Sender, cmd.OrderID = "a", client, "o-1"
		c.change(&cmd)
		_, err := callout.DefaultRules().Apply(nil, cmd, noon)
		if got := codeOf(t, err); got != c.want {
			t.Errorf("placing with %s: got %q (%v), want %q", c.what, got, err, c.want)
		}
	}
}

func TestAPlacedOrderIsWhatWasAskedFor(t *testing.T) {
	s := begin(t).do(client, placed("s-1"))
	o := s.order
	if o.ID != "o-1" || o.Version != 1 || o.Status != callout.Placed || o.ClientID != client.ID || o.ServicemanID != "" {
		t.Errorf("placed %+v", o)
	}
	if o.Total != 65_00 || o.Currency != "INR" || o.Note != "second door" || o.Place.Address != "12 Main Road" {
		t.Errorf("placed %+v", o)
	}
	if !o.PlacedAt.Equal(s.now) || !o.DueAt.Equal(s.now.Add(10*time.Minute)) {
		t.Errorf("placed at %v, due at %v; it is %v", o.PlacedAt, o.DueAt, s.now)
	}
	long := placed("s-1")
	long.Extra.OfferSeconds = 3600
	s = begin(t).do(client, long)
	if got := s.order.DueAt.Sub(s.now); got != time.Hour {
		t.Errorf("an offer of 3600 s is due after %v", got)
	}
}

func TestManyReceiversAreABroadcast(t *testing.T) {
	s := begin(t).do(client, placed("s-1", "s-2"))
	if len(s.last) != 2 || s.last[0].Status != callout.Placed || s.last[1].Status != callout.Broadcasted {
		t.Fatalf("placing with two receivers made %d events", len(s.last))
	}
	if b := s.last[1]; b.Version != 2 || b.Sender != system || b.Order.DueAt != s.last[0].Order.DueAt {
		t.Errorf("the broadcast is %+v", b)
	}
	onOffer := s.last[0].Order
	broadcast := callout.TimerCommand("o-1", 1, callout.Broadcasted)
	if _, err := s.rules.Apply(&onOffer, broadcast, s.now); err != nil {
		t.Errorf("a broadcast to two: %v", err)
	}
	onOffer.Receivers = onOffer.Receivers[:1]
	if _, err := s.rules.Apply(&onOffer, broadcast, s.now); codeOf(t, err) != callout.Conflict {
		t.Errorf("a broadcast to one: %v", err)
	}
	if one := begin(t).do(client, placed("s-1")); len(one.last) != 1 {
		t.Errorf("placing with one receiver made %d events", len(one.last))
	}
}

// TestServicesMayBeKeptElsewhere from the order's first event to its last.
func TestServicesMayBeKeptElsewhere(t *testing.T) {
	bare := callout.Command{Status: callout.Placed, Receivers: []string{serviceman.ID}}
	s := begin(t).do(client, bare).do(serviceman, say(callout.Accepted)).do(client, say(callout.Started))
	s.do(serviceman, say(callout.OrderChanged)).do(client, agree(4))
	priced := callout.Command{Status: callout.OrderChanged, Extra: callout.Extra{Services: twoServices}}
	s.refuse(callout.Invalid, serviceman, priced) // there is no currency
	s.do(client, cash()).do(serviceman, say(callout.PaymentVerification)).do(client, say(callout.OrderComplete))
	data, err := json.Marshal(s.order)
	if err != nil || !strings.Contains(string(data), `"services":[],"total":0`) {
		t.Errorf("got %s, %v", data, err)
	}
}
