package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
)

// plan is all of a run that is drawn before it begins.
type plan struct {
	rules    callout.Rules
	server   server.Config
	ledger   ledger.Config
	people   []personPlan
	orders   int           // that each client places, at most
	haggling bool          // changes are asked for and declined more often than agreed to
	trust    float64       // the part of wake-ups that get through as they should
	usual    float64       // the part of calls to the database that something is always wrong with
	storm    time.Duration // how long faults go on
	after    time.Duration // and how long people want new things after that
	faults   []fault       // in their order
}

// personPlan is a user and the devices that they have.
type personPlan struct {
	actor   callout.Actor
	apps    int  // with the SDK
	peers   int  // that speak the protocol themselves
	classic bool // or one app of the original system
}

// fault is something that goes wrong at a moment of the run.
type fault struct {
	at   time.Duration
	what string
	do   func(*world)
}

// newPlan draws the run of a seed.
func newPlan(seed uint64) plan {
	d := newDice(seed, "plan")
	p := plan{
		rules: callout.Rules{
			Offer: d.between(3*time.Second, 12*time.Second), Change: d.between(2*time.Second, 8*time.Second),
			Completion: d.between(2*time.Second, 8*time.Second),
		},
		server: server.DefaultConfig(), ledger: ledger.DefaultConfig(),
		orders: 3 + d.below(6), haggling: d.chance(0.3),
		trust: oneOf(d, []float64{1, 0.9, 0.7, 0.4}),
		usual: oneOf(d, []float64{0, 0.02, 0.08}),
		storm: d.between(12*time.Second, 35*time.Second),
	}
	if p.haggling {
		p.rules.Change = d.between(1500*time.Millisecond, 3*time.Second) // often up while somebody answers
	}
	p.after = 4 * time.Second
	if p.trust == 1 {
		p.after = 16 * time.Second // to see that all are told promptly
		p.orders += 6
	}
	s := &p.server.Session
	s.Dev, s.PingEvery = true, 4*time.Second
	s.Window, s.Page, s.Commands = oneOf(d, []int{64, 8, 2}), oneOf(d, []int{64, 3}), oneOf(d, []int{64, 2})
	p.server.WriteTimeout, p.server.Linger, p.server.ReadTimeout = 5*time.Second, 2*time.Second, 3*time.Second
	p.server.DrainTime = 6 * time.Second
	p.ledger.Rules, p.ledger.Timeout = p.rules, 3*time.Second
	p.ledger.Queue, p.ledger.Group = oneOf(d, []int{8192, 8192, 3}), oneOf(d, []int{256, 256, 2})
	p.people = drawPeople(d)
	for range d.below(14) {
		p.faults = append(p.faults, p.drawFault(d))
	}
	slices.SortStableFunc(p.faults, func(a, b fault) int { return int(a.at - b.at) })
	return p
}

// drawPeople has at least one user with the SDK, one who speaks the protocol, and in every second run two of the original
// system.
func drawPeople(d *dice) []personPlan {
	var people []personPlan
	add := func(role callout.Role, name string, n int) {
		for i := range n {
			p := personPlan{actor: callout.Actor{ID: fmt.Sprintf("%s-%d", name, i+1), Role: role}}
			switch i {
			case 0:
				p.apps, p.peers = 1, d.below(2)
			case 1:
				p.apps, p.peers = d.below(2), 1+d.below(2)
			default:
				p.apps = 1
			}
			people = append(people, p)
		}
	}
	add(callout.Client, "c", 2)
	add(callout.Serviceman, "s", 2+d.below(2))
	people = append(people, personPlan{actor: callout.Actor{ID: "op-1", Role: callout.Operator}, peers: 1})
	if d.chance(0.5) {
		people = append(people,
			personPlan{actor: callout.Actor{ID: "c-old", Role: callout.Client}, classic: true},
			personPlan{actor: callout.Actor{ID: "s-old", Role: callout.Serviceman}, classic: true})
	}
	return people
}

// devices names every device of the run.
func (p *plan) devices() []string {
	var names []string
	for i := range p.people {
		names = append(names, p.people[i].devices()...)
	}
	return names
}

func (p *personPlan) devices() (names []string) {
	for i := range p.apps {
		names = append(names, fmt.Sprintf("%s:app%d", p.actor.ID, i+1))
	}
	for i := range p.peers {
		names = append(names, fmt.Sprintf("%s:peer%d", p.actor.ID, i+1))
	}
	if p.classic {
		names = append(names, p.actor.ID+":old")
	}
	return names
}

// servicemen are the ids of all servicemen of the run.
func (p *plan) servicemen() (ids []string) {
	for _, person := range p.people {
		if person.actor.Role == callout.Serviceman {
			ids = append(ids, person.actor.ID)
		}
	}
	return ids
}

// isClassic reports whether a user has an app of the original system.
func (p *plan) isClassic(userID string) bool {
	return slices.ContainsFunc(p.people, func(person personPlan) bool { return person.classic && person.actor.ID == userID })
}
