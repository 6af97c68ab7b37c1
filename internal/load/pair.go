package load

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/calloutd/callout"
)

// pair is a client and a serviceman who play one order after the other. A goroutine for each side receives; the one that
// has the last word of a step makes the next.
type pair struct {
	play   *play
	n      int
	tally  *tally
	random io.Reader // of ids
	sides  [2]side

	mu       sync.Mutex
	orders   []Order // the last one is being played
	command  Command // the last one that was sent
	by       int     // who has sent it
	sent     time.Time
	underWay bool // it has not reached both sides
	reached  [2]bool
	again    bool // it is to be sent once more
	last     bool // nothing is sent after it
	over     bool // nothing is sent any more, and the connections are closed

	turn int64 // where there is a rate: how many commands were due so far
	made int64 // and how many were sent
}

// side is one of the two, by its number.
type side struct {
	who  Party
	conn Conn
}

const (
	client = iota
	serviceman
)

// errOver ends the receiving of a pair that has played to the end.
var errOver = errors.New("over")

func newPair(p *play, n int) *pair {
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(rand.Uint32())
	}
	return &pair{play: p, n: n, tally: p.tallies[n%tallies], random: rand.NewChaCha8(seed), sides: [2]side{
		client:     {who: party(p.config.Prefix, callout.Client, n)},
		serviceman: {who: party(p.config.Prefix, callout.Serviceman, n)},
	}}
}

// receive handles what one side hears until the pair is over.
func (p *pair) receive(i int) {
	for {
		notice, err := p.sides[i].conn.Receive()
		if err == nil {
			err = p.hear(i, notice, time.Now())
		}
		var refusal *Refusal
		if errors.As(err, &refusal) {
			err = p.refused(refusal)
		}
		if err != nil {
			p.end(err)
			return
		}
	}
}

// hear takes an event that one side has got.
func (p *pair) hear(i int, n Notice, at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return errOver
	}
	if !p.underWay || n.OrderID != p.command.OrderID || n.Version != p.command.Version+1 || n.Own != (i == p.by) || p.reached[i] {
		return fmt.Errorf("%s got version %d of order %s out of turn", p.sides[i].who.UserID, n.Version, n.OrderID)
	}
	p.reached[i] = true
	if i != p.by && p.play.measures(p.sent) {
		p.tally.arrived(at.Sub(p.sent))
	}
	if !p.reached[1-i] {
		return nil
	}
	p.underWay, p.again = false, false
	p.orders[len(p.orders)-1].Events++
	if p.play.measures(at) {
		p.tally.done()
	}
	if p.last || !at.Before(p.play.end) {
		p.finish(at)
		return errOver
	}
	return p.next(at)
}

// nextDue is when the pair's next command is due, where there is a rate.
func (p *pair) nextDue() time.Time { return p.play.dueAt(p.made*int64(len(p.play.pairs)) + int64(p.n)) }

// goOn starts the pair.
func (p *pair) goOn() {
	p.mu.Lock()
	err := p.next(time.Now())
	p.mu.Unlock()
	if err != nil {
		p.end(err)
	}
}

// due says that one more command is due. One that is not sent now because the last is still under way is sent right after
// it.
func (p *pair) due(at time.Time) {
	p.mu.Lock()
	p.turn++
	var err error
	if !p.underWay && !p.last && !p.over {
		err = p.next(at)
	}
	p.mu.Unlock()
	if err != nil {
		p.end(err)
	}
}

// next sends the next command, unless it is not yet due. It holds mu.
func (p *pair) next(now time.Time) error {
	p.sent = now
	if p.play.config.Rate > 0 {
		if p.made >= p.turn {
			return nil
		}
		p.sent = p.nextDue()
	}
	p.made++
	if len(p.orders) == 0 || p.orders[len(p.orders)-1].Events == len(Story) {
		id, err := p.newID()
		if err != nil {
			return err
		}
		p.orders = append(p.orders, Order{ID: id, ClientID: p.sides[client].who.UserID, ServicemanID: p.sides[serviceman].who.UserID})
	}
	order := &p.orders[len(p.orders)-1]
	id, err := p.newID()
	if err != nil {
		return err
	}
	status := Story[order.Events]
	p.by = serviceman
	if byClient(status) {
		p.by = client
	}
	p.command = Command{ID: id, OrderID: order.ID, Status: status, Version: int64(order.Events), To: p.sides[1-p.by].who.UserID}
	p.underWay, p.reached = true, [2]bool{}
	return p.sides[p.by].conn.Send(&p.command)
}

// newID makes an id as an SDK would.
func (p *pair) newID() (string, error) {
	id, err := uuid.NewV7FromReader(p.random)
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}

// refused has a command sent again whose refusal says nothing of its outcome.
func (p *pair) refused(r *Refusal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case r.Code.Final() || r.Code == callout.Internal:
		return fmt.Errorf("order %s, %s: %w", p.command.OrderID, p.command.Status, r)
	case p.underWay && r.CommandID == p.command.ID && !p.reached[p.by]:
		p.again = true
	}
	return nil
}

func (p *pair) tick() {
	if err := p.tickSides(); err != nil {
		p.end(err)
	}
}

func (p *pair) tickSides() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return nil
	}
	if p.again {
		p.again = false
		p.tally.sentAgain()
		if err := p.sides[p.by].conn.Send(&p.command); err != nil {
			return err
		}
	}
	for i := range p.sides {
		if t, ok := p.sides[i].conn.(Ticker); ok {
			if err := t.Tick(); err != nil {
				return err
			}
		}
	}
	return nil
}

// end ends the play with an error, unless the pair was over.
func (p *pair) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.play.fail(err)
		p.hangUp()
	}
}

// stopOnceIdle ends a pair once it waits for no answer.
func (p *pair) stopOnceIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = true
	if !p.underWay {
		p.finish(time.Now())
	}
}

// finish ends a pair after the end. Where there is a rate, what was due and has not been sent has waited until now, and would wait
// longer. It holds mu.
func (p *pair) finish(now time.Time) {
	if p.play.config.Rate > 0 && !p.over {
		for ; p.nextDue().Before(p.play.end); p.made++ {
			if due := p.nextDue(); p.play.measures(due) {
				p.tally.unsent(now.Sub(due))
			}
		}
	}
	p.hangUp()
}

func (p *pair) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangUp()
}

// hangUp closes both connections. It holds mu.
func (p *pair) hangUp() {
	if p.over {
		return
	}
	p.over = true
	for i := range p.sides {
		if p.sides[i].conn != nil {
			_ = p.sides[i].conn.Close() // what was played is checked in the database
		}
	}
}
