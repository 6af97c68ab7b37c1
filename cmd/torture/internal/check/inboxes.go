package check

import (
	"maps"
	"slices"

	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// inboxes holds every inbox in the database to what the rules have told its owner: all of it, once, numbered 1, 2, 3, …
// without gaps, each order's events in their order, and with what its owner may see.
func (c *checker) inboxes() {
	for _, user := range slices.Sorted(maps.Keys(c.db.Inboxes)) {
		c.inbox("inbox of "+user, c.db.Inboxes[user], c.told[user])
	}
	for _, user := range slices.Sorted(maps.Keys(c.told)) {
		if _, read := c.db.Inboxes[user]; !read {
			c.add(Lost, "inbox of "+user, "it is empty, and %d events are due", len(c.told[user]))
		}
	}
}

func (c *checker) inbox(where string, rows, told []record.Event) {
	due := make(map[string]record.Event, len(told))
	for _, e := range told {
		due[e.Of()] = e
	}
	had := make(map[string]int64, len(rows)) // the seq of each event
	last := make(map[string]int64)           // the last version of each order
	for i, row := range rows {
		if row.Seq != int64(i+1) {
			c.add(OutOfOrder, where, "row %d has the number %d", i+1, row.Seq)
		}
		if seq, again := had[row.Of()]; again {
			c.add(Repeated, where, "%s is there as %d and as %d", row.Of(), seq, row.Seq)
		}
		had[row.Of()] = row.Seq
		if row.Version < last[row.OrderID] {
			c.add(OutOfOrder, where, "%s at %d comes after version %d", row.Of(), row.Seq, last[row.OrderID])
		}
		last[row.OrderID] = row.Version
		want, isDue := due[row.Of()]
		want.Seq = row.Seq
		switch {
		case !isDue:
			c.add(Wrong, where, "%s is there, of which the rules do not tell", &row)
		case row != want:
			c.add(Wrong, where, "it has %s, where the rules tell %s, or with another content", &row, &want)
		}
	}
	for _, e := range told {
		if _, ok := had[e.Of()]; !ok {
			c.add(Lost, where, "%s is not there", e.Of())
		}
	}
}
