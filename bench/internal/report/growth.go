package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// Grown is one measurement on a database that was brought to so many events, or beside that one on an empty database.
type Grown struct {
	Events int   `json:"events"`
	Empty  bool  `json:"empty"`
	Bytes  int64 `json:"bytes"` // that the database had before
	Sample
}

// Resume is devices that come back to events that they have not read, one after the other, on such a database.
type Resume struct {
	Stack           string  `json:"stack"`
	Events          int     `json:"events"`
	Empty           bool    `json:"empty"`
	Round           int     `json:"round"`
	Devices         int     `json:"devices"`
	Unread          int     `json:"unread"`          // for each device
	WelcomeMs       Latency `json:"welcomeMs"`       // from the hello
	FirstMs         Latency `json:"firstMs"`         // from the hello to the first event
	CatchUpMs       Latency `json:"catchUpMs"`       // from the hello until all were received and acknowledged
	EventsPerSecond float64 `json:"eventsPerSecond"` // while one device catches up
}

// growth has a table of transitions and one of resuming.
func (r *Results) growth() string {
	text := r.grownTable().String()
	if len(r.Resumes) > 0 {
		text += "\n\n" + r.resumeTable().String()
	}
	return text
}

func (r *Results) grownTable() *table {
	t := &table{head: []string{"database", "events held", "GiB", "pairs", "transitions/s", "empty", "ratio", "p99 ms", "empty"}}
	at, groups := grouped(r.Grown, func(g Grown) point { return point{g.Stack, g.Events, g.Pairs} })
	for _, p := range at {
		held, empty := apart(groups[p], func(g Grown) bool { return g.Empty })
		size := func(g Grown) float64 { return float64(g.Bytes) / (1 << 30) }
		rate := func(g Grown) float64 { return g.TransitionsPerSecond }
		p99 := func(g Grown) float64 { return g.LatencyMs.P99 }
		t.add(p.database(), thousands(float64(p.events)), digits(medianOf(held, size)), strconv.Itoa(p.of), thousands(medianOf(held, rate)),
			thousands(medianOf(empty, rate)), ratio(held, empty, rate), digits(medianOf(held, p99)), digits(medianOf(empty, p99)))
	}
	return t
}

func (r *Results) resumeTable() *table {
	t := &table{head: []string{"database", "events held", "unread", "welcome, p50 ms", "p99", "first event, p50 ms", "p99", "empty: p50", "ratio",
		"all of them, events/s", "empty", "ratio"}}
	at, groups := grouped(r.Resumes, func(r Resume) point { return point{r.Stack, r.Events, r.Unread} })
	for _, p := range at {
		held, empty := apart(groups[p], func(r Resume) bool { return r.Empty })
		first := func(r Resume) float64 { return r.FirstMs.P50 }
		rate := func(r Resume) float64 { return r.EventsPerSecond }
		cells := []string{
			p.database(), thousands(float64(p.events)), thousands(float64(p.of)),
			digits(medianOf(held, func(r Resume) float64 { return r.WelcomeMs.P50 })),
			digits(medianOf(held, func(r Resume) float64 { return r.WelcomeMs.P99 })),
			digits(medianOf(held, first)), digits(medianOf(held, func(r Resume) float64 { return r.FirstMs.P99 })),
			digits(medianOf(empty, first)), ratio(held, empty, first),
		}
		if p.of > 1 {
			cells = append(cells, thousands(medianOf(held, rate)), thousands(medianOf(empty, rate)), ratio(held, empty, rate))
		} else { // there is nothing to catch up with behind the first
			cells = append(cells, "–", "–", "–")
		}
		t.add(cells...)
	}
	return t
}

// point is where measurements were taken that are alike.
type point struct {
	stack      string
	events, of int // held, and pairs or events unread
}

func (p point) database() string {
	if p.stack == CalloutSQLite {
		return "SQLite"
	}
	return "PostgreSQL"
}

// grouped puts measurements together that are alike.
func grouped[T any](list []T, at func(T) point) (points []point, groups map[point][]T) {
	groups = make(map[point][]T)
	for _, item := range list {
		groups[at(item)] = append(groups[at(item)], item)
	}
	points = slices.SortedFunc(maps.Keys(groups), func(a, b point) int {
		return cmp.Or(cmp.Compare(a.stack, b.stack), cmp.Compare(a.events, b.events), cmp.Compare(a.of, b.of))
	})
	return points, groups
}

// apart parts those on empty databases from the others.
func apart[T any](list []T, isEmpty func(T) bool) (held, empty []T) {
	for _, item := range list {
		if isEmpty(item) {
			empty = append(empty, item)
		} else {
			held = append(held, item)
		}
	}
	return held, empty
}

// ratio says how many times a figure of the empty ones that of the others is; a dash where there are none.
func ratio[T any](held, empty []T, figure func(T) float64) string {
	if len(held) == 0 || len(empty) == 0 {
		return "–"
	}
	return times(medianOf(held, figure) / medianOf(empty, figure))
}
