package callout_test

import (
	"fmt"
	"testing"

	"github.com/calloutd/callout"
)

// TestAnOrderWithoutIDGetsOneFromItsCommand that a repeat of the command, on whatever server, gets again.
func TestAnOrderWithoutIDGetsOneFromItsCommand(t *testing.T) {
	complete := func(c callout.Command) string {
		c.Complete()
		return c.OrderID
	}
	place := callout.Command{Status: callout.Placed, ID: "p-1", Sender: client, Receivers: []string{"s-1"}}
	first := complete(place)
	if first != "5b9c9c5a5f7c868faf6bc316" {
		t.Errorf("the id is %s: it must stay what it was for ever", first)
	}
	if err := callout.CheckID("orderId", first); err != nil {
		t.Error(err)
	}
	other := place
	other.Receivers, other.Extra.Note, other.Sender.Role = []string{"s-2"}, "x", ""
	if complete(other) != first {
		t.Error("the id depends on more than sender and command id")
	}
	other = place
	other.ID = "p-2"
	if complete(other) == first {
		t.Error("another command's order has the same id")
	}
	other = place
	other.Sender.ID = "c-2"
	if complete(other) == first {
		t.Error("another sender's order has the same id")
	}
	other = place
	other.OrderID = "mine"
	if complete(other) != "mine" {
		t.Error("the client's own id is replaced")
	}
	if got := complete(callout.Command{Status: callout.Started, ID: "p-1", Sender: client}); got != "" {
		t.Errorf("a STARTED gets the id %s", got)
	}
}

func parsed(t *testing.T, status callout.Status, extra string) callout.Extra {
	t.Helper()
	e, err := callout.ParseExtra(status, []byte(extra))
	if err != nil {
		t.Fatalf("%s: %v", extra, err)
	}
	return e
}

func digest(t *testing.T, c callout.Command) [16]byte {
	t.Helper()
	d, err := c.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEqualContentHasOneDigest(t *testing.T) {
	for _, equal := range [][]string{
		{`{}`, `null`, ``, ` { } `, `{"note":null}`, `{"services":[]}`},
		{
			`{"services":[{"service":"leak","quantity":1,"unitPrice":5}],"currency":"INR","a":{"x":[1,2],"y":"z"}}`,
			`{"a":{"y":"z","x":[1,2]},"currency":"INR","services":[{"unitPrice":5,"service":"leak","quantity":1}]}`,
			"{ \"a\" : {\n\"x\":[ 1 , 2 ],\t\"y\":\"\\u007a\"},\"services\":[{\"service\":\"leak\",\"quantity\":1,\"unitPrice\":5}],\"currency\":\"INR\"}",
		},
		{`{"place":{"lat":1.50,"area":"x"}}`, `{"place":{"area":"x","lat":1.5,"lon":null}}`},
	} {
		var first [16]byte
		for i, extra := range equal {
			cmd := callout.Command{Status: callout.Placed, OrderID: "o-1", Extra: parsed(t, callout.Placed, extra)}
			if d := digest(t, cmd); i == 0 {
				first = d
			} else if d != first {
				t.Errorf("%s and %s differ", equal[0], extra)
			}
		}
	}
}

// TestWhatDiffersInOneThingDiffersInDigest starts from one command and compares every pair.
func TestWhatDiffersInOneThingDiffersInDigest(t *testing.T) {
	seen := make(map[[16]byte]string)
	add := func(what string, c callout.Command) {
		d := digest(t, c)
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", what, other)
		}
		seen[d] = what
	}
	plain := callout.Command{Status: callout.Placed, OrderID: "o-1"}
	for what, change := range map[string]func(*callout.Command){
		"nothing":               func(*callout.Command) {},
		"order":                 func(c *callout.Command) { c.OrderID = "o-2" },
		"status":                func(c *callout.Command) { c.Status = callout.Started },
		"version":               func(c *callout.Command) { c.Version = 1 },
		"receivers":             func(c *callout.Command) { c.Receivers = []string{"ab"} },
		"receivers cut":         func(c *callout.Command) { c.Receivers = []string{"a", "b"} },
		"receivers turned":      func(c *callout.Command) { c.Receivers = []string{"b", "a"} },
		"receiver that is JSON": func(c *callout.Command) { c.Receivers = []string{`{}`} },
	} {
		c := plain
		change(&c)
		add(what, c)
	}
	for _, extra := range []string{
		`{"services":[{"service":"a","quantity":1}]}`, `{"services":[{"service":"b","quantity":1}]}`,
		`{"services":[{"service":"a","quantity":2}]}`, `{"services":[{"service":"a","quantity":1,"unitPrice":1}]}`,
		`{"services":[{"service":"a","quantity":1},{"service":"a","quantity":1}]}`,
		`{"currency":"INR"}`, `{"currency":"EUR"}`, `{"note":"a"}`, `{"note":"b"}`, `{"offerSeconds":1}`, `{"offerSeconds":2}`,
		`{"place":{}}`, `{"place":{"area":"a"}}`, `{"place":{"address":"a"}}`, `{"place":{"lat":1}}`, `{"place":{"lon":1}}`,
		`{"place":{"lat":0}}`, `{"x":1}`, `{"x":"1"}`, `{"x":[1]}`, `{"x":null}`, `{"y":1}`, `{"x":1,"y":1}`, `{"x":{"y":1}}`,
	} {
		c := plain
		c.Extra = parsed(t, callout.Placed, extra)
		add(extra, c)
	}
	zero := callout.Command{Status: callout.Payment, OrderID: "o-1", Extra: parsed(t, callout.Payment, `{"amount":0}`)}
	add("amount 0", zero)
	zero.Extra.Amount = nil
	add("no amount", zero)
	for _, extra := range []string{`{"method":"cash"}`, `{"method":"upi"}`, `{"amount":1}`, `{"reference":"a"}`, `{"reason":"a"}`} {
		c := callout.Command{Status: callout.Payment, OrderID: "o-1", Extra: parsed(t, callout.Payment, extra)}
		add(extra+" of PAYMENT", c)
	}
}

func TestADigestIsWhatItWas(t *testing.T) {
	c := callout.Command{
		ID: "p-1", Sender: client, Status: callout.Placed, OrderID: "o-1", Version: 2, Receivers: []string{"s-1"},
		Extra: parsed(t, callout.Placed, `{"services":[{"service":"leak","quantity":1,"unitPrice":5}],"currency":"INR","x":{"b":1,"a":2}}`),
	}
	if got := fmt.Sprintf("%x", digest(t, c)); got != "a455ae0b5f951c2f9f6ec90bbe4aaecb" {
		t.Errorf("got %s: digests that are stored would match no longer", got)
	}
}

func TestAnExtraThatIsNoJSONHasNoDigest(t *testing.T) {
	for _, value := range []string{``, `{`, `nope`} {
		c := callout.Command{Status: callout.Started, OrderID: "o-1", Extra: more(value)}
		if _, err := c.Digest(); codeOf(t, err) != callout.Invalid {
			t.Errorf("%q: %v", value, err)
		}
	}
}
