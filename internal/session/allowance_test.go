package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
)

func TestMoreCommandsThanASessionMaySendAreToComeAgain(t *testing.T) {
	w := newWorld(t, ana)
	w.config.Commands, w.config.Rate, w.config.Burst = 100, 2, 3
	w.connect("")
	w.forget()
	say := func(n int) {
		for range n {
			w.commands("mine", "o-9", callout.Started)
		}
		w.settle()
	}
	say(4)
	w.gets("error mine rate_limited", "error mine not_found", "error mine not_found", "error mine not_found")
	say(1)
	w.gets("error mine rate_limited")
	w.pass(500 * time.Millisecond)
	say(2)
	w.gets("error mine rate_limited", "error mine not_found")
	w.pass(time.Minute - 26*time.Second)
	w.forget()
	say(4) // no more than the burst is saved up
	w.gets("error mine rate_limited", "error mine not_found", "error mine not_found", "error mine not_found")
}
