package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// group is what one transaction decides. It may be decided more than once; the last time counts.
type group struct {
	rules   callout.Rules
	most    int // open orders of a client; 0: any number
	log     *slog.Logger
	items   []item
	answers []Answer
}

func (l *lane) group(items []item) group {
	return group{rules: l.config.Rules, most: l.config.OpenOrders, log: l.config.Log, items: items, answers: make([]Answer, len(items))}
}

// names lists what the group's transaction has to read, each once.
func (g *group) names() store.Group {
	orders := make(map[string]struct{}, len(g.items))
	placed := make(map[string]struct{})
	keys := make(map[store.Key]struct{}, len(g.items))
	placers := make(map[string]struct{})
	for i := range g.items {
		it := &g.items[i]
		orders[it.cmd.OrderID] = struct{}{}
		keys[it.key()] = struct{}{}
		if it.cmd.Status == callout.Placed {
			placed[it.cmd.OrderID] = struct{}{}
			if g.most > 0 {
				placers[it.cmd.Sender.ID] = struct{}{}
			}
		}
	}
	return store.Group{
		Commands: len(g.items), Orders: slices.Collect(maps.Keys(orders)), Placed: slices.Collect(maps.Keys(placed)),
		Keys: slices.Collect(maps.Keys(keys)), Placers: slices.Collect(maps.Keys(placers)),
	}
}

func (it *item) key() store.Key { return store.Key{SenderID: it.cmd.Sender.ID, CommandID: it.cmd.ID} }

// decide runs the rules on each command in turn, on the order as the one before it left it.
func (g *group) decide(loaded store.Loaded) []store.Record {
	records := make([]store.Record, 0, len(g.items)+len(g.items)/8) // some have two
	for i := range g.items {
		it := &g.items[i]
		if repeat, ok := loaded.Repeats[it.key()]; ok {
			g.answers[i] = it.repeated(repeat, loaded)
			continue
		}
		records = append(records, g.expire(it, loaded)...)
		decided, err := g.apply(it, loaded)
		if err != nil {
			refusal := refusalOf(err)
			if refusal.Code == callout.Internal {
				g.log.Error("a command could not be decided", "sender", it.cmd.Sender.ID, "command", it.cmd.ID, "err", err)
			}
			g.answers[i] = it.refused(refusal, loaded)
			if errors.Is(err, errTooManyOpen) {
				g.answers[i].limit = "open_orders"
			}
			continue
		}
		first := &decided[0]
		loaded.Repeats[it.key()] = store.Repeat{Digest: it.digest, OrderID: first.OrderID, Version: first.Version}
		loaded.Orders[it.cmd.OrderID] = &decided[len(decided)-1].Order
		g.answers[i] = Answer{OrderID: first.OrderID, Version: first.Version}
		if first.Status == callout.Accepted {
			g.answers[i].accepted = first.At.Sub(first.Order.PlacedAt)
		}
		records = append(records, decided...)
	}
	return records
}

// expire ends an offer whose time is up before a command to accept it is refused for that: a refusal is final, even if the
// clock is set back afterwards and a late copy of the command comes.
func (g *group) expire(it *item, loaded store.Loaded) []store.Record {
	order := loaded.Orders[it.cmd.OrderID]
	if it.cmd.Status != callout.Accepted || order == nil || order.DueEvent != callout.Expired || loaded.Now.Before(order.DueAt) {
		return nil
	}
	timer, _ := order.Timer()
	records, err := g.apply(&item{cmd: timer}, loaded)
	if err != nil {
		g.log.Error("an offer could not be ended", "order", order.ID, "err", err)
		return nil
	}
	loaded.Orders[order.ID] = &records[len(records)-1].Order
	return records
}

// apply decides one command, or takes what was foreseen.
func (g *group) apply(it *item, loaded store.Loaded) (records []store.Record, err error) {
	order := loaded.Orders[it.cmd.OrderID]
	if it.foreseen.holds(order, loaded.Now) {
		records = it.foreseen.records
	} else if records, err = it.apply(g.rules, order, loaded.Now); err != nil {
		return nil, err
	}
	return records, g.count(records, loaded.Open)
}

// errTooManyOpen marks the refusal of a PLACED by the limit of open orders.
var errTooManyOpen = errors.New("too many open orders")

// count holds a client to the number of orders that may be open, and keeps that number. Its refusal is not final: a late
// copy of the command may take effect once there is room.
func (g *group) count(records []store.Record, open map[string]int) error {
	first, last := &records[0], &records[len(records)-1].Order
	if g.most > 0 && first.Status == callout.Placed {
		if open[last.ClientID] >= g.most {
			return fmt.Errorf("%w: %w", errTooManyOpen, &callout.Error{
				Code: callout.RateLimited, Message: fmt.Sprintf("%d orders of yours are open; there are no more at once", g.most),
			})
		}
		open[last.ClientID]++
	}
	if last.Status.Ends() {
		open[last.ClientID]--
	}
	return nil
}

func (it *item) repeated(repeat store.Repeat, loaded store.Loaded) Answer {
	if repeat.Digest != it.digest {
		return it.refused(&callout.Error{
			Code: callout.Conflict, Message: "another command has been sent with this id",
		}, loaded)
	}
	return Answer{OrderID: repeat.OrderID, Version: repeat.Version, Repeated: true}
}

// refused answers with the order as its sender may see it now: as the commands before it in the group have left it.
func (it *item) refused(err *callout.Error, loaded store.Loaded) Answer {
	answer := Answer{Err: err}
	order := loaded.Orders[it.cmd.OrderID]
	if order == nil {
		return answer
	}
	answer.View = order.ViewFor(it.cmd.Sender)
	if answer.View != callout.NoView {
		if seen, err := json.Marshal(order.As(answer.View)); err == nil {
			answer.Order = seen
		}
	}
	return answer
}

// refusalOf is err as it may be told. What is no refusal is a mistake of ours and says nothing.
func refusalOf(err error) *callout.Error {
	var refusal *callout.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	}
	return &callout.Error{Code: callout.Internal, Message: "the command could not be decided"}
}
