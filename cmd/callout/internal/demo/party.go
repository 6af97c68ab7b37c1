package demo

import (
	"context"
	"fmt"
	"sync"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

// party is one of the two who play an order, at its own end of a real connection.
type party struct {
	lane   lane
	id     string
	socket socket
	record *recorder
	wait   <-chan struct{} // not nil: the order's end is not acknowledged before this is closed

	connected chan struct{} // closed when the session has begun
	once      sync.Once

	// listen fills heard, and closes it when the session is over; then the rest may be read.
	heard chan client.Received
	inbox []entry
	fault error // nil: the server has ended the session because everything is done

	seen callout.Order // as the party has last seen it; for whoever calls hears
}

// entry is one event as a party has received it.
type entry struct {
	seq     int64
	orderID string
	version int64
	status  callout.Status
}

// most is more events than a party hears of in one order.
const most = 64

// newParty makes a party that is not connected yet.
func newParty(l lane, id, url string, classic bool, r *recorder) (*party, error) {
	p := &party{lane: l, id: id, record: r, connected: make(chan struct{}), heard: make(chan client.Received, most)}
	role := callout.Client
	if l == servicemanLane {
		role = callout.Serviceman
	}
	var err error
	p.socket, err = newSocket(classic, client.Config{
		URL: url, UserID: id, Role: role, WhenDone: true, OnConnection: p.onConnection,
	})
	if err != nil {
		return nil, fmt.Errorf("the %s: %w", l, err)
	}
	return p, nil
}

func (p *party) onConnection(connected bool, _ error) {
	if connected {
		p.once.Do(func() {
			p.record.connect(p.lane)
			close(p.connected)
		})
	}
}

// listen receives until the session is over, and records what it hears of the other party: the event that a sender gets
// of its own command is a confirmation and no arrow.
func (p *party) listen(ctx context.Context) {
	defer close(p.heard)
	for r := range p.socket.OrderStatuses(ctx) {
		if r.SenderID != p.id {
			p.record.tell(serverLane, p.lane, r.Status)
		}
		p.inbox = append(p.inbox, entry{r.Seq, r.OrderID, r.Version, r.Status})
		select {
		case p.heard <- r:
		case <-ctx.Done():
		}
		if r.Status.Ends() && p.wait != nil {
			select {
			case <-p.wait:
			case <-ctx.Done():
			}
		}
	}
	switch err := p.socket.Err(); {
	case ctx.Err() != nil:
		p.fault = context.Cause(ctx)
	case err != nil:
		p.fault = err
	default:
		p.record.disconnect(p.lane)
	}
}

// enters waits until the party's session has begun.
func (p *party) enters(ctx context.Context) error {
	select {
	case <-p.connected:
		return nil
	case <-p.heard: // nothing is to be heard yet: this is the end
		return p.fault
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// hears waits until the party has heard of a status.
func (p *party) hears(ctx context.Context, s callout.Status) error {
	r, over, err := p.next(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("the %s does not hear of it: %w", p.lane, err)
	case over:
		return fmt.Errorf("the session of the %s ended before it heard of it", p.lane)
	case r.Status != s:
		return fmt.Errorf("the %s hears of %d %s instead", p.lane, int(r.Status), r.Status)
	}
	p.seen = r.Order
	return nil
}

// leaves waits until the server has ended the party's session.
func (p *party) leaves(ctx context.Context) error {
	r, over, err := p.next(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("the session of the %s does not end: %w", p.lane, err)
	case !over:
		return fmt.Errorf("the %s hears of %d %s after the order's end", p.lane, int(r.Status), r.Status)
	}
	return nil
}

// next waits for the next event, or for the end of the session.
func (p *party) next(ctx context.Context) (r client.Received, over bool, err error) {
	select {
	case r, ok := <-p.heard:
		if !ok {
			return r, true, p.fault
		}
		return r, false, nil
	case <-ctx.Done():
		return r, false, context.Cause(ctx)
	}
}
