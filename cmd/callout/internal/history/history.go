// Package history shows the events of an order to people.
package history

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout"
)

// Print writes an order's events as a table, with times in this machine's zone. Ids longer than most characters are cut
// in the middle; 0 cuts none.
func Print(w io.Writer, events []callout.Event, most int) error {
	head, format := "AT", time.DateTime+".000"
	if day, one := onOneDay(events); one {
		head, format = day, time.TimeOnly+".000"
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "#\t%s\tCODE\tEVENT\tTOTAL\tBY\n", head)
	for _, e := range events {
		fmt.Fprintf(table, "%d\t%s\t%d\t%s\t%s\t%s\n", e.Version, e.At.Local().Format(format), int(e.Status), e.Status,
			Money(e.Order.Total, e.Order.Currency), by(e.Sender, most))
	}
	return table.Flush()
}

// onOneDay gives the day on which all the events happened, if it is one.
func onOneDay(events []callout.Event) (day string, one bool) {
	for _, e := range events {
		at := e.At.Local().Format(time.DateOnly)
		if day != "" && day != at {
			return "", false
		}
		day = at
	}
	return day, day != ""
}

func by(a callout.Actor, most int) string {
	if a.Role == callout.System {
		return callout.SystemID
	}
	id := a.ID
	if most > 0 && len(id) > most {
		keep := (most - 1) / 2
		id = id[:keep] + "…" + id[len(id)-keep:]
	}
	return string(a.Role) + " " + id
}
