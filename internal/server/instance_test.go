package server_test

import (
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// attempt is a hello that names the life of the program that says it, and which of its hellos it is.
func attempt(instance string, n int64) func(*wire.Hello) {
	return func(h *wire.Hello) { h.Instance, h.Attempt = instance, n }
}

// A hello of a connection that the device has left may arrive after that of the connection that it has left it for.
func TestALateHelloDoesNotTakeOver(t *testing.T) {
	s := openShop(t, nil)
	bystander, _ := s.Enter("c-2", callout.Client, attempt("i-1", 1), func(h *wire.Hello) { h.Device = "d-c-1" })
	left := s.Dial("/v1/socket")
	present, _ := s.Enter("c-1", callout.Client, attempt("i-1", 2))
	late := wire.Hello{UserID: "c-1", Role: callout.Client, Device: "d-c-1", Resume: &wire.Resume{Seq: 1}}
	attempt("i-1", 1)(&late)
	left.Send(late)
	left.Command("lost", "o-1", callout.Cancelled)
	code, goodbye := left.Closed()
	if code != wire.Replaced || goodbye == nil || goodbye.Code != wire.Replaced || goodbye.Reconnect {
		t.Errorf("the late session ends with %d, %+v", code, goodbye)
	}
	place(present, "p-9", "o-9", "s-9")
	if e := present.Event(); e.Seq != 5 || e.CommandID != "p-9" {
		t.Errorf("the event is %+v", e)
	}
	answers(t, bystander)

	next, _ := s.Enter("c-1", callout.Client, attempt("i-1", 3), resume(5, ""))
	endsWith(t, present, wire.Replaced)
	answers(t, next)
}

func TestWhoIsNotKnownToBeLateTakesOver(t *testing.T) {
	for name, test := range map[string]struct{ former, later func(*wire.Hello) }{
		"another life":         {attempt("i-1", 7), attempt("i-2", 1)},
		"the same attempt":     {attempt("i-1", 2), attempt("i-1", 2)},
		"one that says nought": {attempt("i-1", 2), attempt("", 0)},
		"after one of those":   {attempt("", 0), attempt("i-1", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			s := servertest.Start(t, nil)
			former, _ := s.Enter("c-1", callout.Client, test.former)
			later, _ := s.Enter("c-1", callout.Client, test.later)
			endsWith(t, former, wire.Replaced)
			answers(t, later)
		})
	}
}
