package sim

import (
	"encoding/json"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// frame takes what the server has said, and holds it to the protocol. The error ends the session.
func (p *peer) frame(data []byte) error {
	frame, err := wire.DecodeServer(data)
	if err != nil {
		p.broke("it is sent what is no frame: %v", err)
		return err
	}
	if _, welcome := frame.(wire.Welcome); welcome == p.began {
		if _, goodbye := frame.(wire.Goodbye); !goodbye {
			p.broke("a %T comes where none may (welcomed: %v)", frame, p.began)
		}
	}
	switch f := frame.(type) {
	case wire.Welcome:
		p.welcome(&f)
	case wire.Event:
		p.event(&f)
	case wire.Error:
		p.refusal(&f)
	case wire.Goodbye:
		p.note("hears goodbye: %d %s", f.Code, f.Reason)
		switch f.Code {
		case wire.Malformed, wire.Forbidden, wire.TokenExpired:
			p.broke("it is sent away: %d %s", f.Code, f.Reason)
		case wire.Replaced:
			if p.orderly {
				p.broke("it is replaced, and no later hello of its own can have done that")
			}
		}
	default:
		p.broke("a frame of no known type: %s", data)
	}
	return nil
}

func (p *peer) welcome(w *wire.Welcome) {
	p.note("is welcomed after %d, of %d", w.From, w.Seq)
	switch head := p.world.truth.head(p.user()); {
	case w.Reset:
		p.broke("it is reset, and the database is not an older one")
	case w.UserID != p.user() || w.Role != p.person.plan.actor.Role:
		p.broke("it is taken for %s, a %s", w.UserID, w.Role)
	case w.From > w.Seq || w.Seq > head:
		p.broke("it is welcomed after %d, of %d; the inbox has %d", w.From, w.Seq, head)
	case p.resumed >= 0 && w.From != p.resumed:
		p.broke("it resumes at %d and is welcomed after %d", p.resumed, w.From)
	}
	p.begins(w.From)
	p.began, p.got, p.acked = true, w.From, w.From
	for _, order := range w.Orders {
		p.world.truth.shown(p.name, &order)
		p.person.mind.see(order)
	}
	p.openOrders(w)
}

// openOrders holds the orders of a welcome against the inbox up to its seq: whatever has not ended there for the user is
// among them, and nothing else.
func (p *peer) openOrders(w *wire.Welcome) {
	if w.Role == callout.Operator {
		return
	}
	open := make(map[string]int64)
	rows := p.world.truth.inbox(p.user())
	for _, row := range rows[:min(w.Seq, int64(len(rows)))] {
		var order callout.Order
		if err := json.Unmarshal(row.Order, &order); err != nil {
			p.broke("the order of %s cannot be read: %v", row.Of(), err)
		}
		if order.Status.Ends() || order.ClientID == "" {
			delete(open, order.ID)
		} else {
			open[order.ID] = order.Version
		}
	}
	for _, order := range w.Orders {
		if version, ok := open[order.ID]; !ok || order.Version < version {
			p.broke("the welcome as of %d shows order %s at version %d; by the inbox it is at %d", w.Seq, order.ID, order.Version, version)
		}
		delete(open, order.ID)
	}
	if len(open) > 0 {
		p.broke("the welcome as of %d leaves out %v", w.Seq, open)
	}
}

func (p *peer) event(e *wire.Event) {
	p.note("hears %d: %s, %s (repeat: %v)", e.Seq, e.Of(), e.Status, e.Repeat)
	p.world.truth.told(p.name, p.user(), e)
	if e.CommandID != "" {
		p.person.outbox.decided(e.CommandID)
		p.world.outcomes.tookEffect(p.name, store.Key{SenderID: p.user(), CommandID: e.CommandID}, e.OrderID, e.Version)
	}
	if e.Repeat {
		if e.Seq > p.got {
			p.broke("number %d is repeated before it has come: the last was %d", e.Seq, p.got)
		}
		if p.asked[e.CommandID] == 0 || p.fakes[e.CommandID] {
			p.broke("command %q is answered once more, and was not sent in this session", e.CommandID)
		}
		return
	}
	if e.Seq != p.got+1 {
		p.broke("number %d comes after %d", e.Seq, p.got)
	}
	p.got, p.handled = e.Seq, max(p.handled, e.Seq)
	if most := int64(p.world.plan.server.Session.Window); p.got-p.acked > most {
		p.broke("%d events are under way unacknowledged; the window is %d", p.got-p.acked, most)
	}
	var order callout.Order
	if err := json.Unmarshal(e.Order, &order); err != nil {
		p.broke("the order of %s cannot be read: %v", e.Of(), err)
	}
	p.person.mind.see(order)
}

func (p *peer) refusal(e *wire.Error) {
	key := store.Key{SenderID: p.user(), CommandID: e.ID}
	if len(e.Order) > 0 {
		var order callout.Order
		if err := json.Unmarshal(e.Order, &order); err != nil {
			p.broke("the order of a refusal cannot be read: %v", err)
		}
		p.world.truth.shown(p.name, &order)
		p.person.mind.see(order)
	}
	if p.asked[e.ID] == 0 {
		p.broke("command %q is refused, and was not sent in this session, or has been answered", e.ID)
	}
	p.asked[e.ID]--
	switch {
	case p.fakes[e.ID] && e.Code.Final() && e.Code != callout.Conflict:
		p.broke("another command under the id %s, which is taken, is refused as %s", e.ID, e.Code)
	case p.fakes[e.ID] && e.Code.Final():
		p.note("hears that id %s is taken", e.ID)
	case e.Code.Final():
		p.person.outbox.decided(e.ID)
		p.world.outcomes.refused(p.name, key, e.Code, e.Message)
	default:
		p.note("hears nothing of %s: %s, %s", e.ID, e.Code, e.Message)
	}
}
