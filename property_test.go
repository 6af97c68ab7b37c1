package callout_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/calloutd/callout"
)

// life is one order under random commands by random actors, with what must hold of it beside.
type life struct {
	rules callout.Rules
	order *callout.Order
	now   time.Time
	count int

	everOffered []string // in PLACED
	serviceman  string   // the first who accepted
}

// TestWhateverIsAskedTheRulesHold gives an order random commands, good and bad, under a clock that jumps both ways.
func TestWhateverIsAskedTheRulesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{rules: callout.DefaultRules(), now: noon}
		t.Repeat(map[string]func(*rapid.T){
			"time passes": l.passTime,
			"a command":   func(t *rapid.T) { l.give(t, anyCommand(t, l.order)) },
			"a move":      func(t *rapid.T) { l.give(t, l.anyMove(t)) },
			"another":     func(t *rapid.T) { l.give(t, l.anyMove(t)) },
			"moves agree": l.movesAgree,
			"": func(t *rapid.T) {
				if l.order != nil {
					l.check(t, l.order)
				}
			},
		})
	})
}

func (l *life) passTime(t *rapid.T) {
	if l.order != nil && !l.order.DueAt.IsZero() && rapid.Bool().Draw(t, "until it is due") {
		l.now = l.order.DueAt.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "ms")) * time.Millisecond)
		return
	}
	l.now = l.now.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(t, "jump")))
}

// give decides cmd, and holds the decision to what every decision must be.
func (l *life) give(t *rapid.T, cmd callout.Command) {
	l.count++
	cmd.ID = fmt.Sprintf("cmd-%d", l.count)
	order, asked := deepCopy(t, l.order), deepCopy(t, cmd)
	events, err := l.rules.Apply(l.order, cmd, l.now)
	again, errAgain := l.rules.Apply(l.order, cmd, l.now)
	same(t, "the same command on the same order decided twice", events, again)
	if codeOf(t, err) != codeOf(t, errAgain) {
		t.Fatalf("refused as %v, then as %v", err, errAgain)
	}
	decided := deepCopy(t, events)
	for i := range events {
		scribble(&again[i].Order)
	}
	same(t, "the order before", order, l.order)
	same(t, "the command", asked, cmd)
	same(t, "the events", decided, events)
	if err != nil {
		if events != nil {
			t.Fatalf("refused with %v, and yet there are events", err)
		}
		return
	}
	before := l.order
	for i := range events {
		l.follows(t, before, &events[i], cmd, i > 0)
		before = &events[i].Order
	}
	l.order = before
}

// follows holds one event to the order that it happened to.
func (l *life) follows(t *rapid.T, before *callout.Order, e *callout.Event, cmd callout.Command, byItself bool) {
	o := &e.Order
	if e.OrderID != cmd.OrderID || o.ID != cmd.OrderID || e.Version != o.Version || !e.At.Equal(o.UpdatedAt) {
		t.Fatalf("the event %+v is not of its order", e)
	}
	if byItself != (e.Sender == system) && cmd.Sender != system {
		t.Fatalf("sent by %v", e.Sender)
	}
	if !byItself && (e.Status != cmd.Status || e.CommandID != cmd.ID || e.Sender.ID != cmd.Sender.ID) {
		t.Fatalf("the event %+v is not what was asked for", e)
	}
	if before == nil {
		if o.Version != 1 || e.Status != callout.Placed {
			t.Fatalf("an order began with %s, version %d", e.Status, o.Version)
		}
		l.everOffered, l.serviceman = o.Receivers, ""
	} else {
		if o.Version != before.Version+1 {
			t.Fatalf("version %d follows %d", o.Version, before.Version)
		}
		if before.Status.Ends() {
			t.Fatalf("%s follows the end %s", e.Status, before.Status)
		}
		if e.At.Before(before.UpdatedAt) || o.ClientID != before.ClientID || !o.PlacedAt.Equal(before.PlacedAt) {
			t.Fatalf("%+v follows %+v", o, before)
		}
	}
	if l.serviceman == "" {
		l.serviceman = o.ServicemanID
	}
	l.checkTold(t, before, e)
}

// check holds an order to what every order must be.
func (l *life) check(t *rapid.T, o *callout.Order) {
	if !o.Status.Rests() {
		t.Fatalf("an order rests in %s", o.Status)
	}
	if o.ServicemanID != l.serviceman {
		t.Fatalf("the order of %q is now of %q", l.serviceman, o.ServicemanID)
	}
	if o.Total != sum(o.Services) || o.Change != nil && o.Change.Total != sum(o.Change.Services) {
		t.Fatalf("the total of %+v is %d", o.Services, o.Total)
	}
	holds := func(what string, is bool, in ...callout.Status) {
		if is != slices.Contains(in, o.Status) {
			t.Fatalf("%s: %v in %s", what, is, o.Status)
		}
	}
	holds("on offer", len(o.Receivers) > 0, callout.Placed, callout.Broadcasted)
	holds("a change is open", o.Change != nil, callout.OrderChanged)
	timers := []callout.Status{callout.Placed, callout.Broadcasted, callout.OrderChanged, callout.PaymentVerification}
	holds("something is due", o.DueEvent != 0, timers...)
	holds("it has a time", !o.DueAt.IsZero(), timers...)
	if o.Payment != nil && o.Payment.Amount != o.Total || o.ChangesDeclined > 5 || o.PaymentsRejected > 3 {
		t.Fatalf("the order is %+v", o)
	}
	all := append(slices.Clone(o.Receivers), o.Former...)
	if o.ServicemanID != "" {
		all = append(all, o.ServicemanID)
	}
	same(t, "those who ever were on offer", sorted(l.everOffered), sorted(all))
}

// checkTold holds who is told to who they are: everybody once, the sender and the parties always, and in no better view
// than they have of the order.
func (l *life) checkTold(t *rapid.T, before *callout.Order, e *callout.Event) {
	told := make(map[string]callout.View)
	for _, r := range e.To {
		if _, twice := told[r.UserID]; twice || r.UserID == callout.SystemID || r.View == callout.NoView {
			t.Fatalf("told %+v", e.To)
		}
		told[r.UserID] = r.View
		if r.UserID != operator.ID && r.View != e.Order.ViewOf(r.UserID) {
			t.Fatalf("%s sees %v, not %v", r.UserID, r.View, e.Order.ViewOf(r.UserID))
		}
	}
	must := []string{e.Order.ClientID}
	if e.Order.ServicemanID != "" {
		must = append(must, e.Order.ServicemanID)
	}
	if e.Sender != system {
		must = append(must, e.Sender.ID)
	}
	if before != nil && len(e.Order.Receivers) == 0 {
		must = append(must, before.Receivers...) // their offer has closed
	}
	if before == nil {
		must = append(must, e.Order.Receivers...)
	}
	for _, id := range must {
		if _, ok := told[id]; !ok {
			t.Fatalf("%s is not told of %s", id, e.Status)
		}
	}
}

func sum(services []callout.Service) int64 {
	var total int64
	for _, s := range services {
		total += s.Quantity * s.UnitPrice
	}
	return total
}

func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }

func same(t *rapid.T, what string, want, got any) {
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s: changed (-want +got):\n%s", what, d)
	}
}
