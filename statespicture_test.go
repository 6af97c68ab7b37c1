package callout_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/calloutd/callout"
)

// arrow is an edge of the picture. Moves that differ only in who makes them share one.
type arrow struct{ from, to, event string }

func pictureSection() string {
	by := make(map[arrow][]string)
	var arrows []arrow
	for _, m := range callout.Table() {
		for _, g := range m.By {
			for _, from := range fromNames(g.From) {
				a := arrow{from, m.To.String(), m.Event.String()}
				if m.To == callout.Same {
					a.to = from
				}
				if by[a] == nil {
					arrows = append(arrows, a)
				}
				by[a] = append(by[a], g.By)
			}
		}
	}
	var b strings.Builder
	b.WriteString("## Picture\n\n```mermaid\nstateDiagram-v2\n    state W <<choice>>\n")
	for _, a := range arrows {
		fmt.Fprintf(&b, "    %s --> %s : %s<br>%s\n", a.from, a.to, a.event, strings.Join(by[a], ", "))
	}
	fmt.Fprintf(&b, "    W --> %s : no change was ever approved\n", callout.Started)
	fmt.Fprintf(&b, "    W --> %s : a change was approved\n", callout.Extended)
	for _, s := range callout.Statuses() {
		if s.Ends() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	b.WriteString("```\n")
	return b.String()
}

func fromNames(from []callout.Status) []string {
	if len(from) == 0 {
		return []string{"[*]"}
	}
	var names []string
	for _, s := range from {
		names = append(names, s.String())
	}
	return names
}

// viewsSection lists the keys that the views really have, taken from orders that have everything an order can have.
func viewsSection(t *testing.T) string {
	var party []string
	for _, status := range []callout.Status{callout.Broadcasted, callout.OrderChanged, callout.PaymentVerification} {
		party = append(party, topKeys(t, resting(t, status).order.As(callout.PartyView))...)
	}
	limits := resting(t, callout.OrderChanged).do(client, say(callout.ChangeDeclined)).do(client, cash()).do(client, say(callout.PaymentRejected))
	limits.do(serviceman, say(callout.OrderChanged)).do(client, agree(limits.order.Change.ID))
	party = append(party, topKeys(t, limits.order.As(callout.PartyView))...)
	offer := resting(t, callout.Broadcasted).order
	return fmt.Sprintf(`## Views

Each event stores the order as it was after it, and each recipient gets it in the view that is theirs then.

| view | who has it | keys of the order |
|---|---|---|
| party | the client, the assigned serviceman, operators | %s |
| offer | servicemen on offer | %s; of the place the area alone |
| closed | servicemen who declined, lost, or whose offer ended | %s; the event's `+"`senderId`"+` is empty |

A key is there when it has something to say; an order has %s in every view but the closed one. What a command passed through in
`+"`extra`"+` is for parties alone.
`, code(party), code(topKeys(t, offer.As(callout.OfferView))), code(topKeys(t, offer.As(callout.ClosedView))),
		code([]string{"services", "total"}))
}

func topKeys(t *testing.T, o callout.Order) []string {
	keys := keysOf(t, o)
	for i, key := range keys {
		keys[i], _, _ = strings.Cut(key, ".")
	}
	return keys
}

// code lists keys once each, in the order of their names.
func code(keys []string) string {
	set := make(map[string]bool)
	for _, key := range keys {
		set["`"+key+"`"] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}
