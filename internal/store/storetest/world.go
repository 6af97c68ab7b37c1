package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// The people of the tests.
var (
	ana  = callout.Actor{ID: "c-ana", Role: callout.Client}
	ben  = callout.Actor{ID: "c-ben", Role: callout.Client}
	sam  = callout.Actor{ID: "s-sam", Role: callout.Serviceman}
	sue  = callout.Actor{ID: "s-sue", Role: callout.Serviceman}
	sid  = callout.Actor{ID: "s-sid", Role: callout.Serviceman}
	olga = callout.Actor{ID: "o-olga", Role: callout.Operator}
)

// tb is what a test and a property have in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
	Context() context.Context
}

// world is a store and what a test needs around it.
type world struct {
	t     tb
	s     Store
	users store.Users // set by Run
	clock *clock
	rules callout.Rules
	ids   int // of commands so far
}

func newWorld(t tb, s Store, c *clock) *world {
	return &world{t: t, s: s, clock: c, rules: callout.DefaultRules()}
}

// clock stands still unless it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock {
	return &clock{at: time.Date(2026, 3, 1, 9, 30, 0, 123e6, time.UTC)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// place is a command that places an order with one priced service.
func (w *world) place(client callout.Actor, orderID string, receivers ...callout.Actor) callout.Command {
	c := w.say(client, orderID, callout.Placed)
	c.Extra = callout.Extra{Services: []callout.Service{{Service: "paint a wall", Quantity: 2, UnitPrice: 45_00}}, Currency: "EUR"}
	for _, r := range receivers {
		c.Receivers = append(c.Receivers, r.ID)
	}
	return c
}

// say is a command with a new id and as much beside the status as it takes to be allowed.
func (w *world) say(sender callout.Actor, orderID string, status callout.Status) callout.Command {
	w.ids++
	c := callout.Command{ID: fmt.Sprintf("command-%d", w.ids), Sender: sender, OrderID: orderID, Status: status}
	switch {
	case status == callout.Payment:
		c.Extra.Method = callout.UPI
	case status == callout.Cancelled, sender.Role == callout.Operator:
		c.Extra.Reason = "so be it"
	case status == callout.Extended:
		c.Classic = true
	}
	return c
}

// do commits the commands as one group. The rules have to allow each of them.
func (w *world) do(cmds ...callout.Command) []wire.Event {
	w.t.Helper()
	rows, _ := w.commit(cmds...)
	return rows
}

// commit is do, with the records that it wrote.
func (w *world) commit(cmds ...callout.Command) ([]wire.Event, []store.Record) {
	w.t.Helper()
	var records []store.Record
	var err error
	rows, commitErr := w.s.Commit(w.t.Context(), groupOf(cmds), func(l store.Loaded) []store.Record {
		records, err = w.decide(l, cmds)
		return records
	})
	if commitErr != nil {
		w.t.Fatalf("commit: %v", commitErr)
	}
	if err != nil {
		w.t.Fatalf("decide: %v", err)
	}
	return rows, records
}

// decide is the ledger's work in small: it decides the commands one after the other, and all or none of them.
func (w *world) decide(l store.Loaded, cmds []callout.Command) ([]store.Record, error) {
	orders := maps.Clone(l.Orders)
	if orders == nil {
		orders = make(map[string]*callout.Order)
	}
	var records []store.Record
	for _, cmd := range cmds {
		events, err := w.rules.Apply(orders[cmd.OrderID], cmd, l.Now)
		if err != nil {
			return nil, fmt.Errorf("%s by %s on %s: %w", cmd.Status, cmd.Sender.ID, cmd.OrderID, err)
		}
		made, err := recordsOf(&cmd, events)
		if err != nil {
			return nil, err
		}
		records = append(records, made...)
		orders[cmd.OrderID] = &events[len(events)-1].Order
	}
	return records, nil
}

// recordsOf are the records of a command's events, the first of which is its own.
func recordsOf(cmd *callout.Command, events []callout.Event) ([]store.Record, error) {
	digest, err := cmd.Digest()
	if err != nil {
		return nil, err
	}
	var records []store.Record
	for i, e := range events {
		if i > 0 || cmd.Sender.Role == callout.System {
			digest = [16]byte{}
		}
		r, err := store.NewRecord(e, digest)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// groupOf names what the commands need.
func groupOf(cmds []callout.Command) store.Group {
	var g store.Group
	g.Commands = len(cmds)
	orders, keys := map[string]bool{}, map[store.Key]bool{}
	for _, c := range cmds {
		if !orders[c.OrderID] {
			orders[c.OrderID] = true
			g.Orders = append(g.Orders, c.OrderID)
			if c.Status == callout.Placed {
				g.Placed = append(g.Placed, c.OrderID)
			}
		}
		key := store.Key{SenderID: c.Sender.ID, CommandID: c.ID}
		if c.Sender.Role != callout.System && !keys[key] {
			keys[key] = true
			g.Keys = append(g.Keys, key)
		}
	}
	return g
}

// load reads what the store has of a group, and writes nothing.
func (w *world) load(g store.Group) store.Loaded {
	w.t.Helper()
	var loaded store.Loaded
	rows, err := w.s.Commit(w.t.Context(), g, func(l store.Loaded) []store.Record { loaded = l; return nil })
	if err != nil {
		w.t.Fatalf("load: %v", err)
	}
	if len(rows) > 0 {
		w.t.Fatalf("a commit of nothing returned %d rows", len(rows))
	}
	return loaded
}

// order reads one order, which has to exist.
func (w *world) order(id string) *callout.Order {
	w.t.Helper()
	o := w.load(store.Group{Orders: []string{id}}).Orders[id]
	if o == nil {
		w.t.Fatalf("order %s is not there", id)
	}
	return o
}

// inbox reads all rows of a user's inbox.
func (w *world) inbox(userID string) []wire.Event {
	w.t.Helper()
	rows, err := w.s.Page(w.t.Context(), userID, 0, 1<<20)
	if err != nil {
		w.t.Fatalf("page of %s: %v", userID, err)
	}
	return rows
}

// open reads what a session of the device starts from.
func (w *world) open(userID, device string, resume *wire.Resume) store.Snapshot {
	w.t.Helper()
	s, err := w.s.Open(w.t.Context(), userID, device, resume)
	if err != nil {
		w.t.Fatalf("open %s of %s: %v", device, userID, err)
	}
	return s
}

// same fails the test where got is not want. A list that is nil is the same as one that is empty.
func (w *world) same(what string, got, want any) {
	w.t.Helper()
	either := func(a, b json.RawMessage) bool { return len(a)+len(b) > 0 }
	sameBytes := cmp.FilterValues(either, cmp.Comparer(func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }))
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), sameBytes); diff != "" {
		w.t.Fatalf("%s (- want, + got):\n%s", what, diff)
	}
}

// gapless fails the test unless the rows are those of one user, numbered 1, 2, 3, …
func (w *world) gapless(userID string, rows []wire.Event) {
	w.t.Helper()
	for i, row := range rows {
		if row.Seq != int64(i)+1 || row.ReceiverID != userID {
			w.t.Fatalf("row %d of %s's inbox is number %d, for %s", i+1, userID, row.Seq, row.ReceiverID)
		}
	}
}
