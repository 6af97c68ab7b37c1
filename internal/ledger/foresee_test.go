package ledger_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

// standing is a clock that stands still unless it is moved on.
type standing struct{ passed atomic.Int64 }

func (s *standing) now() time.Time {
	return time.UnixMilli(1_800_000_000_000).Add(time.Duration(s.passed.Load()))
}

func (s *standing) pass(d time.Duration) { s.passed.Add(int64(d)) }

// waits submits a command, lets time pass while it waits for its turn, and gives what became of its order.
func (b *bench) waits(cmd callout.Command, clock *standing, wait time.Duration) (*callout.Error, callout.Event) {
	b.t.Helper()
	release := b.faulty.hold()
	answer := b.submit(cmd)
	clock.pass(wait)
	release()
	a := <-answer
	events, err := b.db.Events(b.t.Context(), cmd.OrderID)
	if err != nil {
		b.t.Fatal(err)
	}
	return a.Err, events[len(events)-1]
}

func TestAnOfferThatEndsWhileItsAcceptanceWaitsIsOver(t *testing.T) {
	clock := new(standing)
	b := startAt(t, fresh(t), clock.now, nil)
	b.must(place("p", "o", sam))
	clock.pass(10*time.Minute - time.Millisecond)
	refusal, last := b.waits(say("a", sam, "o", callout.Accepted), clock, time.Millisecond)
	if refusal == nil || last.Status != callout.Expired {
		t.Errorf("who was too late was told %v, and the order is %v", refusal, last.Status)
	}
}

func TestACommandHappensWhenItCameUnlessItWaitedLong(t *testing.T) {
	clock := new(standing)
	b := startAt(t, fresh(t), clock.now, nil)
	b.must(place("p", "o", sam))
	for _, step := range []struct {
		cmd  callout.Command
		wait time.Duration
		late bool
	}{
		{say("a", sam, "o", callout.Accepted), 900 * time.Millisecond, false},
		{say("s", ana, "o", callout.Started), 1100 * time.Millisecond, true},
	} {
		came := clock.now()
		refusal, last := b.waits(step.cmd, clock, step.wait)
		want := came
		if step.late {
			want = clock.now()
		}
		if refusal != nil || last.Status != step.cmd.Status || !last.At.Equal(want) {
			t.Errorf("%v, which waited %v, happened at %v, not %v (%v)", last.Status, step.wait, last.At, want, refusal)
		}
	}
}
