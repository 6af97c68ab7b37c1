package terminal

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

// path is a way through the table, played by scripts: the client's beside the servicemen's, which run one after another.
type path struct {
	name       string
	rules      callout.Rules // what is 0 is as usual
	client     string
	servicemen []string // of s-1, s-2, …
	events     []callout.Status
	says       []string // what the client, and then each serviceman, is shown among other things
}

var paths = []path{
	{
		name: "a whole order",
		client: `
			place to s-1 "Fix the kitchen tap" 1 50000 INR area "Indiranagar" address "12 Main Road" note "Ring twice" as o-1
			wait ACCEPTED
			start
			wait ORDER_CHANGED
			agree
			pay cash
			wait PAYMENT_VERIFICATION
			done`,
		servicemen: []string{`
			wait PLACED
			accept
			wait STARTED
			change "Fix the kitchen tap" 1 80000 because "needs a new washer"
			wait PAYMENT
			verify
			wait ORDER_COMPLETE`},
		events: []callout.Status{
			callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended, callout.Payment,
			callout.PaymentVerification, callout.OrderComplete,
		},
		says: []string{
			"s-1 asks to change the services: 800.00 INR instead of 500.00 INR — needs a new washer\n",
			"c-7 offers you an order: Fix the kitchen tap for 500.00 INR, in Indiranagar (on offer until ",
		},
	}, {
		name:       "cancelled by the client",
		client:     "place to s-1 as o-1\nwait ACCEPTED\ncancel",
		servicemen: []string{"wait PLACED\naccept\nwait CANCELLED"},
		events:     []callout.Status{callout.Placed, callout.Accepted, callout.Cancelled},
		says:       []string{"You call the order off\n", "c-7 calls the order off\n"},
	}, {
		name:       "cancelled by the serviceman",
		client:     "place to s-1 as o-1\nwait CANCELLED",
		servicemen: []string{"wait PLACED\naccept\n-cancel\ncancel because \"the van has broken down\""},
		events:     []callout.Status{callout.Placed, callout.Accepted, callout.Cancelled},
		says: []string{
			"s-1 calls the order off — the van has broken down\n", "Refused (invalid): because \"…\" is missing: CANCELLED needs a reason\n",
		},
	}, {
		name: "an extension declined, withdrawn, and agreed to",
		client: `
			place to s-1 tap 1 50000 INR as o-1
			wait ACCEPTED
			start
			wait ORDER_CHANGED
			refuse because "too dear"
			wait CHANGE_DECLINED
			wait ORDER_CHANGED
			agree`,
		servicemen: []string{`
			wait PLACED
			accept
			wait STARTED 20
			change tap 1 90000
			wait CHANGE_DECLINED
			change tap 1 70000
			withdraw because "not needed after all"
			change tap 1 80000 washer 2 500
			wait EXTENDED
			show`},
		events: []callout.Status{
			callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.ChangeDeclined, callout.OrderChanged,
			callout.ChangeDeclined, callout.OrderChanged, callout.Extended,
		},
		says: []string{
			"s-1 withdraws the change; work goes on for 500.00 INR — not needed after all\n",
			"c-7 refuses the change; work goes on for 500.00 INR — too dear\n",
		},
	}, {
		name: "a payment taken back, rejected, and paid again",
		client: `
			place to s-1 tap 1 500 JPY as o-1
			wait ACCEPTED
			start
			pay card reference "TX 1"
			takeback because "wrong card"
			pay upi amount 500
			wait PAYMENT_REJECTED
			pay cash
			wait PAYMENT_VERIFICATION
			done`,
		servicemen: []string{`
			wait PLACED
			accept
			wait PAYMENT_REJECTED
			wait PAYMENT
			reject because "nothing has come"
			wait PAYMENT
			verify amount 500
			wait 1009`},
		events: []callout.Status{
			callout.Placed, callout.Accepted, callout.Started, callout.Payment, callout.PaymentRejected, callout.Payment,
			callout.PaymentRejected, callout.Payment, callout.PaymentVerification, callout.OrderComplete,
		},
		says: []string{
			"s-1 says that the money has not arrived: 500 JPY are still due — nothing has come\n",
			"c-7 takes the payment back: 500 JPY are still due — wrong card\n",
		},
	}, {
		name: "an offer declined by one and accepted by the other",
		client: `
			place to s-1, s-2 tap 1 50000 INR as o-1
			wait BROADCASTED
			wait OFFER_DECLINED
			wait ACCEPTED`,
		servicemen: []string{"wait PLACED\ndecline because \"on leave\"", "wait BROADCASTED\naccept"},
		events: []callout.Status{
			callout.Placed, callout.Broadcasted, callout.OfferDeclined, callout.Accepted,
		},
		says: []string{"s-1 declines the offer; it is still on offer to s-2 — on leave\n", "You decline the offer\n", "You accept the order\n"},
	}, {
		name:       "an offer that the other has",
		client:     "place to s-1,s-2 as o-1\nwait ACCEPTED",
		servicemen: []string{"wait PLACED\naccept", "-raw 1004 on o-1 {}"},
		events:     []callout.Status{callout.Placed, callout.Broadcasted, callout.Accepted},
		says:       []string{"s-1 accepts the order\n", "You accept the order\n", "Refused (conflict): this offer is closed\no-1 is no longer on offer to you\n"},
	}, {
		name:       "declined by all",
		client:     "place to s-1,s-2 as o-1\nwait EXPIRED",
		servicemen: []string{"wait PLACED\ndecline", "wait PLACED\ndecline"},
		events: []callout.Status{
			callout.Placed, callout.Broadcasted, callout.OfferDeclined, callout.OfferDeclined, callout.Expired,
		},
		says: []string{"s-2 declines the offer; nobody is left\n"},
	}, {
		name:       "expired",
		client:     "place to s-1 as o-0\nwait ACCEPTED\nplace to s-1 within 1 as o-1\nwait EXPIRED on o-1",
		servicemen: []string{"wait PLACED\naccept\nwait EXPIRED on o-1"},
		events:     []callout.Status{callout.Placed, callout.Expired},
		says:       []string{"Nobody has accepted the order: it has expired\n", "Nobody has accepted in time: the offer is closed\n"},
	}, {
		name:   "left to the server's timers",
		rules:  callout.Rules{Change: 50 * time.Millisecond, Completion: 50 * time.Millisecond},
		client: "place to s-1 as o-1\nwait ACCEPTED\nstart\nwait CHANGE_DECLINED\npay cash\nwait ORDER_COMPLETE",
		servicemen: []string{
			"wait PLACED\naccept\nwait STARTED\nchange because \"let me see\"\nwait CHANGE_DECLINED\nwait PAYMENT\nverify\nwait ORDER_COMPLETE",
		},
		events: []callout.Status{
			callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.ChangeDeclined, callout.Payment,
			callout.PaymentVerification, callout.OrderComplete,
		},
		says: []string{
			"Nobody has answered in time: the change is off; work goes on for no price\n",
			"The client has not objected in time: the order is complete\n",
		},
	}, {
		name: "by codes",
		client: `
			raw 1001 to s-1 on o-1 {"currency":"INR","services":[{"service":"tap","quantity":1,"unitPrice":50000}]}
			wait 1004
			raw STARTED {"gate":"blue"}
			wait 1006
			raw 1007
			raw 1010 {"method":"upi"}
			wait 1011
			raw 1009`,
		servicemen: []string{"wait 1001\nraw 1004\nwait 1005\nraw 1006 {\"reason\":\"as agreed\"}\nwait 1010\nraw 1011 {\"amount\":50000}\nwait 1009"},
		events: []callout.Status{
			callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended, callout.Payment,
			callout.PaymentVerification, callout.OrderComplete,
		},
		says: []string{
			"s-1 asks to change the services: none are named, the price stays 500.00 INR — as agreed\n", "with {\"gate\":\"blue\"}\n",
		},
	},
}

func TestTwoTerminalsPlayAnyPathThroughTheTable(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.play(t)
		})
	}
}

func (p *path) play(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Ledger.Sweep = 20 * time.Millisecond
		for _, rule := range []struct{ is, usual *time.Duration }{
			{&p.rules.Change, &c.Ledger.Rules.Change}, {&p.rules.Completion, &c.Ledger.Rules.Completion},
		} {
			if *rule.is != 0 {
				*rule.usual = *rule.is
			}
		}
	})
	shown := make([]string, 1+len(p.servicemen))
	var both sync.WaitGroup
	run := func(i int, role callout.Role, user, script string) {
		var err error
		if shown[i], err = play(t, s, role, user, script); err != nil {
			t.Errorf("%s: %v", user, err)
		}
	}
	both.Go(func() { run(0, callout.Client, "c-7", p.client) })
	for i, script := range p.servicemen {
		run(1+i, callout.Serviceman, "s-"+string(rune('1'+i)), script)
	}
	both.Wait()
	for i, text := range p.says {
		if !strings.Contains(shown[i], text) {
			t.Errorf("party %d was not shown %q", i, text)
		}
	}
	if events := happened(t, s, "o-1"); !slices.Equal(events, p.events) {
		t.Errorf("what happened is %v, not %v", events, p.events)
	}
	if t.Failed() {
		t.Logf("what was shown:\n%s", strings.Join(shown, "-----\n"))
	}
}

func happened(t *testing.T, s *servertest.Server, orderID string) []callout.Status {
	t.Helper()
	list, err := s.DB.Events(t.Context(), orderID)
	if err != nil {
		t.Fatal(err)
	}
	events := make([]callout.Status, len(list))
	for i, e := range list {
		events[i] = e.Status
	}
	return events
}

func TestThePathsHaveEveryEventOfTheTable(t *testing.T) {
	for _, status := range callout.Statuses() {
		if !slices.ContainsFunc(paths, func(p path) bool { return slices.Contains(p.events, status) }) {
			t.Errorf("no path has %s", status)
		}
	}
}
