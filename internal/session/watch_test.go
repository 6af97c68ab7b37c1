package session_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

func TestOnlyOperatorsWatch(t *testing.T) {
	w := newWorld(t, ana)
	w.connect(`,"watch":true`)
	w.gets("goodbye 4103", "close 4103")
}

func TestAnOperatorIsToldOfWhatHappens(t *testing.T) {
	w := newWorld(t, callout.Actor{ID: "o-olga", Role: callout.Operator})
	w.connect(`,"watch":true`)
	w.forget()
	w.do(w.s.Watched(&wire.Watched{Events: []wire.Happened{{OrderID: "o-1", Version: 3, Status: callout.Started}}, Missed: true}))
	w.gets("watch o-1/3 missed")
}
