package demo

import (
	"context"
	"fmt"
	"sync"

	"github.com/calloutd/callout"
)

// play is one order, played by two parties. Its moves say only who does what next: what is recorded happens at the
// parties' sockets.
type play struct {
	orderID    string
	moves      []move
	record     *recorder
	client     *party
	serviceman *party
}

// newPlay makes a play between two users that nobody has heard of.
func newPlay(url, orderID string, cancel, classic bool, r *recorder) (*play, error) {
	p := &play{orderID: orderID, moves: moves(cancel), record: r}
	clientID, servicemanID := hexID(), hexID()
	if !classic {
		clientID, servicemanID = "c-"+clientID[:8], "s-"+servicemanID[:8]
	}
	var err error
	if p.client, err = newParty(clientLane, clientID, url, classic, r); err != nil {
		return nil, err
	}
	p.serviceman, err = newParty(servicemanLane, servicemanID, url, classic, r)
	return p, err
}

// run plays the order from the first arrow to the last. When it returns both sessions are over.
func (p *play) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var listening sync.WaitGroup
	defer listening.Wait()
	defer cancel()

	servicemanLeft := make(chan struct{})
	p.client.wait = servicemanLeft
	for _, who := range []*party{p.client, p.serviceman} {
		defer who.socket.Close()
		if err := who.socket.Open(ctx); err != nil {
			return fmt.Errorf("the %s cannot connect: %w", who.lane, because(ctx, err))
		}
		listening.Go(func() { who.listen(ctx) })
		if err := who.enters(ctx); err != nil {
			return fmt.Errorf("the %s cannot connect: %w", who.lane, err)
		}
	}
	for i, m := range p.moves {
		if err := p.move(ctx, m); err != nil {
			return fmt.Errorf("step %d, %d %s by the %s: %w", i+1, int(m.status), m.status, m.by, err)
		}
	}
	if err := p.serviceman.leaves(ctx); err != nil {
		return err
	}
	close(servicemanLeft)
	return p.client.leaves(ctx)
}

// move has a party give the order a status, and waits until both have heard of it.
func (p *play) move(ctx context.Context, m move) error {
	sender, other := p.client, p.serviceman
	if m.by == servicemanLane {
		sender, other = other, sender
	}
	cmd := callout.Command{OrderID: p.orderID, Status: m.status, Receivers: []string{other.id}}
	if m.extra != nil {
		cmd.Extra = m.extra(sender.seen)
	}
	p.record.tell(sender.lane, serverLane, m.status)
	if err := sender.socket.Send(ctx, cmd); err != nil {
		return because(ctx, err)
	}
	if err := sender.hears(ctx, m.status); err != nil {
		return err
	}
	return other.hears(ctx, m.status)
}
