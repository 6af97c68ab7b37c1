package server_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// A refusal carries the order as its sender may see it now: all of it, the offer, or that the offer is closed, or nothing.
func TestARefusalShowsTheOrderToThoseAloneWhomItConcerns(t *testing.T) {
	s := openShop(t, nil)
	client, _ := s.Enter("c-1", callout.Client)
	other, _ := s.Enter("c-2", callout.Client)
	offered, _ := s.Enter("s-1", callout.Serviceman)
	unknown, _ := s.Enter("s-9", callout.Serviceman)
	operator, _ := s.Enter("op-1", callout.Operator)
	before := s.state()
	const party, offer, nothing = callout.PartyView, callout.OfferView, callout.NoView
	for name, test := range map[string]struct {
		by    *servertest.Peer
		frame string
		want  callout.Code
		view  callout.View
	}{
		"a move that the table does not have":     {client, says("o-1", 1005, ""), callout.Conflict, party},
		"a move that is the serviceman's":         {client, says("o-1", 1004, ""), callout.Forbidden, party},
		"a move that is the system's":             {client, says("o-1", 1003, ""), callout.Forbidden, party},
		"a move of the client's, by a serviceman": {offered, says("o-1", 1005, ""), callout.Forbidden, offer},
		"no version of an order":                  {client, says("o-1", 1008, `,"version":7`), callout.Conflict, party},
		"a stale version":                         {client, says("o-3", 1010, `,"version":2,"extra":{"method":"cash"}`), callout.Conflict, party},
		"another amount":                          {client, says("o-3", 1010, `,"extra":{"method":"cash","amount":499}`), callout.Conflict, party},
		"an id used for something else":           {client, `{"type":"command","id":"p-1","orderId":"o-1","statusCode":1008}`, callout.Conflict, party},
		"an id used with other content":           {client, `{"type":"command","id":"b-3","orderId":"o-3","statusCode":1005,"extra":{"x":1}}`, callout.Conflict, party},
		"an order that exists already":            {client, says("o-1", 1001, `,"receivers":["s-9"]`), callout.Conflict, party},
		"a PLACED at a version":                   {client, says("o-9", 1001, `,"version":1,"receivers":["s-9"]`), callout.Conflict, nothing},
		"an order of another that exists":         {other, says("o-1", 1001, `,"receivers":["s-9"]`), callout.Conflict, nothing},
		"an order of another":                     {other, says("o-1", 1008, ""), callout.NotFound, nothing},
		"an order of another, at its version":     {other, says("o-1", 1008, `,"version":1`), callout.NotFound, nothing},
		"an order of another, in a bad command":   {other, says("o-1", 1008, `,"version":-1`), callout.Invalid, nothing},
		"an order that is not on offer to him":    {unknown, says("o-1", 1004, ""), callout.NotFound, nothing},
		"an order that a serviceman places":       {offered, says("o-9", 1001, `,"receivers":["s-9"]`), callout.Forbidden, nothing},
		"a cancellation without the reason":       {operator, says("o-2", 1008, ""), callout.Invalid, party},
		"an operator's acceptance":                {operator, says("o-2", 1004, ""), callout.Forbidden, party},
		"nobody's order":                          {client, says("o-nowhere", 1008, ""), callout.NotFound, nothing},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := s.in(t), test.by.In(t)
			p.Text(test.frame)
			e := p.Error()
			if e.Code != test.want {
				t.Errorf("the answer is %+v, not %s", e, test.want)
			}
			if e.Order == nil != (test.view == nothing) {
				t.Fatalf("the answer shows %q", e.Order)
			}
			if secret := bytes.Contains(e.Order, []byte(secretNote)); secret != (test.view == party) {
				t.Errorf("the answer shows %s", e.Order)
			}
			s.unharmed(before)
		})
	}
}

func TestAnOrderOfAnotherLooksLikeNone(t *testing.T) {
	s := openShop(t, nil)
	p, _ := s.Enter("c-2", callout.Client)
	for code := 1002; code <= 1014; code++ {
		p.Text(says("o-1", code, ""))
		theirs := p.Error()
		p.Text(says("o-0", code, ""))
		nobodys := p.Error()
		nobodys.Message = string(bytes.Replace([]byte(nobodys.Message), []byte("o-0"), []byte("o-1"), 1))
		if diff := cmp.Diff(nobodys, theirs); diff != "" {
			t.Errorf("%d: an order that there is not and another's are told apart:\n%s", code, diff)
		}
	}
}

func TestARepeatIsAnsweredByItsEvent(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	p, _ := s.Enter("c-1", callout.Client)
	for i := range 3 {
		p.Command("b-3", "o-3", callout.Started)
		e, ok := p.Next().(wire.Event)
		if !ok || !e.Repeat || e.Seq != 4 || e.CommandID != "b-3" || e.Status != callout.Started {
			t.Errorf("repeat %d is answered by %+v", i, e)
		}
	}
	s.unharmed(before)
}

func TestServicemenWhoLostSeeNothingButThat(t *testing.T) {
	s := openShop(t, nil)
	c9 := s.watch
	winner, _ := s.Enter("s-8", callout.Serviceman)
	loser, _ := s.Enter("s-9", callout.Serviceman)
	place(c9, "p-9", "o-9", "s-8", "s-9")
	winner.Event()
	winner.Event()
	winner.Command("a-9", "o-9", callout.Accepted)
	for i, want := range []callout.Status{callout.Placed, callout.Broadcasted, callout.Accepted} {
		e := loser.Event()
		if e.Status != want || e.Seq != int64(i+1) || bytes.Contains(e.Order, []byte(secretNote)) || string(e.Extra) != "{}" {
			t.Errorf("event %d is %s: %+v", i+1, e.Order, e)
		}
		if want == callout.Accepted {
			closedOffer(t, e.Order)
			if e.SenderID != "" {
				t.Errorf("he learns that %s has it", e.SenderID)
			}
		}
	}
	loser.Command("a-9", "o-9", callout.Accepted)
	e := loser.Error()
	if e.Code != callout.Conflict {
		t.Errorf("the answer is %+v", e)
	}
	closedOffer(t, e.Order)
}

func closedOffer(t testing.TB, shown []byte) {
	t.Helper()
	if want := fmt.Sprintf(`{"id":"o-9","version":3,"statusCode":%d}`, callout.Accepted); string(shown) != want {
		t.Errorf("he sees %s, not %s", shown, want)
	}
}
