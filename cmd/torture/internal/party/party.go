// Package party is the torture's many users: clients, servicemen and operators, each with a program that speaks to the
// server in one of three ways and writes down all that it sends and receives.
package party

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// World is what all parties have in common.
type World struct {
	URL    string // where the server is
	Dir    string // for the files of devices
	Start  time.Time
	Board  *Board
	Tally  *record.Tally // of what happens to connections
	Acting atomic.Bool   // whether anybody thinks of anything new
}

// Party is one device of a user and the program on it.
type Party struct {
	Device *record.Device

	world   *World
	watches bool
	mind    *mind
	program program
	inside  chan struct{}
	once    sync.Once
	work    sync.WaitGroup
}

// program is how a device speaks to the server.
type program interface {
	// receive connects, and connects again, until ctx ends, and tells of each event that is new to the device.
	receive(ctx context.Context, told func(callout.Status, callout.Order))
	// send has a command carried out, now or when there is a connection. It does not wait for that.
	send(ctx context.Context, cmd callout.Command)
}

// Spec says who a party is.
type Spec struct {
	User      callout.Actor
	Kind      record.Kind
	Device    string
	Receivers []string // the servicemen whom a client offers orders to
	Watches   bool     // it receives and does nothing: another device of the same user acts
	Seed      uint64   // makes up its mind
}

// New makes a party.
func New(w *World, s Spec) *Party {
	p := &Party{
		Device: record.NewDevice(s.User.ID, s.User.Role, s.Kind, s.Device, w.Start), world: w, watches: s.Watches, inside: make(chan struct{}),
		mind: &mind{
			me: s.User, name: s.User.ID + "/" + s.Device, receives: s.Receivers, open: make(map[string]struct{}),
			random: rand.New(rand.NewPCG(s.Seed, 0)),
		},
	}
	switch s.Kind {
	case record.SDK:
		p.program = newSDK(p)
	case record.Raw:
		p.program = newRaw(p)
	case record.Classic:
		p.program = &classic{Party: p}
	}
	return p
}

// Inside is closed once the server has let the party in for the first time.
func (p *Party) Inside() <-chan struct{} { return p.inside }

func (p *Party) isInside() { p.once.Do(func() { close(p.inside) }) }

// Run has the party receive, and act while its world does, until ctx ends.
func (p *Party) Run(ctx context.Context) {
	p.work.Go(func() {
		p.program.receive(ctx, func(status callout.Status, o callout.Order) { p.told(ctx, status, o) })
	})
	switch {
	case p.watches:
	case p.Device.Role == callout.Client:
		p.work.Go(func() { p.place(ctx) })
	case p.Device.Role == callout.Operator:
		p.work.Go(func() { p.look(ctx) })
	}
	p.work.Wait()
}

// told has the party do what it may about an event.
func (p *Party) told(ctx context.Context, status callout.Status, o callout.Order) {
	p.world.Board.Post(o)
	if p.watches {
		return
	}
	if t, ok := p.mind.consider(status, o); ok {
		p.do(ctx, t)
	}
}

// do sends a command when its time has come.
func (p *Party) do(ctx context.Context, t thought) {
	p.work.Go(func() {
		if pause(ctx, t.after) && p.world.Acting.Load() {
			p.program.send(ctx, t.command)
		}
	})
}

// place has a client place orders.
func (p *Party) place(ctx context.Context) {
	for pause(ctx, p.mind.between(200*time.Millisecond, 1500*time.Millisecond)) {
		if !p.world.Acting.Load() {
			continue
		}
		if cmd, ok := p.mind.place(); ok {
			p.program.send(ctx, cmd)
		}
	}
}

// look has an operator see to orders that stand still.
func (p *Party) look(ctx context.Context) {
	for pause(ctx, p.mind.between(50*time.Millisecond, 300*time.Millisecond)) {
		if o, ok := p.world.Board.Idle(4 * time.Second); ok && p.world.Acting.Load() {
			p.program.send(ctx, p.mind.intervene(o))
		}
	}
}

// pause waits, and reports whether ctx is still going on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
