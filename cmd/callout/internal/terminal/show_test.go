package terminal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

func TestLongLinesAreBrokenBetweenWords(t *testing.T) {
	for _, c := range []struct {
		text          string
		width, indent int
		want          string
	}{
		{"nothing to do", 13, 2, "nothing to do"},
		{"nothing to do", 12, 2, "nothing to \n  do"},
		{"nothing to do", 0, 2, "nothing to do"},
		{"a wordthatistoolong b", 8, 1, "a \n wordthatistoolong \n b"},
		{"  indented at first", 12, 2, "  indented \n  at first"},
		{"\x1b[1mnothing\x1b[0m to do", 13, 2, "\x1b[1mnothing\x1b[0m to do"},
		{"éé éé éé", 5, 0, "éé éé \néé"},
	} {
		if got := wrap(c.text, c.width, c.indent); got != c.want {
			t.Errorf("%q at %d is %q, not %q", c.text, c.width, got, c.want)
		}
	}
}

func TestOrdersAreCalledByWhatTellsThemApart(t *testing.T) {
	var o orders
	for _, id := range []string{"0123456789abcdef", "0123499999999999", "f00", "fffffffffffff", "ffff"} {
		o.learn(callout.Order{ID: id, Version: 1, Status: callout.Placed, ClientID: "c-7"})
	}
	for id, want := range map[string]string{
		"0123456789abcdef": "012345", "0123499999999999": "012349", "f00": "f00", "fffffffffffff": "fffff", "ffff": "ffff",
	} {
		if got := o.short(id); got != want {
			t.Errorf("%s is called %s, not %s", id, got, want)
		}
		if found, err := o.find(want); err != nil || found.ID != id {
			t.Errorf("%s finds %v, %v", want, found, err)
		}
	}
	if _, err := o.find("01234"); err == nil || err.Error() != `"01234" may be 012345 or 012349` {
		t.Errorf("the error is %v", err)
	}
	o.learn(callout.Order{ID: "0123499999999999", Version: 2, Status: callout.Expired, ClientID: "c-7"})
	if found, err := o.find("01"); err != nil || found.ID != "0123456789abcdef" {
		t.Errorf("the open one of two is %v, %v", found, err)
	}
	if o.learn(callout.Order{ID: "0123499999999999", Version: 1, Status: callout.Placed, ClientID: "c-7"}) {
		t.Error("an older version was taken")
	}
}

func TestOrdersThatAreOverAreForgottenInTheEnd(t *testing.T) {
	var o orders
	for i := range 3 * maxEnded {
		id := fmt.Sprint("o-", i)
		for version, status := range []callout.Status{callout.Placed, callout.Cancelled} {
			o.learn(callout.Order{ID: id, Version: int64(1 + version), Status: status, ClientID: "c-7"})
			o.settle()
		}
	}
	if len(o.list) != maxEnded || o.get("o-59") == nil || len(o.open()) != 0 {
		t.Errorf("there are %d", len(o.list))
	}
}

func TestASheetSaysAllOfAnOrder(t *testing.T) {
	lat, lon := 12.97, 77.64
	at := time.Now()
	o := callout.Order{
		ID: "o-1", Version: 4, Status: callout.OrderChanged, ClientID: "c-7", ServicemanID: "s-9", Currency: "INR", Total: 50000,
		Services: []callout.Service{{Service: "Fix the tap", Quantity: 1, UnitPrice: 50000}}, Note: "Ring twice", PlacedAt: at,
		Change: &callout.Change{ID: 4, Total: 81000, Reason: "leaks", DueAt: at, Services: []callout.Service{
			{Service: "Fix the tap", Quantity: 1, UnitPrice: 80000}, {Service: "Washer", Quantity: 2, UnitPrice: 500},
		}},
		Place: &callout.Place{Area: "Indiranagar", Address: "12 Main Road", Lat: &lat, Lon: &lon}, DueAt: at,
		Payment: &callout.Paid{Method: callout.UPI, Amount: 50000, Reference: "TX 1"},
	}
	var got strings.Builder
	for _, r := range rows(&o) {
		fmt.Fprintf(&got, "%s: %s\n", r.name, r.value)
	}
	want := strings.ReplaceAll(`client: c-7
serviceman: s-9
services: 1 × Fix the tap, 500.00 INR each
together: 500.00 INR
change to: 1 × Fix the tap, 800.00 INR each
: 2 × Washer, 5.00 INR each
together: 810.00 INR
because: leaks
payment: 500.00 INR by UPI (reference TX 1)
area: Indiranagar
address: 12 Main Road
position: 12.97, 77.64
note: Ring twice
placed at: NOW
until: NOW, then the change is off
`, "NOW", clock(at))
	if got.String() != want {
		t.Errorf("the sheet is\n%s", got.String())
	}
}

func TestWhatOthersWroteCannotHurtATerminal(t *testing.T) {
	var out strings.Builder
	p := party{device: newPlain(nil, &out), me: callout.Actor{ID: "c-7", Role: callout.Client}}
	evil := "\x1b[2J\u202e\r\n"
	o := callout.Order{
		ID: evil, Version: 1, Status: callout.Placed, ClientID: evil, Note: evil, Place: &callout.Place{Area: evil, Address: evil},
		Services: []callout.Service{{Service: "tap" + evil, Quantity: 1, UnitPrice: 1}}, Currency: evil, Receivers: []string{evil},
	}
	p.orders.learn(o)
	p.listOrders()
	p.show(&o)
	p.flush()
	if shown := out.String(); strings.ContainsAny(shown, "\x1b\u202e\r") {
		t.Errorf("this was shown: %q", shown)
	}
}
