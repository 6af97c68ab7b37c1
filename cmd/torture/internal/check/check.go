// Package check compares what every party sent, was told and was handed with what the database holds in the end, and both
// with the rules.
package check

import (
	"fmt"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// Kind is which promise was broken.
type Kind string

const (
	Lost           Kind = "lost"            // somebody was not handed or told something, or the database does not have it
	Repeated       Kind = "repeated"        // something came, or took effect, more than once
	OutOfOrder     Kind = "out of order"    // something came before what goes before it
	DoubleAccepted Kind = "double-accepted" // an order was accepted by two, or not as in any order of what was asked for
	Wrong          Kind = "wrong"           // something is not what it should be
)

// Kinds lists the promises.
func Kinds() []Kind { return []Kind{Lost, Repeated, OutOfOrder, DoubleAccepted, Wrong} }

// Violation is one promise that was broken.
type Violation struct {
	Kind  Kind
	Where string // the party or the order
	What  string // what was expected and what was seen
}

func (v Violation) String() string { return fmt.Sprintf("%s: %s: %s", v.Kind, v.Where, v.What) }

// Database is what the database holds in the end.
type Database struct {
	Orders  map[string][]callout.Event // by id
	Inboxes map[string][]record.Event  // by user
}

// All compares, and gives what is not as it has to be.
func All(db *Database, devices []*record.Device, rules callout.Rules) []Violation {
	c := checker{db: db, devices: devices, rules: rules, classic: make(map[string]bool)}
	for _, d := range devices {
		if d.Kind == record.Classic {
			c.classic[d.UserID] = true
		}
	}
	c.orders()
	c.inboxes()
	for _, d := range devices {
		for _, fault := range d.Faults {
			c.add(Wrong, name(d), "%s", fault)
		}
		c.device(d)
		c.shown(d)
	}
	c.commands()
	c.accepts()
	return c.found
}

type checker struct {
	db      *Database
	devices []*record.Device
	rules   callout.Rules
	classic map[string]bool // users of classic devices

	told  map[string][]record.Event // what each user has to be told, by the rules, in no order and without a seq
	found []Violation
}

func (c *checker) add(kind Kind, where, format string, a ...any) {
	c.found = append(c.found, Violation{kind, where, fmt.Sprintf(format, a...)})
}

func name(d *record.Device) string { return fmt.Sprintf("%s/%s (%s)", d.UserID, d.Name, d.Kind) }
