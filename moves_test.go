package callout_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/calloutd/callout"
)

// movesAgree holds Moves to Apply: with what it needs, a move that is listed is accepted, and one that is not is refused.
func (l *life) movesAgree(t *rapid.T) {
	if l.order == nil {
		return
	}
	who := rapid.SampledFrom(append(everybody, system, callout.Actor{ID: client.ID}, callout.Actor{ID: serviceman.ID})).Draw(t, "who")
	moves := l.order.Moves(who, l.now)
	for _, event := range callout.Statuses() {
		cmd := right(l.order, event)
		cmd.ID, cmd.Sender, cmd.OrderID, cmd.Version = "m", who, l.order.ID, l.order.Version
		_, err := l.rules.Apply(l.order, cmd, l.now)
		if listed := slices.Contains(moves, event); listed != (err == nil) {
			t.Fatalf("%s on %s by %v: listed %v, but Apply says %v", event, l.order.Status, who, listed, err)
		}
	}
	if who == system {
		return // it reads no views
	}
	now := l.now
	if now.Before(l.order.UpdatedAt) {
		now = l.order.UpdatedAt // which no view tells
	}
	if seen := received(t, l.order.As(l.order.ViewFor(who))).Moves(who, now); who.Role != "" && !slices.Equal(moves, seen) {
		t.Fatalf("%v on %s: %v by the order, but %v by the view of it", who, l.order.Status, moves, seen)
	}
}

// received is a view as it comes out of its JSON form.
func received(t tester, view callout.Order) callout.Order {
	data, err := json.Marshal(view)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var o callout.Order
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatalf("%v", err)
	}
	return o
}

func TestMovesOfAnOfferAreThoseOfTheServicemenOnOffer(t *testing.T) {
	s := resting(t, callout.Broadcasted)
	offer := received(t, s.order.As(callout.OfferView))
	want := []callout.Status{callout.Accepted, callout.OfferDeclined}
	if got := offer.Moves(serviceman, s.now); !slices.Equal(got, want) {
		t.Errorf("on offer: %v, want %v", got, want)
	}
	if got := offer.Moves(serviceman, offer.DueAt); !slices.Equal(got, want[1:]) {
		t.Errorf("when the time is up: %v, want %v", got, want[1:])
	}
	if got := offer.Moves(callout.Actor{ID: client.ID, Role: callout.Serviceman}, s.now); got != nil {
		t.Errorf("the client as a serviceman: %v", got)
	}
	for _, who := range []callout.Actor{idler, decliner} {
		if got := s.order.Moves(who, s.now); got != nil {
			t.Errorf("%s, whom the whole order does not have on offer: %v", who.ID, got)
		}
	}
	closed := received(t, s.order.As(callout.ClosedView))
	if got := closed.Moves(decliner, s.now); got != nil {
		t.Errorf("a closed offer: %v", got)
	}
}

func TestNobodyMovesNothing(t *testing.T) {
	for _, who := range append(everybody, system) {
		if got := (callout.Order{}).Moves(who, noon); got != nil {
			t.Errorf("%v: %v", who, got)
		}
	}
}

func TestALimitThatIsReachedIsNoMove(t *testing.T) {
	s := resting(t, callout.Started)
	for range 5 {
		s.do(serviceman, say(callout.OrderChanged)).do(client, say(callout.ChangeDeclined))
	}
	if got := received(t, s.order.As(callout.PartyView)).Moves(serviceman, s.now); got != nil {
		t.Errorf("after five declined changes: %v", got)
	}
	for range 3 {
		s.do(client, cash()).do(serviceman, say(callout.PaymentRejected))
	}
	s.do(client, cash())
	want := []callout.Status{callout.PaymentVerification}
	if got := received(t, s.order.As(callout.PartyView)).Moves(serviceman, s.now); !slices.Equal(got, want) {
		t.Errorf("after three rejected payments: %v, want %v", got, want)
	}
}

// TestAnOfferThatWasLateStaysLate when the clock is set back behind an event that came after its time.
func TestAnOfferThatWasLateStaysLate(t *testing.T) {
	s := resting(t, callout.Broadcasted)
	s.now = s.order.DueAt
	s.do(rival, say(callout.OfferDeclined))
	s.now = s.order.DueAt.Add(-time.Minute)
	s.refuse(callout.Conflict, serviceman, say(callout.Accepted))
	want := []callout.Status{callout.OfferDeclined}
	if got := s.order.Moves(serviceman, s.now); !slices.Equal(got, want) {
		t.Errorf("the moves are %v, want %v", got, want)
	}
}

// TestAnOfferThatEverybodyDeclinedIsNobodysMove in the moment before it expires.
func TestAnOfferThatEverybodyDeclinedIsNobodysMove(t *testing.T) {
	s := resting(t, callout.Placed).do(serviceman, say(callout.OfferDeclined))
	declined := s.last[0].Order
	for _, who := range []callout.Actor{serviceman, idler} {
		if got := declined.Moves(who, s.now); got != nil {
			t.Errorf("%s may %v", who.ID, got)
		}
	}
}
