package sim

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/calloutd/callout"
)

// person is a user with their devices.
type person struct {
	plan    *personPlan
	mind    *mind
	outbox  outbox // of the devices that speak the protocol themselves
	devices []device
}

// device is one installation of an app, of whatever kind.
type device interface {
	// run uses the app until ctx ends, in as many sessions and processes as it takes.
	run(ctx context.Context)
	// lacks says what the device still has to be told, or nothing.
	lacks() string
	// stands is what the server calls the device, and the last event that it may have acknowledged.
	stands() (device string, last int64)
}

func newPerson(w *world, plan *personPlan) *person {
	p := &person{plan: plan, mind: newMind(w, plan.actor)}
	for _, name := range plan.devices() {
		d := newCommon(w, p, name)
		switch {
		case plan.classic:
			p.devices = append(p.devices, &relic{common: d})
		case len(p.devices) < plan.apps:
			a := &app{common: d}
			a.notes.app = a
			p.devices = append(p.devices, a)
		default:
			p.devices = append(p.devices, &peer{common: d, orderly: d.dice.chance(0.7)})
		}
	}
	return p
}

// common is what devices of every kind have.
type common struct {
	world  *world
	person *person
	name   string
	dice   *dice

	mu    sync.Mutex
	known bool  // to the server
	from  int64 // where in the inbox it began
	done  int64 // the last event that it may have acknowledged
}

func newCommon(w *world, p *person, name string) *common {
	return &common{world: w, person: p, name: name, dice: newDice(w.seed, name)}
}

func (c *common) user() string                  { return c.person.plan.actor.ID }
func (c *common) note(format string, a ...any)  { c.world.note(c.name, format, a...) }
func (c *common) broke(format string, a ...any) { c.world.broke(c.name, format, a...) }

// begins holds the place where the server lets the device begin, when it has not said where it is, against what it has
// acknowledged.
func (c *common) begins(from int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known && (from > c.done || from < c.from) {
		c.broke("the server goes on after %d; the device began after %d and has acknowledged %d", from, c.from, c.done)
	}
	if !c.known {
		c.known, c.from, c.done = true, from, from
	}
}

// finishes notes that the device is about to acknowledge an event.
func (c *common) finishes(seq int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = max(c.done, seq)
}

// last is the last event that the device may have acknowledged, and false before its first welcome.
func (c *common) last() (seq int64, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done, c.known
}

func (c *common) stands() (device string, last int64) {
	last, _ = c.last()
	return c.name, last
}

func (c *common) lacks() string {
	head := c.world.truth.head(c.user())
	if last, known := c.last(); !known || last < head {
		return fmt.Sprintf("%s has finished %d of %d events (known: %v)", c.name, last, head, known)
	}
	return ""
}

// outbox is what a user's devices have sent and know nothing of, and some of what they do know of.
type outbox struct {
	mu      sync.Mutex
	waiting []callout.Command
	past    []callout.Command
}

func (o *outbox) add(cmd callout.Command) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, cmd)
}

// decided notes that the outcome of a command is known.
func (o *outbox) decided(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.waiting, func(c callout.Command) bool { return c.ID == id })
	if i >= 0 {
		o.past = append(o.past, o.waiting[i])
		o.waiting = slices.Delete(o.waiting, i, i+1)
	}
}

func (o *outbox) lists() (waiting, past []callout.Command) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.waiting), slices.Clone(o.past)
}
