package callout_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
)

// TestAKeyMeansSomethingWithItsStatusesAlone and passes through untouched with every other.
func TestAKeyMeansSomethingWithItsStatusesAlone(t *testing.T) {
	for key, c := range map[string]struct {
		value string
		with  []callout.Status
	}{
		"services":     {`[{"service":"leak","quantity":1,"unitPrice":5}]`, []callout.Status{callout.Placed, callout.OrderChanged}},
		"currency":     {`"INR"`, []callout.Status{callout.Placed}},
		"place":        {`{"area":"x","lat":1.5}`, []callout.Status{callout.Placed}},
		"note":         {`"x"`, []callout.Status{callout.Placed}},
		"offerSeconds": {`60`, []callout.Status{callout.Placed}},
		"changeId":     {`4`, []callout.Status{callout.Extended, callout.ChangeDeclined}},
		"method":       {`"upi"`, []callout.Status{callout.Payment}},
		"reference":    {`"x"`, []callout.Status{callout.Payment}},
		"amount":       {`5`, []callout.Status{callout.Payment, callout.PaymentVerification}},
		"reason": {`"x"`, []callout.Status{
			callout.OrderChanged, callout.PaymentVerification, callout.PaymentRejected, callout.Cancelled,
		}},
		"colour": {`"x"`, nil},
		"Reason": {`"x"`, nil},
		"":       {`"x"`, nil},
	} {
		for _, status := range callout.Statuses() {
			text := `{"` + key + `":` + c.value + `}`
			e := parsed(t, status, text)
			meant := false
			for _, with := range c.with {
				meant = meant || with == status
			}
			if passed := string(e.More[key]) == c.value; passed == meant || len(e.More) > 1 {
				t.Errorf("%s with %s: passed through %v, want %v", key, status, passed, !meant)
			}
			if data, err := json.Marshal(e); err != nil || string(data) != text {
				t.Errorf("%s with %s comes out as %s, %v", text, status, data, err)
			}
		}
	}
}

func TestAWrongExtraIsInvalid(t *testing.T) {
	for _, c := range []struct {
		status callout.Status
		extra  string
	}{
		{callout.Placed, `[]`}, {callout.Placed, `"x"`}, {callout.Placed, `5`}, {callout.Placed, `{`}, {callout.Placed, `{}{}`},
		{callout.Placed, "{\"note\":\"\xff\"}"}, {callout.Placed, `{"note":"\ud800"}`}, {callout.Started, `{"\udc00":1}`},
		{callout.Placed, `{"services":{}}`}, {callout.Placed, `{"services":[5]}`}, {callout.Placed, `{"services":"leak"}`},
		{callout.Placed, `{"services":[{"service":5}]}`}, {callout.Placed, `{"services":[{"service":"a","quantity":1.5}]}`},
		{callout.Placed, `{"services":[{"service":"a","quantity":"1"}]}`},
		{callout.Placed, `{"services":[{"service":"a","quantity":1,"unitPrice":9223372036854775808}]}`},
		{callout.Placed, `{"currency":5}`}, {callout.Placed, `{"place":"here"}`}, {callout.Placed, `{"place":{"lat":"1"}}`},
		{callout.Placed, `{"place":{"lat":1e999}}`}, {callout.Placed, `{"offerSeconds":"60"}`}, {callout.Placed, `{"offerSeconds":1.5}`},
		{callout.Extended, `{"changeId":"4"}`}, {callout.Extended, `{"changeId":4.5}`}, {callout.Payment, `{"amount":"5"}`},
		{callout.Payment, `{"amount":5.5}`}, {callout.Payment, `{"method":1}`}, {callout.Cancelled, `{"reason":["x"]}`},
		{callout.Started, `{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`},
	} {
		if _, err := callout.ParseExtra(c.status, []byte(c.extra)); codeOf(t, err) != callout.Invalid {
			t.Errorf("%.60s with %s: %v", c.extra, c.status, err)
		}
	}
}

func TestNullIsAbsent(t *testing.T) {
	for _, status := range callout.Statuses() {
		var none callout.Extra
		if d := cmp.Diff(none, parsed(t, status, `null`)); d != "" {
			t.Errorf("%s: %s", status, d)
		}
	}
	nulls := `{"services":null,"currency":null,"place":null,"note":null,"offerSeconds":null}`
	if d := cmp.Diff(callout.Extra{}, parsed(t, callout.Placed, nulls)); d != "" {
		t.Error(d)
	}
	if e := parsed(t, callout.Payment, `{"amount":null,"method":"cash"}`); e.Amount != nil {
		t.Errorf("an amount of null is %d", *e.Amount)
	}
}

// FuzzParseExtra: whatever comes is refused or read, and what was read is written so that it is read again as the same.
func FuzzParseExtra(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `{"services":[{"service":"leak","quantity":1,"unitPrice":5}],"currency":"INR","note":"x","offerSeconds":60}`,
		`{"place":{"area":"x","lat":1.5,"lon":-1e-7}}`, `{"changeId":4}`, `{"method":"cash","amount":0,"reference":"<&>"}`,
		`{"reason":"\u2028","x":{"b":[1,2,{}],"a":"\ud83d\udee0"}}`, `{"x":"\ud83d"}`, `{"x":1e999}`, `{"":null}`, `[]`, "{\"a\":\"\xff\"}",
	} {
		for _, status := range []int{1001, 1006, 1007, 1010, 1011, 1008, 1004} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, code int, data []byte) {
		status := callout.Status(code)
		e, err := callout.ParseExtra(status, data)
		if err != nil {
			if codeOf(t, err) != callout.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		written, err := e.MarshalJSON()
		if err != nil || !json.Valid(written) {
			t.Fatalf("written as %s, %v", written, err)
		}
		again, err := callout.ParseExtra(status, written)
		if err != nil {
			t.Fatalf("%s is not read again: %v", written, err)
		}
		rewritten, err := again.MarshalJSON()
		if err != nil || !bytes.Equal(written, rewritten) {
			t.Fatalf("%s is written again as %s, %v", written, rewritten, err)
		}
		cmd := callout.Command{ID: "a", Sender: client, OrderID: "o-1", Status: status, Receivers: []string{"s-1"}, Extra: e}
		read := cmd
		read.Extra = again
		if digest(t, cmd) != digest(t, read) {
			t.Fatalf("%s has another digest once it was read again", written)
		}
		_, err = callout.DefaultRules().Apply(nil, cmd, noon)
		if refused := codeOf(t, err); refused == callout.Internal {
			t.Fatalf("%s makes the rules fail: %v", written, err)
		}
	})
}
