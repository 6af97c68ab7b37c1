package callout_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

var update = flag.Bool("update", false, "write anew what is made of the table of the rules")

// TestStatesDocIsWhatTheTableSays. "make docs" writes the page.
func TestStatesDocIsWhatTheTableSays(t *testing.T) {
	golden(t, filepath.Join("docs", "states.md"), []byte(statesDoc(t)))
}

func statesDoc(t *testing.T) string {
	return strings.Join([]string{
		statesIntro, codesSection(), movesSection(), pictureSection(), refusalsSection, timesSection(callout.DefaultRules()),
		toldSection, viewsSection(t),
	}, "\n")
}

const statesIntro = `# The states of an order

This page is generated from the table in the rules (` + "`callout.Table()`" + `) by ` + "`make docs`" + `; a test fails when it is stale.

An order rests in a status until an event moves it on. One number names both the status and the event that led there. The
order's ` + "`version`" + ` counts its events: 1, 2, 3, … without gaps.
`

func codesSection() string {
	var b strings.Builder
	b.WriteString("## Codes\n\n| code | name | an order rests in it | in words |\n|---|---|---|---|\n")
	for _, s := range callout.Statuses() {
		rests := "no: an event only"
		switch {
		case s.Ends():
			rests = "yes, for ever: an end"
		case s.Rests():
			rests = "yes"
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", s, s, rests, s.Message())
	}
	b.WriteString("\n1001 to 1011 are those of the original system and are never renumbered; 1012 and up are events only.\n")
	return b.String()
}

func movesSection() string {
	var b strings.Builder
	b.WriteString("## Moves\n\nA move that is not here does not exist. W (\"working\") is EXTENDED if any change was ever approved, else STARTED.\n\n")
	b.WriteString("| # | event | by | from | to | needs |\n|---|---|---|---|---|---|\n")
	for _, m := range callout.Table() {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s |\n", m.Row, m.Event, actors(m.By), origins(m.By), m.To, m.Needs)
	}
	return b.String()
}

func actors(grants []callout.Grant) string {
	var by []string
	for _, g := range grants {
		by = append(by, g.By)
	}
	return strings.Join(by, ", ")
}

// origins lists from where a move goes, and for whom where that differs.
func origins(grants []callout.Grant) string {
	alike := !slices.ContainsFunc(grants, func(g callout.Grant) bool { return !slices.Equal(g.From, grants[0].From) })
	var texts []string
	for _, g := range grants {
		var names []string
		for _, s := range g.From {
			names = append(names, s.String())
		}
		text := strings.Join(names, ", ")
		if text == "" {
			text = "nothing"
		}
		if alike {
			return text
		}
		texts = append(texts, g.By+": "+text)
	}
	return strings.Join(texts, "; ")
}

func timesSection(r callout.Rules) string {
	return fmt.Sprintf(`## Times

| what waits | for how long | then |
|---|---|---|
| an offer (PLACED, BROADCASTED) | %s, or the `+"`offerSeconds`"+` of PLACED | EXPIRED |
| a change (ORDER_CHANGED) | %s | CHANGE_DECLINED; it is never approved by itself |
| a verified payment (PAYMENT_VERIFICATION) | %s | ORDER_COMPLETE |

Each is a flag of the server. What is due is stored with the order, as `+"`dueAt`"+`, and takes effect only if the order is still at
the version at which it was read. An offer is over at the millisecond in which its time is up, whether or not EXPIRED has been
written yet. An event's `+"`at`"+` is never before that of the event it follows, even when the clock is set back.
`, spelled(r.Offer), spelled(r.Change), spelled(r.Completion))
}

func spelled(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}

const refusalsSection = `## Refusals

The first of these that holds is the answer:

| code | when |
|---|---|
| ` + "`invalid`" + ` | the command itself is wrong, whatever the order: an unknown status code, a bad id, a string that is no text, money out of range |
| ` + "`not_found`" + ` | there is no such order, or it is no business of the sender's |
| ` + "`forbidden`" + ` | the event is never theirs to cause on that order |
| ` + "`conflict`" + ` | it carries another ` + "`version`" + ` than the order's, the order is in another status, a limit is reached, an offer is closed |
| ` + "`invalid`, `conflict`" + ` | what the move needs is missing, or is not what the order says: a reason, a method; another amount, another change |

A client's PLACED for an order that exists is a ` + "`conflict`" + `, whoever's order it is.
`

const toldSection = `## Who is told

- The sender, always. The system has no inbox.
- The client and, once there is one, the assigned serviceman: of every event.
- Servicemen on offer: of PLACED, BROADCASTED, EXPIRED, ACCEPTED and CANCELLED, as long as the order is on offer to them. The event
  that closes the offer to them is the last one they are told of.

It follows from the order alone. A list in a command, beside the receivers of PLACED, has no influence.
`
