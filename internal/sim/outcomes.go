package sim

import (
	"slices"
	"sync"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// outcomes is what the senders of commands have learned of them.
type outcomes struct {
	*history
	mu       sync.Mutex
	commands map[store.Key]*outcome
}

// outcome is what became of one command, as far as its sender knows.
type outcome struct {
	cmd     callout.Command
	event   string       // that it was; empty while it is none
	refusal callout.Code // a final one; empty while there is none
}

func newOutcomes(h *history) *outcomes {
	return &outcomes{history: h, commands: make(map[store.Key]*outcome)}
}

func keyOf(cmd *callout.Command) store.Key {
	return store.Key{SenderID: cmd.Sender.ID, CommandID: cmd.ID}
}

// asks notes a command that is about to be sent. Its sender wants to know what becomes of it.
func (o *outcomes) asks(who string, cmd callout.Command) {
	o.note(who, "asks %s for %s of %s at version %d, to %v", cmd.ID, cmd.Status, cmd.OrderID, cmd.Version, cmd.Receivers)
	cmd.Complete()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.commands[keyOf(&cmd)] == nil {
		o.commands[keyOf(&cmd)] = &outcome{cmd: cmd}
	}
}

// tookEffect notes that the sender of a command has learned which event it was.
func (o *outcomes) tookEffect(who string, key store.Key, orderID string, version int64) {
	o.note(who, "learns that %s was %s", key.CommandID, wire.EventName(orderID, version))
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.commands[key]
	event := wire.EventName(orderID, version)
	switch {
	case c == nil:
		o.broke(who, "it is told of a command %q that it has never sent", key.CommandID)
	case c.refusal != "":
		o.broke(who, "command %s was refused (%s), and yet it was %s", key.CommandID, c.refusal, event)
	case c.event != "" && c.event != event:
		o.broke(who, "command %s was %s, and then %s", key.CommandID, c.event, event)
	default:
		c.event = event
	}
}

// refused notes that the sender of a command has learned that it had no effect, and never will.
func (o *outcomes) refused(who string, key store.Key, code callout.Code, message string) {
	o.note(who, "learns that %s is refused: %s, %s", key.CommandID, code, message)
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.commands[key]
	switch {
	case c == nil:
		o.broke(who, "it is refused a command %q that it has never sent", key.CommandID)
	case !code.Final():
		o.broke(who, "command %s ends with %s, which is final for nobody", key.CommandID, code)
	case c.event != "":
		o.broke(who, "command %s was %s, and yet it is refused: %s, %s", key.CommandID, c.event, code, message)
	default:
		c.refusal = code
	}
}

// isEvent reports whether the sender of a command knows it to have taken effect.
func (o *outcomes) isEvent(key store.Key) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.commands[key]
	return c != nil && c.event != ""
}

// open lists the commands whose senders know nothing of them.
func (o *outcomes) open() (open []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, c := range o.commands {
		if c.event == "" && c.refusal == "" {
			open = append(open, key.SenderID+"'s "+key.CommandID)
		}
	}
	slices.Sort(open)
	return open
}

// judge holds what was learned against the events that there are in the end.
func (o *outcomes) judge(events []callout.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	were := make(map[store.Key]string)
	for i := range events {
		e := &events[i]
		name := wire.EventName(e.OrderID, e.Version)
		key := store.Key{SenderID: e.Sender.ID, CommandID: e.CommandID}
		if e.Sender.Role == callout.System {
			continue
		}
		if before := were[key]; before != "" {
			o.broke("database", "command %s of %s was both %s and %s", key.CommandID, key.SenderID, before, name)
		}
		were[key] = name
		if c := o.commands[key]; c != nil && (c.cmd.Status != e.Status || c.cmd.OrderID != e.OrderID) {
			o.broke("database", "%s of %s is %s; what was asked for is %s of %s", key.CommandID, key.SenderID, name, c.cmd.Status, c.cmd.OrderID)
		}
	}
	for key, c := range o.commands {
		if c.event != were[key] {
			o.broke("database", "what %s knows of %s is event %q, refusal %q; the database says event %q",
				key.SenderID, key.CommandID, c.event, c.refusal, were[key])
		}
	}
}
