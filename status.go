package callout

import "fmt"

// Status is the number that names both a resting status of an order and the event that led there. The codes 1001 to
// 1011 belong to the system that this one implements and are never renumbered; those from 1012 on are events only, never
// a status that an order rests in.
type Status int

// The statuses, in the order of their codes.
const (
	Placed              Status = 1001 // the client has placed the order
	Broadcasted         Status = 1002 // it is on offer to several servicemen
	Expired             Status = 1003 // nobody accepted in time
	Accepted            Status = 1004 // one serviceman has it
	Started             Status = 1005 // work has begun
	OrderChanged        Status = 1006 // the serviceman asks to extend one of the services
	Extended            Status = 1007 // the client has agreed; work goes on
	Cancelled           Status = 1008 // called off
	OrderComplete       Status = 1009 // done and paid
	Payment             Status = 1010 // the client has initiated the payment
	PaymentVerification Status = 1011 // the serviceman has verified it
	ChangeDeclined      Status = 1012 // the extension is off; work goes on as it was
	PaymentRejected     Status = 1013 // the money did not arrive; back to work, pay again
	OfferDeclined       Status = 1014 // a serviceman on offer says no
)

const (
	firstStatus = Placed
	lastStatus  = OfferDeclined
)

var statusTexts = [...]struct{ name, message string }{
	Placed - firstStatus:              {"PLACED", "The order has been placed"},
	Broadcasted - firstStatus:         {"BROADCASTED", "The order is on offer to several servicemen"},
	Expired - firstStatus:             {"EXPIRED", "Nobody accepted the order in time"},
	Accepted - firstStatus:            {"ACCEPTED", "A serviceman has accepted the order"},
	Started - firstStatus:             {"STARTED", "Work has started"},
	OrderChanged - firstStatus:        {"ORDER_CHANGED", "The serviceman asks to extend the services"},
	Extended - firstStatus:            {"EXTENDED", "The client has agreed to the extension"},
	Cancelled - firstStatus:           {"CANCELLED", "The order has been cancelled"},
	OrderComplete - firstStatus:       {"ORDER_COMPLETE", "The order is complete"},
	Payment - firstStatus:             {"PAYMENT", "The client has initiated the payment"},
	PaymentVerification - firstStatus: {"PAYMENT_VERIFICATION", "The payment has been verified"},
	ChangeDeclined - firstStatus:      {"CHANGE_DECLINED", "The extension is off; work goes on as it was"},
	PaymentRejected - firstStatus:     {"PAYMENT_REJECTED", "The payment has not arrived; work is to be paid again"},
	OfferDeclined - firstStatus:       {"OFFER_DECLINED", "A serviceman has declined the offer"},
}

// Known reports whether s is a code of the table.
func (s Status) Known() bool { return s >= firstStatus && s <= lastStatus }

// Rests reports whether an order can rest in s.
func (s Status) Rests() bool { return s >= Placed && s <= PaymentVerification }

// Ends reports whether s is an end: no event follows it.
func (s Status) Ends() bool { return s == Expired || s == Cancelled || s == OrderComplete }

// String is the name of s, such as "ACCEPTED", or its number when it is none of the table's.
func (s Status) String() string {
	if !s.Known() {
		return fmt.Sprintf("status %d", int(s))
	}
	return statusTexts[s-firstStatus].name
}

// Message says s in a sentence for people, such as "Work has started". It is empty for a code outside the table.
func (s Status) Message() string {
	if !s.Known() {
		return ""
	}
	return statusTexts[s-firstStatus].message
}

// Statuses lists every status of the table in the order of their codes.
func Statuses() []Status {
	all := make([]Status, 0, len(statusTexts))
	for s := firstStatus; s <= lastStatus; s++ {
		all = append(all, s)
	}
	return all
}

// OrderStatus is what the original system's apps exchange: one status of one order, and between whom.
type OrderStatus struct {
	Status     Status // orderStatusAsInt
	SenderID   string // who caused it; empty where the recipient may not know
	ReceiverID string // whose inbox it is from
	OrderID    string // empty for an order that is still to be placed
}

// AsString is the status's name.
func (o OrderStatus) AsString() string { return o.Status.String() }

// AsInt is the status's code.
func (o OrderStatus) AsInt() int { return int(o.Status) }

// Message says the status in a sentence for people.
func (o OrderStatus) Message() string { return o.Status.Message() }
