package callout_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/calloutd/callout"
)

// The documentation's table, spelled out: who may cause each event while the order rests in each status. C is the
// client, O a serviceman on offer, S the serviceman, P an operator, K the system once the time has come. BROADCASTED
// has no letter, as it only ever follows PLACED by itself.
const whoMay = `
event  1001  1002  1003  1004  1005  1006  1007  1008  1009  1010  1011  leads to
1001   .     .     .     .     .     .     .     .     .     .     .     1002
1002   .     .     .     .     .     .     .     .     .     .     .     1002
1003   K     K     .     .     .     .     .     .     .     .     .     1003
1004   O     O     .     .     .     .     .     .     .     .     .     1004
1005   .     .     .     C     .     .     .     .     .     .     .     1005
1006   .     .     .     .     S     .     S     .     .     .     .     1006
1007   .     .     .     .     .     C     .     .     .     .     .     1007
1008   CP    CP    .     CSP   P     P     P     .     .     P     .     1008
1009   .     .     .     .     .     .     .     .     .     .     CK    1009
1010   .     .     .     .     C     .     C     .     .     .     .     1010
1011   .     .     .     .     .     .     .     .     .     SP    .     1011
1012   .     .     .     .     .     CSK   .     .     .     .     .     1005
1013   .     .     .     .     .     .     .     .     .     CS    .     1005
1014   O     O     .     .     .     .     .     .     .     .     .     same
`

// How an event is refused to somebody where the table above has no letter for them: f forbidden, for what is never
// theirs; c conflict, for what is not theirs now; n not found, for those whose order it is not. L is a serviceman whose
// offer is closed, X a client and Y a serviceman who have nothing to do with the order.
const refusals = `
event   C  O  S  L  P  K  X  Y
1001    c  f  f  f  f  f  c  f
1002    f  f  f  f  f  c  n  n
1003    f  f  f  f  f  c  n  n
1004    f  c  c  c  f  f  n  n
1005    c  f  f  f  f  f  n  n
1006    f  f  c  f  f  f  n  n
1007    c  f  f  f  f  f  n  n
1008    c  f  c  f  c  f  n  n
1009    c  f  f  f  f  c  n  n
1010    c  f  f  f  f  f  n  n
1011    f  f  c  f  c  f  n  n
1012    c  f  c  f  f  c  n  n
1013    c  f  c  f  f  f  n  n
1014    f  c  c  c  f  f  n  n
`

type cast struct {
	letter string
	actor  callout.Actor
}

// castOf is what everybody is to an order of [resting], each in their role and, as the original's apps do, in none.
func castOf(status callout.Status) []cast {
	everybody := []cast{
		{"C", client}, {"P", operator}, {"K", system}, {"X", outsider}, {"Y", idler},
		{"Y", callout.Actor{ID: client.ID, Role: callout.Serviceman}},
		{"X", callout.Actor{ID: serviceman.ID, Role: callout.Client}},
		{"Y", callout.Actor{ID: client.ID, Role: "manager"}},
		{"Y", callout.Actor{ID: serviceman.ID, Role: "manager"}},
		{"C", callout.Actor{ID: client.ID}}, {"X", callout.Actor{ID: outsider.ID}},
	}
	s, r, d := "S", "L", "L"
	switch status {
	case 0:
		return everybody
	case callout.Placed:
		s, r, d = "O", "Y", "Y"
	case callout.Broadcasted:
		s, r = "O", "O"
	case callout.Expired:
		s = "L"
	}
	return append(everybody, cast{s, serviceman}, cast{r, rival}, cast{d, decliner})
}

func TestEveryMoveOfTheTableIsAcceptedAndNoOther(t *testing.T) {
	may, refused := grid(t, whoMay), grid(t, refusals)
	for _, from := range callout.Statuses() {
		if !from.Rests() {
			continue
		}
		order := resting(t, from)
		for _, who := range castOf(from) {
			for _, event := range callout.Statuses() {
				s := *order
				if who.letter == "K" && !s.order.DueAt.IsZero() {
					s.now = s.order.DueAt
				}
				want, to := callout.Code(""), cell(may, event, "to")
				if !strings.Contains(cell(may, event, number(from)), who.letter) {
					want = codes[cell(refused, event, who.letter)]
				}
				if to == "same" && from == callout.Placed {
					to = "1003" // the only one on offer has declined
				} else if to == "same" {
					to = number(from)
				}
				events, err := s.try(who.actor, right(s.order, event))
				got, leadsTo := codeOf(t, err), to
				if err == nil {
					leadsTo = number(events[len(events)-1].Order.Status)
				}
				if got != want || leadsTo != to {
					t.Errorf("%s on %s by %s %q: got %q (%v) and %s, want %q and %s",
						event, from, who.actor.Role, who.actor.ID, got, err, leadsTo, want, to)
				}
			}
		}
	}
}

func TestNothingIsThereBeforeAClientPlacesIt(t *testing.T) {
	for _, who := range castOf(0) {
		for _, event := range callout.Statuses() {
			want := callout.NotFound
			if event == callout.Placed {
				want = callout.Forbidden
				if role := who.actor.Role; role == callout.Client || role == "" {
					want = ""
				}
			}
			begin(t).refuse(want, who.actor, right(nil, event))
		}
	}
}

// TestCodesOutsideTheTableAreInvalid before anything is looked up, whoever sends them.
func TestCodesOutsideTheTableAreInvalid(t *testing.T) {
	for _, s := range []*story{begin(t), resting(t, callout.Started)} {
		for _, code := range []callout.Status{-1, 0, 1, 1000, 1015, 9999} {
			for _, who := range []callout.Actor{client, serviceman, outsider, operator} {
				s.refuse(callout.Invalid, who, say(code))
			}
		}
	}
}

func grid(t *testing.T, text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		rows = append(rows, strings.Fields(line))
	}
	if len(rows) != 1+len(callout.Statuses()) {
		t.Fatalf("the test's table has %d rows", len(rows))
	}
	return rows
}

// cell is the cell of an event under a heading. The heading "leads to" is two words, of which "to" has the last cell.
func cell(rows [][]string, event callout.Status, heading string) string {
	row := rows[1+event-callout.Placed]
	if i := slices.Index(rows[0], heading); i < len(row) {
		return row[i]
	}
	return row[len(row)-1]
}

func number(s callout.Status) string { return strconv.Itoa(int(s)) }

var codes = map[string]callout.Code{"f": callout.Forbidden, "c": callout.Conflict, "n": callout.NotFound}
