package api

import (
	"testing"
	"time"

	"golang.org/x/time/rate"
)

func TestThePaceIsEachUsersOwnAndForgottenOnceTheyAreQuiet(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pace{perSecond: 2, burst: 3, users: make(map[string]*rate.Limiter)}
	allowed := func(user string, asks int) (n int) {
		for range asks {
			if p.allows(user, now) {
				n++
			}
		}
		return n
	}
	if a, b := allowed("a", 10), allowed("b", 2); a != 3 || b != 2 {
		t.Errorf("at once %d and %d", a, b)
	}
	now = now.Add(time.Second)
	if a := allowed("a", 10); a != 2 {
		t.Errorf("a second later %d", a)
	}
	now = now.Add(sweepPace)
	allowed("c", 1)
	if len(p.users) != 1 {
		t.Errorf("%d users are remembered", len(p.users))
	}
	p.perSecond = 0
	if n := allowed("d", 1000); n != 1000 {
		t.Errorf("without a limit %d", n)
	}
}
