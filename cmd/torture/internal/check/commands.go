package check

import (
	"fmt"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// key names a command for ever; one of the classic dialect has no id of its own, and is named by what it asks for.
type key struct{ sender, command string }

func keyOf(sender string, cmd *callout.Command) key {
	if cmd.Classic {
		return key{sender, fmt.Sprintf("%s of %s", cmd.Status, cmd.OrderID)}
	}
	return key{sender, cmd.ID}
}

// commands holds what senders were told of their commands to what the database has of them.
func (c *checker) commands() {
	committed := make(map[key][]*callout.Event)
	for _, events := range c.db.Orders {
		for i := range events {
			e := &events[i]
			if e.Sender.Role != callout.System {
				cmd := callout.Command{ID: e.CommandID, OrderID: e.OrderID, Status: e.Status, Classic: c.classic[e.Sender.ID]}
				committed[keyOf(e.Sender.ID, &cmd)] = append(committed[keyOf(e.Sender.ID, &cmd)], e)
			}
		}
	}
	sent := make(map[key]int)
	for _, d := range c.devices {
		for _, cmd := range d.Commands {
			k := keyOf(d.UserID, &cmd.Command)
			sent[k]++
			c.command(d, cmd, committed[k])
		}
	}
	for k, events := range committed {
		switch {
		case sent[k] == 0:
			c.add(Wrong, k.sender, "command %q is in the database, as %s, and was never sent", k.command, events[0].Status)
		case len(events) > sent[k]:
			c.add(Repeated, k.sender, "command %q was sent %d times and took effect %d times", k.command, sent[k], len(events))
		}
	}
}

// command holds one command to its events in the database.
func (c *checker) command(d *record.Device, cmd *record.Command, events []*callout.Event) {
	where := fmt.Sprintf("%s: command %q (%s of %s)", name(d), cmd.ID, cmd.Status, cmd.OrderID)
	switch {
	case d.Kind == record.Classic: // nothing is said of a command, and an ACCEPTED that was heard of is an event
	case cmd.Outcome == record.Unknown:
		c.add(Lost, where, "its sender was never told what became of it")
	case cmd.Outcome == record.Refused && len(events) > 0:
		c.add(Wrong, where, "it was refused for good as %s, and took effect as version %d", cmd.Code, events[0].Version)
	case cmd.Outcome == record.Effect && len(events) == 0:
		c.add(Lost, where, "its sender was told that it took effect, and the database does not have it")
	case cmd.Outcome == record.Effect:
		c.effect(where, cmd, events[0])
	}
}

// effect holds an event to the command that it was.
func (c *checker) effect(where string, cmd *record.Command, e *callout.Event) {
	switch {
	case e.OrderID != cmd.OrderID || e.Status != cmd.Status:
		c.add(Wrong, where, "it took effect as %s of %s", e.Status, e.OrderID)
	case e.Version != cmd.Event:
		c.add(Wrong, where, "its sender was told of version %d, and the database has it as %d", cmd.Event, e.Version)
	case cmd.Version != 0 && e.Version != cmd.Version+1:
		c.add(Wrong, where, "it was based on version %d, and took effect as %d", cmd.Version, e.Version)
	}
}
