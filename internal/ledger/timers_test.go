package ledger_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
)

// walk takes an order from nothing to a status whose timer runs.
func (b *bench) walk(order string, to callout.Status) {
	b.t.Helper()
	steps := []callout.Command{
		place("p", order, sam), say("a", sam, order, callout.Accepted), say("s", ana, order, callout.Started),
		say("c", sam, order, callout.OrderChanged), say("d", ana, order, callout.ChangeDeclined),
		say("m", ana, order, callout.Payment), say("v", sam, order, callout.PaymentVerification),
	}
	for _, cmd := range steps {
		cmd.ID = order + "-" + cmd.ID
		if cmd.Status == callout.Payment {
			cmd.Extra.Method = callout.Cash
		}
		b.must(cmd)
		if cmd.Status == to {
			return
		}
	}
}

func (b *bench) last(user string) callout.Status {
	rows := b.inbox(user)
	return rows[len(rows)-1].Status
}

func TestTimersFireWhenTheirTimeIsUpAndNotBefore(t *testing.T) {
	for _, timer := range []struct {
		waits  callout.Status
		after  time.Duration
		brings callout.Status
	}{
		{callout.Placed, 10 * time.Minute, callout.Expired},
		{callout.OrderChanged, 10 * time.Minute, callout.ChangeDeclined},
		{callout.PaymentVerification, 24 * time.Hour, callout.OrderComplete},
	} {
		t.Run(timer.brings.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sweep := timer.after / 100
				b := start(t, fresh(t), func(c *ledger.Config) { c.Sweep, c.AckEvery = sweep, time.Hour })
				b.walk("o", timer.waits)
				<-time.After(timer.after - 2*sweep)
				synctest.Wait()
				if got := b.last(ana.ID); got != timer.waits {
					t.Fatalf("before its time the order is %s", got)
				}
				<-time.After(4 * sweep)
				synctest.Wait()
				if got := b.last(ana.ID); got != timer.brings {
					t.Fatalf("after its time the order is %s, not %s", got, timer.brings)
				}
				if err := b.end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Otherwise a late copy of the command could take effect after the clock has been set back.
func TestAnOfferIsOverOnceACommandToAcceptItCameTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, fresh(t), func(c *ledger.Config) { c.Sweep, c.AckEvery = time.Hour, time.Hour })
		b.walk("o", callout.Placed)
		<-time.After(10 * time.Minute)
		wantRefusal(t, b.do(say("late", sam, "o", callout.Accepted)), callout.Conflict)
		if got := b.last(ana.ID); got != callout.Expired {
			t.Errorf("the order is %s", got)
		}
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestTimersSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := fresh(t)
		b := start(t, path, nil)
		b.walk("offer", callout.Placed)
		b.walk("change", callout.OrderChanged)
		b.walk("paid", callout.PaymentVerification)
		if err := b.end(); err != nil {
			t.Fatal(err)
		}
		<-time.After(48 * time.Hour)
		again := start(t, path, nil)
		<-time.After(time.Second)
		synctest.Wait()
		for order, want := range map[string]callout.Status{
			"offer": callout.Expired, "change": callout.ChangeDeclined, "paid": callout.OrderComplete,
		} {
			events, err := again.db.Events(t.Context(), order)
			if err != nil || events[len(events)-1].Status != want {
				t.Errorf("order %s has %d events (%v), not up to %s", order, len(events), err, want)
			}
		}
		if err := again.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestATimerThatWasOvertakenDoesNothing(t *testing.T) {
	b := start(t, fresh(t), nil)
	b.walk("o", callout.OrderChanged)
	wantRefusal(t, b.do(callout.TimerCommand("o", 4, callout.ChangeDeclined)), callout.Conflict) // not due yet
	wantRefusal(t, b.do(callout.TimerCommand("o", 3, callout.ChangeDeclined)), callout.Conflict) // of an older version
}
