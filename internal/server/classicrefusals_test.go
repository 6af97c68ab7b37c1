package server_test

import (
	"fmt"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

func TestAChangeIsAgreedToByAnAppThatHasHeardOfIt(t *testing.T) {
	s := servertest.Start(t, nil)
	man := openApp(t, s, bob)
	client := dialRaw(t, s, "/order?userId="+ann) // answers no ping unless told to
	var lastPing string
	next := func(code callout.Status) {
		t.Helper()
		for {
			op, payload := client.next()
			if op == ping {
				lastPing = string(payload)
				continue
			}
			frame, err := wire.DecodeServer(payload)
			if e, ok := frame.(wire.Event); err != nil || !ok || e.Status != code {
				t.Fatalf("instead of %v comes %s", code, payload)
			}
			return
		}
	}
	say := func(code int) {
		client.text(fmt.Sprintf(`{"orderId":%q,"statusCode":%d,"receivers":[%q,%q],"extra":{}}`, job, code, ann, bob))
	}
	say(1001)
	man.hears(job, callout.Placed, ann)
	man.says(job, 1004, ann)
	next(callout.Placed)
	next(callout.Accepted)
	say(1005)
	next(callout.Started)
	for range 2 {
		man.says(job, 1006, ann)
		next(callout.OrderChanged)
		say(1012)
		next(callout.Started)
	}
	man.says(job, 1006, ann)
	next(callout.OrderChanged)
	say(1007) // which change? it was never acknowledged: refused, and said once more
	next(callout.OrderChanged)
	if lastPing != "8" {
		t.Fatalf("the ping behind event 8 carries %q", lastPing)
	}
	client.write(masked(fin|pong, lastPing))
	say(1007)
	next(callout.Extended)
}

func TestWhatAnAppSendsWrongEndsItsSessionOrIsPassedOver(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	for name, frame := range map[string]string{
		"not JSON":         "what?",
		"an array":         "[]",
		"no code":          `{"orderId":"o-1","receivers":[],"extra":{}}`,
		"a code of words":  `{"orderId":"o-1","statusCode":"PLACED","extra":{}}`,
		"a code of 1004.5": `{"orderId":"o-1","statusCode":1004.5,"extra":{}}`,
		"an order id 7":    `{"orderId":7,"statusCode":"1008","extra":{}}`,
		"a hello":          hello(""),
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			p := s.Dial("/order?userId=c-8")
			p.Text(frame)
			if code, goodbye := p.Closed(); code != wire.Malformed || goodbye != nil {
				t.Errorf("the session ends with %d, %+v", code, goodbye)
			}
			s.unharmed(before)
		})
	}
}

func TestAnAppIsNotToldOfRefusalsThatSayNothingToIt(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	// One is no party; the other knows no more than that the order was placed, and would take that for a new order.
	nobody, client := openApp(t, s.Server, "c-8"), openApp(t, s.Server, "c-2")
	client.hears("o-2", callout.Placed, "c-2")
	for _, code := range []any{"1008", 1004, "999", "-1", "1003"} {
		nobody.says("o-2", code, "s-2")
		nobody.says("o-nowhere", code, "s-2")
	}
	nobody.Text(`{"orderId":"o-2","statusCode":"1008","receivers":[],"extra":"x"}`)
	client.says("o-2", "1005", "s-2")
	// What each hears next is of what it does next, and nothing else was written.
	nobody.says("o-9", "1001", "s-2")
	nobody.hears("o-9", callout.Placed, "c-8")
	client.says("o-2", "1008", "s-2")
	client.hears("o-2", callout.Cancelled, "c-2")
	before.Events["o-2"]++
	before.Events["o-9"]++
	before.Heads["c-2"]++
	before.Heads["s-2"] += 2
	s.unharmed(before)
}
