package callout_test

import (
	"testing"

	"github.com/calloutd/callout"
)

// An app of the original system says who it is, which order and which status, and no more.
func classic(status callout.Status) callout.Command {
	return callout.Command{Status: status, Classic: true}
}

func unnamed(a callout.Actor) callout.Actor { return callout.Actor{ID: a.ID} }

func TestTheOriginalsWholeOrderNeedsNothingButStatuses(t *testing.T) {
	place := classic(callout.Placed)
	place.Receivers = []string{serviceman.ID}
	c, sm := unnamed(client), unnamed(serviceman)
	s := begin(t).do(c, place).do(sm, classic(callout.Accepted)).do(c, classic(callout.Started))
	s.do(sm, classic(callout.OrderChanged)).do(c, classic(callout.Extended)).do(c, classic(callout.Payment))
	if *s.order.Payment != (callout.Paid{Method: callout.Unstated}) {
		t.Errorf("a bare payment is %+v", s.order.Payment)
	}
	s.do(sm, classic(callout.PaymentVerification)).do(c, classic(callout.OrderComplete))
	for _, told := range s.last[0].To {
		if told.View != callout.PartyView {
			t.Errorf("told %+v", told)
		}
	}
	if s.last[0].Sender != client || s.order.Version != 8 {
		t.Errorf("the last of 8 events is %+v", s.last[0])
	}
}

func TestABarePaymentPaysWhatIsDue(t *testing.T) {
	s := resting(t, callout.Started)
	cheque := classic(callout.Payment)
	cheque.Extra.Method = "cheque"
	s.refuse(callout.Invalid, unnamed(client), cheque)
	s.do(unnamed(client), classic(callout.Payment))
	if *s.order.Payment != (callout.Paid{Method: callout.Unstated, Amount: 65_00}) {
		t.Errorf("paid %+v", s.order.Payment)
	}
}

func TestABareExtendedMeansTheFirstChangeAndNoLaterOne(t *testing.T) {
	for _, answer := range []callout.Status{callout.Extended, callout.ChangeDeclined} {
		s := resting(t, callout.OrderChanged)
		s.do(unnamed(client), classic(answer)).do(serviceman, say(callout.OrderChanged))
		s.refuse(callout.Conflict, unnamed(client), classic(callout.Extended))
		named := classic(callout.Extended)
		named.Extra.ChangeID = s.order.Change.ID // what its session has seen acknowledged
		s.do(unnamed(client), named)
	}
}

// TestAnAppWithoutARoleIsWhatItIsOnThatOrder and nothing on others.
func TestAnAppWithoutARoleIsWhatItIsOnThatOrder(t *testing.T) {
	s := resting(t, callout.Broadcasted)
	s.refuse(callout.NotFound, unnamed(idler), classic(callout.Accepted))
	s.refuse(callout.NotFound, unnamed(operator), classic(callout.Cancelled))
	s.refuse(callout.Forbidden, unnamed(serviceman), classic(callout.Cancelled))
	s.do(unnamed(serviceman), classic(callout.Accepted))
	s.refuse(callout.Conflict, unnamed(rival), classic(callout.Accepted))
	s.refuse(callout.Invalid, unnamed(serviceman), classic(callout.Cancelled)) // the serviceman gives a reason
	s.do(unnamed(client), classic(callout.Cancelled))
	if s.last[0].Sender != client {
		t.Errorf("cancelled by %+v", s.last[0].Sender)
	}
}
