package line

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/calloutd/callout"
)

func TestLinesAreUnderstood(t *testing.T) {
	amount := int64(7)
	tap := []callout.Service{{Service: "Fix the tap", Quantity: 1, UnitPrice: 50000}}
	for line, want := range map[string]Request{
		`place to s-9,s-10 "Fix the tap" 1 50000 INR`: {Command: callout.Command{
			Status: callout.Placed, Receivers: []string{"s-9", "s-10"}, Extra: callout.Extra{Services: tap, Currency: "INR"},
		}},
		`PLACE "Fix the tap" 1 50000 inr TO s-9 , s-10, s-11 within 60 as o-1 area "Old town" address "12 Main Road" note hurry`: {Command: callout.Command{
			Status: callout.Placed, OrderID: "o-1", Receivers: []string{"s-9", "s-10", "s-11"}, Extra: callout.Extra{
				Services: tap, Currency: "INR", OfferSeconds: 60, Note: "hurry", Place: &callout.Place{Area: "Old town", Address: "12 Main Road"},
			},
		}},
		`place to s-9 "to" 2 3 area 1 inr`: {Command: callout.Command{
			Status: callout.Placed, Receivers: []string{"s-9"}, Extra: callout.Extra{
				Services: []callout.Service{{Service: "to", Quantity: 2, UnitPrice: 3}}, Place: &callout.Place{Area: "1"}, Currency: "INR",
			},
		}},
		`place to s-9 EUR 1 2 EUR`: {Command: callout.Command{
			Status: callout.Placed, Receivers: []string{"s-9"}, Extra: callout.Extra{
				Services: []callout.Service{{Service: "EUR", Quantity: 1, UnitPrice: 2}}, Currency: "EUR",
			},
		}},
		`accept`:                     {Command: callout.Command{Status: callout.Accepted}},
		`	accept  on 3f `:            {Order: "3f", Command: callout.Command{Status: callout.Accepted}},
		`decline because "on leave"`: {Command: callout.Command{Status: callout.OfferDeclined, Extra: callout.Extra{Reason: "on leave"}}},
		`start`:                      {Command: callout.Command{Status: callout.Started}},
		`change because "a \"new\" C:\\ washer"`: {Command: callout.Command{
			Status: callout.OrderChanged, Extra: callout.Extra{Reason: `a "new" C:\ washer`},
		}},
		`change "Fix the tap" 1 50000 on o-1`: {Order: "o-1", Command: callout.Command{Status: callout.OrderChanged, Extra: callout.Extra{Services: tap}}},
		`agree`:                               {Command: callout.Command{Status: callout.Extended}},
		`refuse`:                              {Command: callout.Command{Status: callout.ChangeDeclined}},
		`withdraw`:                            {Command: callout.Command{Status: callout.ChangeDeclined}},
		`pay Cash`:                            {Command: callout.Command{Status: callout.Payment, Extra: callout.Extra{Method: callout.Cash}}},
		`pay card amount 7 reference "TX 1"`:  {Command: callout.Command{Status: callout.Payment, Extra: callout.Extra{Method: callout.Card, Amount: &amount, Reference: "TX 1"}}},
		`verify amount 7`:                     {Command: callout.Command{Status: callout.PaymentVerification, Extra: callout.Extra{Amount: &amount}}},
		`reject`:                              {Command: callout.Command{Status: callout.PaymentRejected}},
		`takeback`:                            {Command: callout.Command{Status: callout.PaymentRejected}},
		`done`:                                {Command: callout.Command{Status: callout.OrderComplete}},
		`cancel`:                              {Command: callout.Command{Status: callout.Cancelled}},
		`use 3f`:                              {Order: "3f"},
		`show`:                                {},
		`show 3f`:                             {Order: "3f"},
		`wait ACCEPTED`:                       {Command: callout.Command{Status: callout.Accepted}},
		`wait 1006 5 on 3f`:                   {Order: "3f", Limit: 5 * time.Second, Command: callout.Command{Status: callout.OrderChanged}},
		`raw 1010 version 3 {"method":"upi", "a b": "c"} `: {Command: callout.Command{
			Status: callout.Payment, Version: 3, Extra: callout.Extra{Method: callout.UPI, More: map[string]json.RawMessage{"a b": []byte(`"c"`)}},
		}},
		`raw 1010 {"method":"upi"} version 3 on o-1`: {Order: "o-1", Command: callout.Command{
			Status: callout.Payment, Version: 3, Extra: callout.Extra{Method: callout.UPI},
		}},
		`raw 1001 {"note":"} to"} to s-9, s-10`: {Command: callout.Command{
			Status: callout.Placed, Receivers: []string{"s-9", "s-10"}, Extra: callout.Extra{Note: "} to"},
		}},
		`place to s-9 tap 1 0 washer 2 0`: {Command: callout.Command{
			Status: callout.Placed, Receivers: []string{"s-9"}, Extra: callout.Extra{
				Services: []callout.Service{{Service: "tap", Quantity: 1}, {Service: "washer", Quantity: 2}},
			},
		}},
		`help place`:               {About: find("place")},
		`?`:                        {},
		`EXIT`:                     {},
		`raw placed to s-9 on o-1`: {Order: "o-1", Command: callout.Command{Status: callout.Placed, Receivers: []string{"s-9"}}},
		``:                         {},
		`  # accept`:               {},
	} {
		got, err := Parse(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Request{}, "Verb"), cmpopts.IgnoreUnexported(Verb{})); diff != "" {
			t.Errorf("%s:\n%s", line, diff)
		}
	}
}

func TestLinesThatMakeNoSense(t *testing.T) {
	for line, want := range map[string]string{
		`accept now`:                    `"now" makes no sense here`,
		`"accept"`:                      `"accept" is no word`,
		`{}`:                            `"{}" is no word`,
		`cancel because broken pipe`:    `"pipe" makes no sense here; a text of several words goes in quotes`,
		`cancel because`:                `nothing follows because`,
		`cancel because a because b`:    `because is said twice`,
		`cancel because "a`:             `a text begins with a quote and has none at its end`,
		`cancel because "a"b`:           `a space is missing after a quote`,
		`place`:                         `to whom?`,
		`place to s-9 tap 1 500.00`:     `"500.00" is not whole: money is in the currency's minor unit`,
		`place to s-9 tap one 500`:      `"one" is no number: how many was to come`,
		`place to s-9 tap 1`:            `"tap" is no service`,
		`place s-9 tap 1 500 INR`:       `to whom?`,
		`place "to" tap 1 500 INR`:      `to whom?`,
		`place to s-9 s-10 "a tap" 1 5`: `"s-10" is no service; if it is a receiver, there is a comma before it`,
		`place to s-9 s-10 tap 1 5 INR`: `"s-10" is no service; if it is a receiver, there is a comma before it`,
		`place to s-9 s-10`:             `"s-10" is no service; if it is a receiver, there is a comma before it`,
		`place to s-9 INR tap 1 500`:    `"INR" is no service; a currency stands behind the services`,
		`place to s-9 tap INR 1 500`:    `"INR" is no service; a currency stands behind the services`,
		`place to s-9 tap 1 INR 500`:    `"INR" is no service; a currency stands behind the services`,
		`place to s-9 a 1 5 INR b 1 5`:  `"INR" is no service; a currency stands behind the services`,
		`place to s-9 tap 500 INR`:      `"INR" is no number: the price of one was to come`,
		`place to s-9 tap 1 500 rupees`: `"rupees" is no service`,
		`place to s-9 tap 1 500`:        `prices need a currency`,
		`help place start`:              `"start" makes no sense here`,
		`help nothing`:                  `"nothing" is no word`,
		`place to s-9 INR area x EUR`:   `INR and "EUR" are two currencies`,
		`change tap 1 5 INR`:            `"INR" is no service; a change is in the order's currency`,
		`pay`:                           `how? Say pay cash, pay upi or pay card`,
		`pay cash card`:                 `"card" makes no sense here`,
		`use`:                           `which order?`,
		`use a b`:                       `"b" makes no sense here`,
		`wait`:                          `for what?`,
		`wait 1099`:                     `for what?`,
		`wait FOREVER`:                  `"FOREVER" is neither a status nor the code of one`,
		`wait ACCEPTED 0`:               `0 are too few or too many seconds`,
		`raw`:                           `which status?`,
		`raw 1010 {`:                    `invalid: extra is not a JSON object`,
		`raw 1010 {}version 3`:          `invalid: extra is not a JSON object`,
		`raw 1010 {} {}`:                `a line has one JSON object`,
		`accept {} now`:                 `{} makes no sense here`,
		"help \x1b[2J" + "\u009b" + "x": "\"\ufffd[2J\ufffdx\" is no word",
	} {
		if _, err := Parse(line); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: the error is %v, not %s…", line, err, want)
		}
	}
}

func TestEveryUsageIsUnderstood(t *testing.T) {
	for _, v := range verbs {
		line := strings.NewReplacer("|upi|card", "", "[ORDER]", "o-1", "ORDER", "o-1", "[SECONDS]", "5", "[WORD]", "place", "STATUS", "STARTED", "CODE", "1005").Replace(v.Usage)
		r, err := Parse(line)
		if err != nil || r.Verb.Name != v.Name {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestEveryMoveHasAWord(t *testing.T) {
	words := map[string]callout.Role{"client": callout.Client, "a serviceman on offer": callout.Serviceman, "the serviceman": callout.Serviceman}
	for _, m := range callout.Table() {
		for _, g := range m.By {
			if role, ok := words[g.By]; ok && For(m.Event, role).Name == Raw {
				t.Errorf("a %s has no word for %s", role, m.Event)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, v := range verbs {
		f.Add(v.Usage)
	}
	f.Add(`place to s-9 , s-10 "a \" b" 1 2 INR note "x" as o-1`)
	f.Add(`raw 1010 {"method":"upi"} "`)
	f.Add("-wait ACCEPTED 99999999999999999999")
	f.Fuzz(func(t *testing.T, line string) {
		r, err := Parse(line)
		if err != nil {
			if text := Clean(err.Error()); !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("the error is %q", text)
			}
			return
		}
		if r.Verb != nil && r.Verb.Status != 0 && r.Command.Status != r.Verb.Status {
			t.Errorf("%s asks for %s", r.Verb.Name, r.Command.Status)
		}
		if r.Limit < 0 || r.Limit > maxWait {
			t.Errorf("a wait of %v", r.Limit)
		}
		_ = r.Command.Check()
		// What can be said as a text comes back as it was said.
		text := strings.ReplaceAll(strings.ReplaceAll(line, `\`, `\\`), `"`, `\"`)
		if r, err := Parse(`cancel because "` + text + `" on o-1`); err != nil || r.Command.Extra.Reason != line || r.Order != "o-1" {
			t.Errorf("%q as a reason: %q, %v", line, r.Command.Extra.Reason, err)
		}
	})
}
