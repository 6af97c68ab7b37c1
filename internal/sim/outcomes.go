package sim

import (
	"fmt"
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
	unnamed  map[string]int       // commands of a sender that the SDK has named, or will, and whose names are not known
	early    map[store.Key]string // the events that such commands were
}

// outcome is what became of one command, as far as its sender knows.
type outcome struct {
	cmd     callout.Command
	loose   bool         // it has no version, so that a late copy may take effect although another was refused
	event   string       // that it was; empty while it is none
	refusal callout.Code // a final one; empty while there is none
}

func newOutcomes(h *history) *outcomes {
	return &outcomes{
		history: h, commands: make(map[store.Key]*outcome), unnamed: make(map[string]int), early: make(map[store.Key]string),
	}
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
		o.commands[keyOf(&cmd)] = &outcome{cmd: cmd, loose: cmd.Version == 0 && needsVersion(cmd.Status)}
	}
}

// needsVersion reports whether a command of a status stays refused, once it is, only by the version that it is based on.
func needsVersion(status callout.Status) bool {
	return status != callout.Placed && status != callout.Accepted && status != callout.OfferDeclined
}

// asksUnnamed notes a command that is about to be handed to the SDK for it to be named. It may be heard of before its name is
// known, which named tells.
func (o *outcomes) asksUnnamed(who string, cmd callout.Command) {
	o.note(who, "asks for %s of %s", cmd.Status, cmd.OrderID)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unnamed[cmd.Sender.ID]++
}

// named notes the name that the SDK has given a command, which is empty if it was not sent, and whether it was to fill in the
// version.
func (o *outcomes) named(who string, cmd callout.Command, fillsIn bool) {
	o.note(who, "has asked as %q for %s of %s", cmd.ID, cmd.Status, cmd.OrderID)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unnamed[cmd.Sender.ID]--
	if cmd.ID == "" {
		return
	}
	key := keyOf(&cmd)
	o.commands[key] = &outcome{cmd: cmd, loose: !fillsIn && needsVersion(cmd.Status), event: o.early[key]}
	delete(o.early, key)
}

// tookEffect notes that the sender of a command has learned which event it was.
func (o *outcomes) tookEffect(who string, key store.Key, orderID string, version int64) {
	o.note(who, "learns that %s was %s", key.CommandID, wire.EventName(orderID, version))
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.commands[key]
	event := wire.EventName(orderID, version)
	switch {
	case c == nil && o.unnamed[key.SenderID] > 0:
		o.early[key] = event
	case c == nil:
		o.broke(who, "it is told of a command %q that it has never sent", key.CommandID)
	case c.refusal != "" && !c.loose:
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
	case message == otherContent:
		o.broke(who, "command %s is taken for another than it was when it was sent before", key.CommandID)
	case c.event != "" && !c.loose:
		o.broke(who, "command %s was %s, and yet it is refused: %s, %s", key.CommandID, c.event, code, message)
	default:
		c.refusal = code
	}
}

// otherContent is how the server refuses a command under the id of another one.
const otherContent = "another command has been sent with this id"

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
	for sender, n := range o.unnamed {
		if n > 0 {
			open = append(open, fmt.Sprintf("%d of %s's, without a name", n, sender))
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
	for key, event := range o.early {
		o.broke("database", "%s was told that %s was %s, and has never sent that", key.SenderID, key.CommandID, event)
	}
	for key, c := range o.commands {
		if c.event != were[key] && !(c.loose && c.refusal != "") {
			o.broke("database", "what %s knows of %s is event %q, refusal %q; the database says event %q",
				key.SenderID, key.CommandID, c.event, c.refusal, were[key])
		}
	}
}
