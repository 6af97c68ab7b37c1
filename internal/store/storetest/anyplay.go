package storetest

import (
	"fmt"
	"maps"
	"slices"
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
				waits := []time.Duration{0, time.Millisecond, time.Second, 1500 * time.Millisecond, time.Minute, 10 * time.Minute, 24 * time.Hour}
				c.advance(rapid.SampledFrom(waits).Draw(t, "wait"))
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
	p.commitBoth(p.anyGroup(t))
}

// anyGroup is what is committed at once: commands on any of the orders, and perhaps an acknowledgement.
func (p *play) anyGroup(t *rapid.T) (cmds []callout.Command, acks []store.Ack) {
	cmds = make([]callout.Command, rapid.IntRange(0, 8).Draw(t, "commands"))
	for i := range cmds {
		cmds[i] = p.anyCommand(t)
	}
	if rapid.Bool().Draw(t, "acks") {
		who := rapid.SampledFrom(p.actors).Draw(t, "who acknowledges").ID
		seq := rapid.IntRange(0, len(p.model.inboxes[who])).Draw(t, "up to")
		acks = []store.Ack{{UserID: who, Device: "phone", Seq: int64(seq), SeenAt: p.clock.now(), New: true}}
	}
	p.sent = append(p.sent, cmds...)
	return cmds, acks
}

// anyCommand is more often than not one that the rules allow, and sometimes one that was sent before.
func (p *play) anyCommand(t *rapid.T) callout.Command {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if kind == 9 && len(p.sent) > 0 {
		return rapid.SampledFrom(p.sent).Draw(t, "sent before")
	}
	ids := p.openIDs()
	if len(ids) < 3 || kind == 7 {
		ids = append(ids, fmt.Sprintf("%so-%d", p.prefix, len(p.model.orders)))
	}
	orderID := rapid.SampledFrom(ids).Draw(t, "order")
	o := p.model.orders[orderID]
	moves := p.moves(o)
	if kind == 8 || len(moves) == 0 {
		moves = p.anyMoves()
	}
	m := rapid.SampledFrom(moves).Draw(t, "move")
	cmd := p.say(m.by, orderID, m.status)
	if o != nil && rapid.Bool().Draw(t, "version is said") {
		cmd.Version = o.Version
	}
	if cmd.Status == callout.Placed {
		servicemen := rapid.SliceOfNDistinct(rapid.SampledFrom(p.actors[2:5]), 1, 3, rapid.ID).Draw(t, "receivers")
		for _, r := range servicemen {
			cmd.Receivers = append(cmd.Receivers, r.ID)
		}
	}
	adorn(t, &cmd)
	if kind == 6 {
		spoil(t, &cmd)
	}
	asSent(&cmd)
	return cmd
}

// anyMove is somebody's move, allowed or not.
type anyMove struct {
	by     callout.Actor
	status callout.Status
}

// moves are those that the order allows now, those that lead on many times over, so that most orders get far.
func (p *play) moves(o *callout.Order) []anyMove {
	if o == nil {
		return []anyMove{{p.actors[0], callout.Placed}, {p.actors[1], callout.Placed}}
	}
	var moves []anyMove
	for _, a := range p.actors {
		for _, s := range o.Moves(a, p.clock.now()) {
			times := 12
			if s == callout.Cancelled || s == callout.OfferDeclined {
				times = 1
			}
			moves = append(moves, slices.Repeat([]anyMove{{a, s}}, times)...)
		}
	}
	return moves
}

func (p *play) anyMoves() []anyMove {
	var moves []anyMove
	for _, s := range callout.Statuses() {
		for _, a := range p.actors {
			moves = append(moves, anyMove{a, s})
		}
	}
	return moves
}

// openIDs are the orders that have not ended.
func (p *play) openIDs() []string {
	return slices.DeleteFunc(p.model.orderIDs(), func(id string) bool { return p.model.orders[id].Status.Ends() })
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
	before := p.model
	rows, err := p.s.Commit(p.t.Context(), g, func(l store.Loaded) []store.Record {
		p.model = before.clone()
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
	if len(rows) == 0 {
		return
	}
	row := rows[p.ids%len(rows)]
	p.same("the row is matched", p.open(a.ID, "phone", &wire.Resume{Seq: row.Seq, Of: row.Of()}).Matches, true)
	for upTo := range rows {
		wanted := store.Wanted{UserID: a.ID, OrderID: row.OrderID, UpTo: int64(upTo)}
		got, found, err := p.s.Find(p.t.Context(), wanted)
		if err != nil {
			p.t.Fatalf("find: %v", err)
		}
		want, exists := p.model.find(wanted)
		p.same(fmt.Sprintf("%+v", wanted), []any{got, found}, []any{want, exists})
	}
}
