package storetest

import (
	"encoding/json"
	"strings"

	"pgregory.net/rapid"

	"github.com/calloutd/callout"
)

// Texts and values that a database might not give back as they were.
var (
	anyTexts = []string{
		"", "ring twice", "é as one and é as two", "\u2028 < & > \u2029", `\ " ' '' $1 ? %s \u0041`, "🛠 𐍈", "\ufeffx\ufffd", "'; DROP TABLE orders; --",
		strings.Repeat("ü", callout.MaxText), strings.Repeat("x", callout.MaxText+1), "a\x00b", "a\nb", "\xff",
	}
	anyValues = []string{
		`1`, `1.50`, `-0`, `1e5`, `12345678901234567890`, `1e400`, `null`, `true`, `""`, `"\u00e9"`, `"\ud83d\udee0"`, `"\/"`, `"\u0000"`, `"\ud800"`,
		`{"b":1,"a":2,"b":3}`, `[]`, `{}`, `[[],{"":null}]`, "\"\u2028<&>\"", `{`,
	}
)

// adorn adds what is beside the point of a command, if anything.
func adorn(t *rapid.T, cmd *callout.Command) {
	if rapid.IntRange(0, 3).Draw(t, "adorned") > 0 {
		return
	}
	text := rapid.SampledFrom(anyTexts).Draw(t, "text")
	switch cmd.Status {
	case callout.Placed:
		half := 0.1 + 0.2
		cmd.Extra.Note, cmd.Extra.Place = text, &callout.Place{Area: text, Lat: &half}
		cmd.Extra.OfferSeconds = rapid.SampledFrom([]int64{0, 1, 60, 604_800, 604_801}).Draw(t, "offer")
	case callout.OrderChanged:
		cmd.Extra.Reason = text
		cmd.Extra.Services = []callout.Service{{Service: "another wall " + text, Quantity: 1}}
	case callout.Payment:
		cmd.Extra.Reference = text
	}
	cmd.Extra.More = map[string]json.RawMessage{
		"x" + text: json.RawMessage(rapid.SampledFrom(anyValues).Draw(t, "value")),
		"<y>":      json.RawMessage(`2`),
	}
}

// spoil makes a command wrong that may have been right.
func spoil(t *rapid.T, cmd *callout.Command) {
	wrong := callout.MaxAmount
	switch rapid.IntRange(0, 5).Draw(t, "what is wrong") {
	case 0:
		cmd.Version += rapid.SampledFrom([]int64{-1, 1, 1 << 40}).Draw(t, "by")
	case 1:
		cmd.Extra.Amount = &wrong
	case 2:
		cmd.Extra.ChangeID = 99
	case 3:
		cmd.Receivers = append(cmd.Receivers, cmd.Sender.ID)
	case 4:
		cmd.Extra.Currency, cmd.Extra.Services = "", []callout.Service{{Service: "dear", Quantity: callout.MaxQuantity, UnitPrice: wrong}}
	case 5:
		cmd.Sender.Role = rapid.SampledFrom([]callout.Role{callout.Client, callout.Serviceman, callout.Operator, ""}).Draw(t, "role")
	}
}

// asSent gives a command the extra that the wire would make of it: what means nothing with the status passes through. One that
// the wire cannot carry stays, and is refused.
func asSent(cmd *callout.Command) {
	if data, err := cmd.Extra.MarshalJSON(); err == nil {
		if extra, err := callout.ParseExtra(cmd.Status, data); err == nil {
			cmd.Extra = extra
		}
	}
}
