package callout_test

import (
	"testing"

	"github.com/calloutd/callout"
)

func withServices(services ...callout.Service) callout.Command {
	return callout.Command{Status: callout.OrderChanged, Extra: callout.Extra{Services: services}}
}

func paying(method callout.Method, amount *int64) callout.Command {
	return callout.Command{Status: callout.Payment, Extra: callout.Extra{Method: method, Amount: amount}}
}

func verifying(amount *int64, reason string) callout.Command {
	return callout.Command{Status: callout.PaymentVerification, Extra: callout.Extra{Amount: amount, Reason: reason}}
}

func TestTheFirstToAcceptHasItOnceAndForAll(t *testing.T) {
	s := resting(t, callout.Broadcasted).do(rival, say(callout.Accepted))
	if s.order.ServicemanID != rival.ID || len(s.order.Receivers) != 0 {
		t.Errorf("accepted by %s: %+v", rival.ID, s.order)
	}
	s.refuse(callout.Conflict, serviceman, say(callout.Accepted))
	s.refuse(callout.Conflict, rival, say(callout.Accepted))
	s.refuse(callout.Conflict, rival, say(callout.OfferDeclined))
	s.refuse(callout.Forbidden, serviceman, because(callout.Cancelled))
}

func TestWhoHasDeclinedCannotAccept(t *testing.T) {
	s := resting(t, callout.Broadcasted)
	s.refuse(callout.Conflict, decliner, say(callout.Accepted))
	s.refuse(callout.Conflict, decliner, say(callout.OfferDeclined))
	if s.order.Status != callout.Broadcasted || len(s.order.Receivers) != 2 {
		t.Errorf("after one of three has declined: %+v", s.order)
	}
}

func TestTheLastDeclineEndsTheOffer(t *testing.T) {
	s := resting(t, callout.Broadcasted).do(serviceman, say(callout.OfferDeclined))
	if s.order.Status != callout.Broadcasted {
		t.Fatalf("with one still on offer the order is %s", s.order.Status)
	}
	s.do(rival, say(callout.OfferDeclined))
	if len(s.last) != 2 || s.last[0].Status != callout.OfferDeclined || s.last[1].Status != callout.Expired {
		t.Fatalf("the last decline made %+v", s.last)
	}
	if s.last[1].Sender != system || s.order.Status != callout.Expired || !s.order.DueAt.IsZero() {
		t.Errorf("the order ended as %+v", s.order)
	}
}

func TestAChangeReplacesNothingBeforeTheClientAgrees(t *testing.T) {
	s := resting(t, callout.Started).do(serviceman, withServices(line(3, 70_00)))
	o := s.order
	if o.Total != 65_00 || len(o.Services) != 2 || o.Change == nil || o.Change.Total != 210_00 || o.Change.ID != o.Version {
		t.Fatalf("asked for a change: %+v, change %+v", o, o.Change)
	}
	s.do(client, agree(o.Change.ID))
	if o = s.order; o.Total != 210_00 || o.Services[0].Quantity != 3 || o.Change != nil || o.ChangesApproved != 1 {
		t.Errorf("agreed to a change: %+v", o)
	}
}

func TestWhatAChangeNeeds(t *testing.T) {
	s := resting(t, callout.Started)
	s.refuse(callout.Invalid, serviceman, withServices(line(1, -1)))
	s.refuse(callout.Invalid, serviceman, withServices(line(2, callout.MaxAmount)))
	s.refuse(callout.Invalid, serviceman, withServices([]callout.Service{}...))
	s.refuse(callout.Invalid, serviceman, callout.Command{Status: callout.OrderChanged, Extra: callout.Extra{Services: []callout.Service{}}})
	s.do(serviceman, say(callout.OrderChanged))
	if c := s.order.Change; c.Total != 65_00 || len(c.Services) != 2 {
		t.Errorf("a change without services is %+v", c)
	}
}

func TestAgreeingNamesTheChange(t *testing.T) {
	s := resting(t, callout.OrderChanged)
	open := s.order.Change.ID
	s.refuse(callout.Invalid, client, say(callout.Extended))
	s.refuse(callout.Conflict, client, agree(open-1))
	s.refuse(callout.Invalid, client, agree(-1))
	s.refuse(callout.Conflict, client, callout.Command{Status: callout.Extended, Version: s.order.Version - 1})
	s.refuse(callout.Conflict, client, callout.Command{
		Status: callout.Extended, Version: s.order.Version, Extra: callout.Extra{ChangeID: open - 1},
	})
	s.do(client, callout.Command{Status: callout.Extended, Version: s.order.Version})
}

func TestDecliningMayNameTheChange(t *testing.T) {
	for _, who := range []callout.Actor{client, serviceman} {
		s := resting(t, callout.OrderChanged)
		named := say(callout.ChangeDeclined)
		named.Extra.ChangeID = s.order.Change.ID - 1
		s.refuse(callout.Conflict, who, named)
		named.Extra.ChangeID = s.order.Change.ID
		s.do(who, named)
		resting(t, callout.OrderChanged).do(who, say(callout.ChangeDeclined))
	}
}

func TestWorkGoesOnAsExtendedOnceAChangeWasApproved(t *testing.T) {
	s := resting(t, callout.OrderChanged).do(client, say(callout.ChangeDeclined))
	s.is(callout.Started).do(client, cash()).do(serviceman, say(callout.PaymentRejected)).is(callout.Started)
	s.do(serviceman, say(callout.OrderChanged)).do(client, agree(s.order.Version)).is(callout.Extended)
	s.do(serviceman, say(callout.OrderChanged)).do(serviceman, say(callout.ChangeDeclined)).is(callout.Extended)
	s.do(client, cash()).do(client, say(callout.PaymentRejected)).is(callout.Extended)
}

func (s *story) is(status callout.Status) *story {
	s.Helper()
	if s.order.Status != status {
		s.Fatalf("the order is %s, not %s", s.order.Status, status)
	}
	return s
}

func TestAfterFiveDeclinedChangesThereAreNoMore(t *testing.T) {
	s := resting(t, callout.Started)
	for range 5 {
		s.do(serviceman, say(callout.OrderChanged)).do(client, say(callout.ChangeDeclined))
	}
	s.refuse(callout.Conflict, serviceman, say(callout.OrderChanged))
	s.do(client, cash())

	s = resting(t, callout.Started) // approved ones do not count
	for range 4 {
		s.do(serviceman, say(callout.OrderChanged)).do(client, say(callout.ChangeDeclined))
	}
	for range 6 {
		s.do(serviceman, say(callout.OrderChanged)).do(client, agree(s.order.Version))
	}
	s.do(serviceman, say(callout.OrderChanged)).do(client, say(callout.ChangeDeclined))
	s.refuse(callout.Conflict, serviceman, say(callout.OrderChanged))
}

func TestAfterThreeRejectedPaymentsOnlyVerifyingAndTheOperatorAreLeft(t *testing.T) {
	s := resting(t, callout.Started)
	for i := range 3 {
		who := serviceman
		if i == 1 {
			who = client
		}
		s.do(client, cash()).do(who, say(callout.PaymentRejected))
		if s.order.Payment != nil || s.order.PaymentsRejected != i+1 {
			t.Errorf("rejected: %+v", s.order)
		}
	}
	s.do(client, cash())
	s.refuse(callout.Conflict, serviceman, say(callout.PaymentRejected))
	s.refuse(callout.Conflict, client, say(callout.PaymentRejected))
	cancelled := *s
	cancelled.do(operator, because(callout.Cancelled))
	s.do(serviceman, say(callout.PaymentVerification))
}

func TestWhatPayingNeeds(t *testing.T) {
	s := resting(t, callout.Started)
	s.refuse(callout.Invalid, client, paying("", nil))
	s.refuse(callout.Invalid, client, paying("cheque", nil))
	s.refuse(callout.Invalid, client, paying(callout.Unstated, nil))
	s.refuse(callout.Invalid, client, paying(callout.Cash, amount(-1)))
	s.refuse(callout.Invalid, client, paying(callout.Cash, amount(callout.MaxAmount+1)))
	s.refuse(callout.Conflict, client, paying(callout.Cash, amount(0)))
	s.refuse(callout.Conflict, client, paying(callout.Cash, amount(65_01)))
	for _, method := range []callout.Method{callout.Cash, callout.UPI, callout.Card} {
		s := resting(t, callout.Started).do(client, paying(method, amount(65_00)))
		if *s.order.Payment != (callout.Paid{Method: method, Amount: 65_00}) {
			t.Errorf("paid %+v", s.order.Payment)
		}
	}
	s.do(client, callout.Command{Status: callout.Payment, Extra: callout.Extra{Method: callout.UPI, Reference: "upi/77"}})
	if *s.order.Payment != (callout.Paid{Method: callout.UPI, Amount: 65_00, Reference: "upi/77"}) {
		t.Errorf("paid %+v", s.order.Payment)
	}
}

func TestWhatVerifyingNeeds(t *testing.T) {
	s := resting(t, callout.Payment)
	s.refuse(callout.Conflict, serviceman, verifying(amount(64_99), ""))
	s.refuse(callout.Conflict, operator, verifying(amount(64_99), "seen on the statement"))
	s.refuse(callout.Invalid, operator, verifying(nil, ""))
	s.refuse(callout.Invalid, operator, verifying(nil, " \u00a0"))
	byOperator := *s
	byOperator.do(operator, verifying(amount(65_00), "seen on the statement"))
	s.do(serviceman, verifying(amount(65_00), ""))
}

func TestWhoCancelsOtherThanTheClientSaysWhy(t *testing.T) {
	s := resting(t, callout.Accepted)
	for _, who := range []callout.Actor{serviceman, operator} {
		s.refuse(callout.Invalid, who, say(callout.Cancelled))
		s.refuse(callout.Invalid, who, callout.Command{Status: callout.Cancelled, Extra: callout.Extra{Reason: "  "}})
		cancelled := *s
		cancelled.do(who, because(callout.Cancelled))
	}
	s.do(client, say(callout.Cancelled))

	open := resting(t, callout.OrderChanged).do(operator, because(callout.Cancelled))
	if o := open.order; o.Change != nil || !o.DueAt.IsZero() || o.DueEvent != 0 {
		t.Errorf("a cancelled order still waits for something: %+v", o)
	}
}

func TestAStaleVersionIsAConflict(t *testing.T) {
	s := resting(t, callout.Accepted)
	for _, version := range []int64{1, s.order.Version - 1, s.order.Version + 1} {
		s.refuse(callout.Conflict, client, callout.Command{Status: callout.Started, Version: version})
	}
	s.refuse(callout.Invalid, client, callout.Command{Status: callout.Started, Version: -1})
	s.refuse(callout.Forbidden, operator, callout.Command{Status: callout.Started, Version: 1}) // never theirs, at any version
	s.do(client, callout.Command{Status: callout.Started, Version: s.order.Version})
}
