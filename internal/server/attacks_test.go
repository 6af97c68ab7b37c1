package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// The attackers. Each has a good token of their own.
var (
	otherClient = callout.Actor{ID: "c-2", Role: callout.Client}     // has an order of their own
	newClient   = callout.Actor{ID: "c-8", Role: callout.Client}     // has none
	newMan      = callout.Actor{ID: "s-5", Role: callout.Serviceman} // was never offered anything
	offered     = callout.Actor{ID: "s-2", Role: callout.Serviceman} // has o-2 on offer
	loser       = callout.Actor{ID: "s-8", Role: callout.Serviceman} // lost o-4
	decliner    = callout.Actor{ID: "s-9", Role: callout.Serviceman} // declined o-4
	late        = callout.Actor{ID: "s-7", Role: callout.Serviceman} // let o-5 expire
	assigned    = callout.Actor{ID: "s-1", Role: callout.Serviceman} // has o-3 and o-4, and o-1 on offer
	staff       = callout.Actor{ID: "op-1", Role: callout.Operator}  // may read everything
	victim      = callout.Actor{ID: "c-1", Role: callout.Client}     // whose orders they are
	turncoat    = callout.Actor{ID: "c-1", Role: callout.Serviceman} // the victim, whose token is of another role
	pretender   = callout.Actor{ID: "s-1", Role: callout.Client}     // s-1 with a token of a client
	namesake    = callout.Actor{ID: "C-1", Role: callout.Client}     // whose name differs in its case
	lookalike   = callout.Actor{ID: "c-1.", Role: callout.Client}    // whose name begins like the victim's
	wildcard    = callout.Actor{ID: "_-1", Role: callout.Client}     // whose name is a pattern of SQL
)

// The order that they see in an answer.
const (
	nothing = ""
	lost    = `{"id":"o-4","version":6,"statusCode":1010}`
	expired = `{"id":"o-5","version":2,"statusCode":1003}`
)

// TestNobodyTouchesWhatIsNotTheirs: the attacks that are a command. Each is refused, changes nothing, and shows no more of the
// order than its sender may see; other refusals are in refusals_test.go.
func TestNobodyTouchesWhatIsNotTheirs(t *testing.T) {
	f := openFort(t)
	before := f.holdings()
	type attack struct {
		name  string
		by    callout.Actor
		frame string
		want  callout.Code
		shown string
	}
	attacks := []attack{
		{"cancel another's order", otherClient, says("o-1", 1008, ""), callout.NotFound, nothing},
		{"cancel it at its version", otherClient, says("o-1", 1008, `,"version":1`), callout.NotFound, nothing},
		{"cancel it for a reason", otherClient, says("o-1", 1008, `,"extra":{"reason":"x"}`), callout.NotFound, nothing},
		{"cancel it under a name in another case", namesake, says("o-1", 1008, ""), callout.NotFound, nothing},
		{"cancel it under a name that begins alike", lookalike, says("o-1", 1008, ""), callout.NotFound, nothing},
		{"cancel it under a name that is a pattern", wildcard, says("o-1", 1008, ""), callout.NotFound, nothing},
		{"cancel all by a pattern", otherClient, says("o-_", 1008, ""), callout.NotFound, nothing},
		{"start another's work", otherClient, says("o-4", 1005, ""), callout.NotFound, nothing},
		{"complete another's order", otherClient, says("o-4", 1009, ""), callout.NotFound, nothing},
		{"accept what is on offer to others", newMan, says("o-1", 1004, ""), callout.NotFound, nothing},
		{"accept what is on offer to others, naming oneself", newMan, says("o-1", 1004, `,"receivers":["s-5"]`), callout.NotFound, nothing},
		{"accept a second offer that is another's", offered, says("o-1", 1004, ""), callout.NotFound, nothing},
		{"accept as a client", otherClient, says("o-1", 1004, ""), callout.NotFound, nothing},
		{"accept one's own order, as its client", victim, says("o-2", 1004, ""), callout.NotFound, nothing},
		{"decline for others", newMan, says("o-1", 1014, ""), callout.NotFound, nothing},
		{"verify a payment to another", newMan, says("o-4", 1011, ""), callout.NotFound, nothing},
		{"reject a payment to another", loser, says("o-4", 1013, ""), callout.Forbidden, lost},
		{"accept after the loss", loser, says("o-4", 1004, ""), callout.Conflict, lost},
		{"accept after the loss, at the version", loser, says("o-4", 1004, `,"version":6`), callout.Conflict, lost},
		{"accept after declining", decliner, says("o-4", 1004, ""), callout.Conflict, lost},
		{"accept after the end", late, says("o-5", 1004, ""), callout.Conflict, expired},
		{"cancel for the winner", loser, says("o-4", 1008, `,"extra":{"reason":"x"}`), callout.Forbidden, lost},
		{"act as a client with a serviceman's token", turncoat, says("o-1", 1008, ""), callout.NotFound, nothing},
		{"act as a serviceman with a client's token", pretender, says("o-4", 1011, ""), callout.NotFound, nothing},
		{"place an order as a serviceman", loser, says("o-9", 1001, `,"receivers":["s-9"]`), callout.Forbidden, nothing},
		{"place an order as an operator", staff, says("o-9", 1001, `,"receivers":["s-9"]`), callout.Forbidden, nothing},
		{"place another's order anew", otherClient, says("o-1", 1001, `,"receivers":["s-9"]`), callout.Conflict, nothing},
		{"place another's order anew, as its serviceman", pretender, says("o-4", 1001, `,"receivers":["s-9"]`), callout.Conflict, nothing},
		{"offer an order to the server", newClient, says("o-9", 1001, `,"receivers":["system"]`), callout.Invalid, nothing},
		{"be the system: expire an offer", otherClient, says("o-2", 1003, `,"version":1`), callout.Forbidden, "party"},
		{"be the system: broadcast", otherClient, says("o-2", 1002, `,"version":1`), callout.Forbidden, "party"},
		{"be the system by the id of its command", otherClient, strings.Replace(says("o-2", 1003, `,"version":1`), `"x"`, `"o-2/1/1003"`, 1), callout.Forbidden, "party"},
		{"send another's command once more", otherClient, strings.Replace(says("o-3", 1005, ""), `"x"`, `"b-3"`, 1), callout.NotFound, nothing},
		{"send another's PLACED once more", otherClient, strings.Replace(says("o-1", 1001, `,"receivers":["s-1"]`), `"x"`, `"p-1"`, 1), callout.Conflict, nothing},
		{"send the serviceman's command once more, as the client", victim, strings.Replace(says("o-3", 1004, ""), `"x"`, `"a-3"`, 1), callout.Forbidden, "party"},
		{"use another's command id", newClient, strings.Replace(says("o-1", 1008, ""), `"x"`, `"p-1"`, 1), callout.NotFound, nothing},
		{"cancel without a reason, as an operator", staff, says("o-1", 1008, ""), callout.Invalid, "party"},
		{"cancel for a reason of blanks, as an operator", staff, says("o-1", 1008, `,"extra":{"reason":" \u00a0\u2003"}`), callout.Invalid, "party"},
		{"verify without a reason, as an operator", staff, says("o-4", 1011, ""), callout.Invalid, "party"},
		{"accept as an operator", staff, says("o-1", 1004, ""), callout.Forbidden, "party"},
		{"reject a payment as an operator", staff, says("o-4", 1013, `,"extra":{"reason":"x"}`), callout.Forbidden, "party"},
		{"complete as an operator", staff, says("o-4", 1009, `,"extra":{"reason":"x"}`), callout.Forbidden, "party"},
		{"pay less", victim, says("o-3", 1010, `,"extra":{"method":"cash","amount":1}`), callout.Conflict, "party"},
		{"verify another amount", assigned, says("o-4", 1011, `,"extra":{"amount":1}`), callout.Conflict, "party"},
	}
	for code := 1002; code <= 1014; code++ {
		for _, by := range []callout.Actor{otherClient, newClient, newMan, offered, turncoat} {
			attacks = append(attacks, attack{fmt.Sprintf("say %d of another's order as %s", code, by.ID), by, says("o-4", code, `,"extra":{"reason":"x"}`), callout.NotFound, nothing})
		}
		for by, order := range map[callout.Actor]string{loser: lost, decliner: lost, late: expired} {
			want, id := callout.Forbidden, order[len(`{"id":"`):][:len("o-4")]
			if code == 1004 || code == 1014 {
				want = callout.Conflict
			}
			attacks = append(attacks, attack{fmt.Sprintf("say %d of a lost order as %s", code, by.ID), by, says(id, code, `,"extra":{"reason":"x"}`), want, order})
		}
	}
	spies := make(map[callout.Actor]spy)
	for _, a := range attacks {
		if _, open := spies[a.by]; !open {
			spies[a.by], _ = f.enter(a.by)
		}
		t.Run(a.name, func(t *testing.T) {
			f, s := f.in(t), spies[a.by].in(t)
			s.Text(a.frame)
			shown := s.refused(a.want)
			if a.shown == "party" {
				if !strings.Contains(shown, `"clientId"`) {
					t.Errorf("the answer shows %s", shown)
				}
			} else if shown != a.shown {
				t.Errorf("the answer shows %s, not %s", shown, a.shown)
			}
			f.unharmed(before)
		})
	}
	for _, by := range []callout.Actor{newClient, newMan, loser, decliner, late, namesake, lookalike, wildcard} {
		spies[by].sawNone(forOffersToo)
	}
	spies[offered].sawNone(forPartiesAlone)
}

// TestTwoUsersMayUseTheSameCommandID and neither hears of the other.
func TestTwoUsersMayUseTheSameCommandID(t *testing.T) {
	f := openFort(t)
	before := f.holdings()
	s, _ := f.enter(newClient)
	s.Text(strings.Replace(says("o-9", 1001, `,"receivers":["s-5"]`), `"x"`, `"p-1"`, 1)) // c-1's id of its PLACED of o-1
	e, ok := s.hears().(wire.Event)
	if !ok || e.OrderID != "o-9" || e.Repeat || e.CommandID != "p-1" || e.SenderID != "c-8" {
		t.Errorf("the answer is %+v", e)
	}
	man, _ := f.enter(newMan, resume(0, ""))
	if e, ok := man.hears().(wire.Event); !ok || e.OrderID != "o-9" || e.CommandID != "" {
		t.Errorf("to another the event says %+v", e)
	}
	before.Heads["c-8"], before.Heads["s-5"], before.Events["o-9"] = 1, 1, 1
	f.unharmed(before)

	theirs, _ := f.enter(victim) // and its own repeat finds its own event
	theirs.Command("b-3", "o-3", callout.Started)
	if e, ok := theirs.hears().(wire.Event); !ok || !e.Repeat || e.OrderID != "o-3" || e.Status != callout.Started {
		t.Errorf("the answer is %+v", e)
	}
	f.unharmed(before)
}

// TestWhoseOfferIsClosedSeesNoMoreThanThat: whoever lost, declined, or was too late comes back on every kind of device.
func TestWhoseOfferIsClosedSeesNoMoreThanThat(t *testing.T) {
	f := openFort(t)
	before := f.holdings()
	for by, id := range map[callout.Actor]string{loser: "o-4", decliner: "o-4", late: "o-5"} {
		for name, hello := range map[string]func(*wire.Hello){
			"from the beginning":        resume(0, ""),
			"as a new device":           func(h *wire.Hello) { h.Device = "new" },
			"as one that is ahead":      resume(99, id+"/99"),
			"as one with another event": resume(1, "o-1/1"),
		} {
			t.Run(by.ID+" "+name, func(t *testing.T) {
				f := f.in(t)
				s, welcome := f.enter(by, hello)
				if len(welcome.Orders) != 0 {
					t.Errorf("he is told of %+v", welcome.Orders)
				}
				for seq := welcome.From + 1; seq <= welcome.Seq; seq++ {
					e, ok := s.hears().(wire.Event)
					if !ok || e.Seq != seq || string(e.Extra) != "{}" {
						t.Fatalf("event %d is %+v", seq, e)
					}
					closed := fmt.Sprintf(`{"id":%q,"version":%d,"statusCode":%d}`, id, e.Version, order(t, e.Order).Status)
					wasOpen := e.Status == callout.Placed || e.Status == callout.Broadcasted
					if isClosed := string(e.Order) == closed; isClosed == wasOpen || isClosed && e.SenderID != "" {
						t.Errorf("of %s he sees %s, by %q", e.Status, e.Order, e.SenderID)
					}
				}
				answers(t, s.Peer)
				s.sawNone(forPartiesAlone)
				f.unharmed(before)
			})
		}
	}
}
