package callout_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
)

// TestWhatIsDueHappensAtItsTimeAndAtItsVersion for each of the three timers.
func TestWhatIsDueHappensAtItsTimeAndAtItsVersion(t *testing.T) {
	for from, c := range map[callout.Status]struct {
		due  callout.Status
		wait time.Duration
		next callout.Status
	}{
		callout.Placed:              {callout.Expired, 10 * time.Minute, callout.Expired},
		callout.OrderChanged:        {callout.ChangeDeclined, 10 * time.Minute, callout.Started},
		callout.PaymentVerification: {callout.OrderComplete, 24 * time.Hour, callout.OrderComplete},
	} {
		s := resting(t, from)
		timer, ok := s.order.Timer()
		if !ok || timer.Status != c.due || timer.Sender != system || timer.Version != s.order.Version {
			t.Fatalf("%s: the timer is %+v", from, timer)
		}
		if got := s.order.DueAt.Sub(s.order.UpdatedAt); got != c.wait {
			t.Errorf("%s is due after %v, want %v", from, got, c.wait)
		}
		apply := func(cmd callout.Command, now time.Time) callout.Code {
			_, err := s.rules.Apply(s.order, cmd, now)
			return codeOf(t, err)
		}
		if got := apply(timer, s.order.DueAt.Add(-time.Millisecond)); got != callout.Conflict {
			t.Errorf("%s: %s before its time: %q", from, c.due, got)
		}
		if got := apply(callout.TimerCommand("o-1", s.order.Version-1, c.due), s.order.DueAt); got != callout.Conflict {
			t.Errorf("%s: %s at another version: %q", from, c.due, got)
		}
		for _, other := range []callout.Status{callout.Expired, callout.ChangeDeclined, callout.OrderComplete} {
			if got := apply(callout.TimerCommand("o-1", s.order.Version, other), s.order.DueAt); (got == "") != (other == c.due) {
				t.Errorf("%s: the timer of %s: %q", from, other, got)
			}
		}
		events, err := s.rules.Apply(s.order, timer, s.order.DueAt)
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		if e := events[0]; e.Order.Status != c.next || e.Sender != system || e.CommandID != timer.ID || e.Order.DueEvent != 0 {
			t.Errorf("%s: what was due is %+v", from, e)
		}
	}
}

func TestNothingIsDueWhereNobodyIsWaitedFor(t *testing.T) {
	for _, status := range callout.Statuses() {
		if !status.Rests() {
			continue
		}
		o := resting(t, status).order
		waits := status == callout.Placed || status == callout.Broadcasted || status == callout.OrderChanged ||
			status == callout.PaymentVerification
		if _, ok := o.Timer(); ok != waits || o.DueAt.IsZero() == waits {
			t.Errorf("%s: is a timer set? %v, due at %v", status, ok, o.DueAt)
		}
	}
}

// TestTheOfferEndsWhenItsTimeIsUp to the millisecond, whether or not the sweeper has come by.
func TestTheOfferEndsWhenItsTimeIsUp(t *testing.T) {
	s := resting(t, callout.Broadcasted)
	accept := callout.Command{ID: "a", Sender: serviceman, OrderID: "o-1", Status: callout.Accepted}
	if _, err := s.rules.Apply(s.order, accept, s.order.DueAt); codeOf(t, err) != callout.Conflict {
		t.Errorf("accepted when the time was up: %v", err)
	}
	if _, err := s.rules.Apply(s.order, accept, s.order.DueAt.Add(-time.Microsecond)); err != nil {
		t.Errorf("refused in the last millisecond: %v", err)
	}
}

// TestADeclineDoesNotProlongTheOffer nor does the broadcast.
func TestADeclineDoesNotProlongTheOffer(t *testing.T) {
	s := begin(t).do(client, placed("s-1", "s-2", "s-3"))
	due := s.now.Add(10 * time.Minute)
	s.do(decliner, say(callout.OfferDeclined))
	if !s.order.DueAt.Equal(due) || s.order.DueEvent != callout.Expired {
		t.Errorf("due at %v, want %v", s.order.DueAt, due)
	}
}

// TestTimeNeverGoesBack on an order, although the clock does.
func TestTimeNeverGoesBack(t *testing.T) {
	s := resting(t, callout.Accepted)
	before := s.order.UpdatedAt
	s.now = before.Add(-time.Hour)
	s.do(client, say(callout.Started))
	if at := s.last[0].At; !at.Equal(before) || !s.order.UpdatedAt.Equal(before) {
		t.Errorf("at %v, after an event at %v", at, before)
	}
	s.now = before.Add(-time.Hour)
	s.do(serviceman, say(callout.OrderChanged))
	if want := before.Add(10 * time.Minute); !s.order.DueAt.Equal(want) || !s.order.Change.DueAt.Equal(want) {
		t.Errorf("due at %v, want %v", s.order.DueAt, want)
	}
}

func TestTimesAreWholeMillisecondsInUTC(t *testing.T) {
	s := begin(t)
	s.rules.Offer = 1500 * time.Microsecond
	s.now = noon.Add(1234567 * time.Nanosecond).In(time.FixedZone("IST", 19800))
	s.do(client, placed("s-1"))
	for what, at := range map[string]time.Time{
		"at": s.last[0].At, "placed": s.order.PlacedAt, "due": s.order.DueAt, "updated": s.order.UpdatedAt,
	} {
		if at.Nanosecond()%1_000_000 != 0 || at.Location() != time.UTC {
			t.Errorf("%s: %v", what, at)
		}
	}
}
