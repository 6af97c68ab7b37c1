package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/calloutd/callout/cmd/torture/internal/check"
	"github.com/calloutd/callout/cmd/torture/internal/fault"
)

// maxShown is how many violations of a kind are shown.
const maxShown = 5

// counted is what the run came to.
type counted struct {
	orders, events, inboxRows         int
	sessions, commands, handed, users int
}

func (t *torture) say(format string, a ...any) {
	if !t.Quiet {
		fmt.Printf(format, a...)
	}
}

// progress says in a line how far the run is.
func (t *torture) progress() {
	c := t.written()
	t.say("  %4.0f s  %d kills, %d faults, %d commands, %d events handed\n",
		time.Since(t.world.Start).Seconds(), t.kills(), t.all(), c.commands, c.handed)
}

// print prints the table, and the first violations of each kind.
func (t *torture) print(w io.Writer, found []check.Violation) {
	line := func(name string, n int) { fmt.Fprintf(w, "  %-34s %9d\n", name, n) }
	c := t.result
	fmt.Fprintf(w, "\n%s, %s, seed %d\n\n", t.DB, t.took.Round(time.Second), t.Seed)
	for _, name := range t.faults.Names() {
		line(name, t.faults.Of(name))
	}
	line("kills in all", t.kills())
	fmt.Fprintln(w)
	for _, name := range t.world.Tally.Names() {
		line(name, t.world.Tally.Of(name))
	}
	fmt.Fprintln(w)
	line("users", c.users)
	line("devices", len(t.parties))
	line("sessions", c.sessions)
	line("commands", c.commands)
	line("orders", c.orders)
	line("events", c.events)
	line("events in inboxes", c.inboxRows)
	line("events handed to devices", c.handed)
	fmt.Fprintln(w)
	for _, kind := range check.Kinds() {
		line(string(kind), count(found, kind))
	}
	for _, note := range t.left() {
		fmt.Fprintf(w, "\n%s\n", note)
	}
	show(w, found)
}

// left says what was left out.
func (t *torture) left() []string {
	var notes []string
	if t.stage.cluster != nil {
		notes = append(notes, "The clock was not set: between nodes that of PostgreSQL decides.")
	}
	if !fault.CanHarm {
		notes = append(notes, "No disk was full and no server held up: only on Linux can that be done to another process.")
	}
	return notes
}

func show(w io.Writer, found []check.Violation) {
	for _, kind := range check.Kinds() {
		shown := 0
		for _, v := range found {
			if v.Kind != kind {
				continue
			}
			if shown == 0 {
				fmt.Fprintf(w, "\n%s:\n", strings.ToUpper(string(kind)))
			}
			if shown++; shown <= maxShown {
				fmt.Fprintf(w, "  %s: %s\n", v.Where, v.What)
			}
		}
	}
}

func count(found []check.Violation, kind check.Kind) int {
	n := 0
	for _, v := range found {
		if v.Kind == kind {
			n++
		}
	}
	return n
}

// written is how much the parties have written down.
func (t *torture) written() counted {
	var c counted
	for _, p := range t.parties {
		sessions, commands, handed := p.Device.Size()
		c.sessions += sessions
		c.commands += commands
		c.handed += handed
	}
	return c
}

// counts notes what the run came to.
func (t *torture) counts(db *check.Database) {
	c := t.written()
	c.users, c.orders = len(db.Inboxes), len(db.Orders)
	for _, events := range db.Orders {
		c.events += len(events)
	}
	for _, rows := range db.Inboxes {
		c.inboxRows += len(rows)
	}
	t.result, t.took = c, time.Since(t.world.Start)
}

// all is how many faults there were.
func (t *torture) all() int {
	n := 0
	for _, name := range t.faults.Names() {
		n += t.faults.Of(name)
	}
	return n
}
