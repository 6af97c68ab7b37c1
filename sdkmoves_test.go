package callout_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

// TestTheTableOfTheJavaScriptSDK is what the rules say. "make docs" writes it.
func TestTheTableOfTheJavaScriptSDK(t *testing.T) {
	var b strings.Builder
	b.WriteString("// The table of the rules, written by `make docs`; a test fails when it is stale.\n\n")
	b.WriteString("/** Which event whoever is what to an order may cause, and from which statuses. */\nexport const table = [\n")
	for _, m := range callout.Table() {
		var grants []string
		for _, g := range m.By {
			if len(g.From) > 0 && g.By != "system" {
				grants = append(grants, fmt.Sprintf("{ as: '%s', from: [%s] }", sdkStanding(g.By), codeList(g.From)))
			}
		}
		if len(grants) > 0 {
			fmt.Fprintf(&b, "  { event: %d, by: [%s] },\n", int(m.Event), strings.Join(grants, ", "))
		}
	}
	b.WriteString("];\n\n")
	fmt.Fprintf(&b, "export const maxChangesDeclined = %d;\nexport const maxPaymentsRejected = %d;\n", limitOf(t, callout.OrderChanged), limitOf(t, callout.PaymentRejected))
	golden(t, filepath.Join("web", "sdk", "table.js"), []byte(b.String()))
}

func sdkStanding(by string) string {
	switch by {
	case "a serviceman on offer":
		return "offered"
	case "the serviceman":
		return "serviceman"
	}
	return by
}

func codeList(statuses []callout.Status) string {
	list := make([]string, len(statuses))
	for i, s := range statuses {
		list[i] = fmt.Sprint(int(s))
	}
	return strings.Join(list, ", ")
}

// limitOf finds how often an order that has had an event so often allows it no more.
func limitOf(t *testing.T, event callout.Status) int {
	for n := range 100 {
		o := callout.Order{ClientID: client.ID, ServicemanID: serviceman.ID, Status: callout.Started, ChangesDeclined: n}
		if event == callout.PaymentRejected {
			o = callout.Order{ClientID: client.ID, ServicemanID: serviceman.ID, Status: callout.Payment, PaymentsRejected: n}
		}
		if !slices.Contains(o.Moves(serviceman, noon), event) {
			return n
		}
	}
	t.Fatalf("%s has no limit", event)
	return 0
}

// moveCase is one reader of an order, and what they could do.
type moveCase struct {
	What   string           `json:"what"`
	Order  callout.Order    `json:"order"`
	UserID string           `json:"userId"`
	Role   callout.Role     `json:"role"`
	Now    time.Time        `json:"now"`
	Moves  []callout.Status `json:"moves"`
}

// TestTheMovesOfTheJavaScriptSDK are those of this one: it is given these cases. "make docs" writes them.
func TestTheMovesOfTheJavaScriptSDK(t *testing.T) {
	var cases []moveCase
	add := func(what string, o *callout.Order, now time.Time) {
		for _, who := range everybody {
			if !who.Role.IsUser() {
				continue
			}
			seen := o.As(o.ViewFor(who))
			cases = append(cases, moveCase{what, seen, who.ID, who.Role, now, append([]callout.Status{}, seen.Moves(who, now)...)})
		}
	}
	for _, status := range callout.Statuses() {
		if status.Rests() {
			s := resting(t, status)
			add(status.String(), s.order, s.now)
		}
	}
	late := resting(t, callout.Broadcasted)
	add("an offer whose time is up", late.order, late.order.DueAt)
	tired := resting(t, callout.Started)
	for range 5 {
		tired.do(serviceman, say(callout.OrderChanged)).do(client, say(callout.ChangeDeclined))
	}
	for range 3 {
		tired.do(client, cash()).do(serviceman, say(callout.PaymentRejected))
	}
	add("no more changes", tired.order, tired.now)
	tired.do(client, cash())
	add("no more rejected payments", tired.order, tired.now)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(cases); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("web", "sdk", "test", "moves.json"), out.Bytes())
}

// golden holds a file to what it should be, or writes it with -update.
func golden(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is stale (%v): make docs", path, err)
	}
}
