package callout_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/calloutd/callout"
)

func TestAnIDIsShortAndPlain(t *testing.T) {
	for id, ok := range map[string]bool{
		"a": true, "0": true, "507f1f77bcf86cd799439011": true, "auth0|5f7c8ec7": true, "a._|:@+-Z9": true,
		strings.Repeat("x", 64): true, strings.Repeat("x", 65): false,
		"": false, "a/b": false, "a b": false, "a\x00": false, "a\n": false, "é": false, "a\xff": false, "a%2fb": false, `a"b`: false,
	} {
		if err := callout.CheckID("orderId", id); (err == nil) != ok || err != nil && codeOf(t, err) != callout.Invalid {
			t.Errorf("CheckID(%q) = %v", id, err)
		}
		cmd := callout.Command{Status: callout.Started, ID: "a", OrderID: id, Sender: client}
		if _, err := callout.DefaultRules().Apply(resting(t, callout.Accepted).order, cmd, noon); (err == nil) != ok {
			t.Errorf("an order's id %q: %v", id, err)
		}
	}
	if callout.CheckID("userId", "system") != nil || codeOf(t, callout.CheckUserID("userId", "system")) != callout.Invalid {
		t.Error("only as a user's id is system refused")
	}
}

func TestACommandsIDIsAnyShortText(t *testing.T) {
	for id, ok := range map[string]bool{
		"1": true, "a b/c": true, "日本": true, strings.Repeat("é", 64): true,
		"": false, strings.Repeat("é", 65): false, "a\x00b": false, "a\tb": false, "a\x7fb": false, "a\u0085b": false, "\xff": false,
	} {
		cmd := callout.Command{Status: callout.Started, ID: id, OrderID: "o-1", Sender: client}
		if err := cmd.Check(); (err == nil) != ok || err != nil && codeOf(t, err) != callout.Invalid {
			t.Errorf("the command id %q: %v", id, err)
		}
	}
}

// TestEveryStringIsText puts each string in every place that holds one.
func TestEveryStringIsText(t *testing.T) {
	type extra = callout.Extra
	places := map[string]func(string) extra{
		"note":         func(s string) extra { return extra{Note: s} },
		"reason":       func(s string) extra { return extra{Reason: s} },
		"reference":    func(s string) extra { return extra{Reference: s} },
		"area":         func(s string) extra { return extra{Place: &callout.Place{Area: s}} },
		"address":      func(s string) extra { return extra{Place: &callout.Place{Address: s}} },
		"service":      func(s string) extra { return extra{Services: []callout.Service{{Service: s, Quantity: 1}}} },
		"a key":        func(s string) extra { return extra{More: map[string]json.RawMessage{s: json.RawMessage("1")}} },
		"a value":      func(s string) extra { return more(quoted(s)) },
		"a value deep": func(s string) extra { return more(`{"a":[{"b":` + quoted(s) + `}]}`) },
		"a key deep":   func(s string) extra { return more(`[{` + quoted(s) + `:1}]`) },
	}
	for s, ok := range map[string]bool{
		"plain": true, "Straße 日本 🛠": true, strings.Repeat("🛠", 500): true, strings.Repeat("x", 501): false,
		"a\x00b": false, "a\nb": false, "a\x1bb": false, "a\x7fb": false, "a\u0085b": false, "a\xffb": false, "a\xed\xa0\x80b": false,
	} {
		for place, carry := range places {
			cmd := callout.Command{Status: callout.OrderChanged, ID: "a", OrderID: "o-1", Sender: serviceman, Extra: carry(s)}
			if err := cmd.Check(); (err == nil) != ok || err != nil && codeOf(t, err) != callout.Invalid {
				t.Errorf("%q as %s: %v", s, place, err)
			}
		}
	}
}

// TestWhatPassesThroughIsJSONThatEveryReaderTakes as the parties get it as it was sent.
func TestWhatPassesThroughIsJSONThatEveryReaderTakes(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	for value, ok := range map[string]bool{
		`null`: true, `{}`: true, `[1,2.5,-1e3,true]`: true, `123456789012345678901234567890`: true,
		nested(32): true, nested(33): false,
		`"\ud83d\udee0"`: true, `"\\ud83d"`: true, `"\ud83d"`: false, `"\udee0"`: false, `"\ud83d\u0041"`: false, `"\ud83d\udee0\ud83d\udee0"`: true, `"\ud83d\udee0\ud83d"`: false, `"\ud83dx"`: false,
		`{"\ud83d":1}`: false, `"\u0000"`: false, `"\u001b"`: false,
		`1e999`: false, `[-1e999]`: false,
		``: false, `{`: false, `{} {}`: false, `nul`: false, `'a'`: false, `{"a":1,}`: false, "\"\xff\"": false,
	} {
		cmd := callout.Command{Status: callout.Started, ID: "a", OrderID: "o-1", Sender: client, Extra: more(value)}
		if err := cmd.Check(); (err == nil) != ok || err != nil && codeOf(t, err) != callout.Invalid {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func more(value string) callout.Extra {
	return callout.Extra{More: map[string]json.RawMessage{"x": json.RawMessage(value)}}
}

// quoted is s between quotes, with no byte of it replaced but those that JSON cannot do without.
func quoted(s string) string {
	return `"` + strings.NewReplacer("\x00", `\u0000`, "\n", `\n`, "\x1b", `\u001b`).Replace(s) + `"`
}
