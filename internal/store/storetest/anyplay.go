package storetest

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// anyPlay plays any commands of a few people on a few orders, in any groups, and compares all that the store answers
// with what the rules say. All plays share one store; each has people and orders of its own.
func anyPlay(t *testing.T, s Store, c *clock) {
	plays := 0
	rapid.Check(t, func(t *rapid.T) {
		plays++
		p := newPlay(newWorld(t, s, c), fmt.Sprintf("play-%d.", plays))
		t.Repeat(map[string]func(*rapid.T){
			"commit": p.commitAny,
			"timers": p.commitTimers,
			"wait": func(t *rapid.T) {
				c.advance(time.Duration(rapid.IntRange(1, 900_000).Draw(t, "ms")) * time.Millisecond)
			},
		})
		p.compare()
	})
}

type play struct {
	*world
	prefix string
	actors []callout.Actor
	model  *model
	sent   []callout.Command
}

func newPlay(w *world, prefix string) *play {
	p := &play{world: w, prefix: prefix, model: newModel(w.rules)}
	for _, a := range []callout.Actor{ana, ben, sam, sue, sid, olga} {
		p.actors = append(p.actors, callout.Actor{ID: prefix + a.ID, Role: a.Role})
	}
	return p
}

func (p *play) commitAny(t *rapid.T) {
	p.t = t
	cmds := make([]callout.Command, rapid.IntRange(0, 6).Draw(t, "commands"))
	for i := range cmds {
		cmds[i] = p.anyCommand(t)
	}
	var acks []store.Ack
	if rapid.Bool().Draw(t, "acks") {
		who := rapid.SampledFrom(p.actors).Draw(t, "who acknowledges").ID
		seq := rapid.IntRange(0, len(p.model.inboxes[who])).Draw(t, "up to")
		acks = []store.Ack{{UserID: who, Device: "phone", Seq: int64(seq), SeenAt: p.clock.now()}}
	}
	p.commitBoth(cmds, acks)
	p.sent = append(p.sent, cmds...)
}

// anyCommand is one that the rules may allow, more often than not, and sometimes one that was sent before.
func (p *play) anyCommand(t *rapid.T) callout.Command {
	if len(p.sent) > 0 && rapid.IntRange(0, 9).Draw(t, "again") == 0 {
		return rapid.SampledFrom(p.sent).Draw(t, "sent before")
	}
	sender := rapid.SampledFrom(p.actors).Draw(t, "sender")
	orderID := fmt.Sprintf("%so-%d", p.prefix, rapid.IntRange(0, 5).Draw(t, "order"))
	o := p.model.orders[orderID]
	statuses := []callout.Status{callout.Placed}
	if o != nil {
		statuses = o.Moves(sender, p.clock.now())
	}
	if len(statuses) == 0 || rapid.IntRange(0, 9).Draw(t, "astray") == 0 {
		statuses = callout.Statuses()
	}
	cmd := p.say(sender, orderID, rapid.SampledFrom(statuses).Draw(t, "status"))
	cmd.Version = int64(rapid.IntRange(0, 1).Draw(t, "version is said"))
	if o != nil {
		cmd.Version *= o.Version
	}
	if cmd.Status == callout.Placed {
		servicemen := rapid.SliceOfNDistinct(rapid.SampledFrom(p.actors[2:5]), 1, 3, rapid.ID).Draw(t, "receivers")
		for _, r := range servicemen {
			cmd.Receivers = append(cmd.Receivers, r.ID)
		}
		cmd.Version = 0
	}
	return cmd
}

func (p *play) commitTimers(t *rapid.T) {
	p.t = t
	got, err := p.s.Due(t.Context(), 1<<20)
	if err != nil {
		t.Fatalf("due: %v", err)
	}
	mine := map[string]callout.Command{}
	var cmds []callout.Command
	for _, cmd := range got {
		if strings.HasPrefix(cmd.OrderID, p.prefix) {
			mine[cmd.OrderID] = cmd
			cmds = append(cmds, cmd)
		}
	}
	p.same("what is due", mine, p.model.due(p.clock.now()))
	p.commitBoth(cmds, nil)
}

// commitBoth decides the commands on what the store has loaded and on the model, and holds both to the same.
func (p *play) commitBoth(cmds []callout.Command, acks []store.Ack) {
	p.t.Helper()
	g := groupOf(cmds)
	g.Acks = acks
	var want []wire.Event
	var complaint string
	rows, err := p.s.Commit(p.t.Context(), g, func(l store.Loaded) []store.Record {
		records, problem := p.decideBoth(l, cmds)
		want, complaint = p.model.deliver(records), problem
		return records
	})
	if err != nil || complaint != "" {
		p.t.Fatalf("commit: %v %s", err, complaint)
	}
	for _, a := range acks {
		p.model.ack(a)
	}
	p.same("rows of the group", rows, want)
}

func (p *play) decideBoth(l store.Loaded, cmds []callout.Command) (all []store.Record, complaint string) {
	orders := make(map[string]*callout.Order)
	maps.Copy(orders, l.Orders)
	for _, cmd := range cmds {
		key := store.Key{SenderID: cmd.Sender.ID, CommandID: cmd.ID}
		before, committed := p.model.repeats[key]
		if repeat, found := l.Repeats[key]; found && (!committed || repeat != before) {
			return nil, fmt.Sprintf("%v is found as %v, it was %v", key, repeat, before)
		}
		if committed {
			continue
		}
		events, err := p.rules.Apply(orders[cmd.OrderID], cmd, l.Now)
		want, refusal := p.model.apply(cmd, p.clock.now())
		if fmt.Sprint(err) != fmt.Sprint(refusal) {
			return nil, fmt.Sprintf("%s on what was loaded: %v; on what was written: %v", cmd.Status, err, refusal)
		}
		if err != nil {
			continue
		}
		got, err := recordsOf(&cmd, events)
		if err != nil {
			return nil, err.Error()
		}
		p.same("records of "+cmd.Status.String(), got, want)
		orders[cmd.OrderID] = &events[len(events)-1].Order
		all = append(all, got...)
	}
	return all, ""
}

// compare asks the store everything and the model the same.
func (p *play) compare() {
	p.t.Helper()
	var users []string
	heads := map[string]int64{}
	for _, a := range p.actors {
		users = append(users, a.ID)
		if rows := p.model.inboxes[a.ID]; len(rows) > 0 {
			heads[a.ID] = int64(len(rows))
		}
		p.compareUser(a)
	}
	got, err := p.s.Heads(p.t.Context(), users)
	if err != nil {
		p.t.Fatalf("heads: %v", err)
	}
	for user, head := range got {
		if head == 0 {
			delete(got, user) // known by a device alone
		}
	}
	p.same("heads", got, heads)
	for _, id := range p.model.orderIDs() {
		p.same("order "+id, p.order(id), p.model.orders[id])
		events, err := p.s.Events(p.t.Context(), id)
		if err != nil {
			p.t.Fatalf("events: %v", err)
		}
		p.same("events of "+id, events, p.model.events[id])
	}
	var keys []store.Key
	for key := range p.model.repeats {
		keys = append(keys, key)
	}
	p.same("repeats", p.load(store.Group{Keys: keys}).Repeats, p.model.repeats)
}

func (p *play) compareUser(a callout.Actor) {
	p.t.Helper()
	rows, open := p.model.inboxes[a.ID], p.model.open(a.ID)
	p.same("the inbox of "+a.ID, p.inbox(a.ID), rows)
	p.mustStand(a, int64(len(rows)), len(open))
	cursor, known := p.model.cursors[device{a.ID, "phone"}]
	p.same("what "+a.ID+" starts from", p.open(a.ID, "phone", nil), store.Snapshot{
		Head: int64(len(rows)), Cursor: cursor, Known: known, Orders: open,
	})
	for i, row := range rows {
		p.same("the row is matched", p.open(a.ID, "phone", &wire.Resume{Seq: row.Seq, Of: row.Of()}).Matches, true)
		wanted := store.Wanted{UserID: a.ID, OrderID: row.OrderID, UpTo: int64(len(rows) - i)}
		got, found, err := p.s.Find(p.t.Context(), wanted)
		if err != nil {
			p.t.Fatalf("find: %v", err)
		}
		want, exists := p.model.find(wanted)
		p.same(fmt.Sprintf("%+v", wanted), []any{got, found}, []any{want, exists})
	}
}
