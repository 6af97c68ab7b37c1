package server

import (
	"math/rand/v2"
	"testing"
	"time"
)

// woken reports whether a connection has been woken since it was last asked.
func woken(c *conn) bool {
	select {
	case <-c.signal:
		return true
	default:
		return false
	}
}

func newAlarmed() *conn { return &conn{signal: make(chan struct{}, 1)} }

func TestTheWheelWakesInTimeAndOnce(t *testing.T) {
	w := newWheel()
	dice := rand.New(rand.NewPCG(1, 2))
	const most = 3 * wheelSlots * wheelTick // some come around more than once
	due := make(map[*conn]time.Duration)
	for range 2000 {
		c := newAlarmed()
		due[c] = time.Duration(dice.Int64N(int64(most)))
		w.set(c, w.start.Add(due[c]))
	}
	for now := time.Duration(0); len(due) > 0; now += time.Duration(dice.Int64N(int64(wheelTick * 20))) {
		next := w.ring(w.start.Add(now)).Sub(w.start)
		for c, at := range due {
			switch {
			case woken(c) && at > now:
				t.Fatalf("an alarm of %s rings at %s", at, now)
			case c.alarm.tick.Load() == 0:
				delete(due, c)
			case at < now-wheelTick:
				t.Fatalf("an alarm of %s has not rung by %s", at, now)
			case next > at+wheelTick:
				t.Fatalf("at %s the next alarm is to ring at %s, and one is due at %s", now, next, at)
			}
		}
	}
	if w.alarms != 0 {
		t.Errorf("%d alarms are left", w.alarms)
	}
}

func TestAnEarlierAlarmStaysAndALaterOneGivesWay(t *testing.T) {
	w := newWheel()
	c, other := newAlarmed(), newAlarmed()
	second := func(n int) time.Time { return w.start.Add(time.Duration(n) * time.Second) }
	w.set(c, second(20))
	w.set(other, second(20))
	w.set(c, second(10)) // earlier: instead
	w.set(c, second(30)) // later: whoever is woken too early sets it again
	w.ring(second(11))
	if !woken(c) || woken(other) {
		t.Error("the earlier alarm has not rung alone")
	}
	w.remove(other)
	w.remove(c) // it is not set any more
	if w.ring(second(21)); woken(other) || woken(c) || w.alarms != 0 {
		t.Error("an alarm has rung that was taken back")
	}
	w.set(c, second(5)) // in the past: soon
	if w.ring(second(22)); !woken(c) {
		t.Error("an alarm of the past does not ring")
	}
}
