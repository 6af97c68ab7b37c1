package terminal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/cmd/callout/internal/history"
)

// telling is an event that is told to a user.
type telling struct {
	client.Received
	me string
}

// sentence says what happened in a person's words.
func (t telling) sentence() string {
	if t.Order.ClientID == "" {
		return t.closed()
	}
	return t.happened() + t.because()
}

// closed says how an offer ended for somebody who is told no more than that.
func (t telling) closed() string {
	switch t.Status {
	case callout.Accepted:
		return "Another serviceman has the order: the offer is closed"
	case callout.OfferDeclined:
		return "You decline the offer"
	case callout.Cancelled:
		return "The order is called off: the offer is closed"
	case callout.Expired:
		return "Nobody has accepted in time: the offer is closed"
	}
	return "The offer is closed"
}

func (t telling) happened() string {
	o := &t.Order
	total := price(o.Total, o.Currency)
	switch t.Status {
	case callout.Placed:
		return t.placed()
	case callout.Broadcasted:
		if t.me == o.ClientID {
			return fmt.Sprintf("It is on offer to %d servicemen; the first to accept has it", len(o.Receivers))
		}
		return "It is on offer to others, too; the first to accept has it"
	case callout.Expired:
		return "Nobody has accepted the order: it has expired"
	case callout.Accepted:
		return t.says("accept the order", "accepts the order")
	case callout.OfferDeclined:
		return t.says("decline the offer", "declines the offer") + stillOffered(o)
	case callout.Started:
		return t.says("say that work has started", "says that work has started")
	case callout.OrderChanged:
		return t.says("ask", "asks") + " to change the services: " + t.proposed(total)
	case callout.Extended:
		return t.says("agree", "agrees") + " to the change: the order is for " + total + " now"
	case callout.ChangeDeclined:
		return t.changeOff() + "; work goes on for " + total
	case callout.Payment:
		return t.says("pay", "pays") + " " + payment(o)
	case callout.PaymentVerification:
		return t.says("confirm", "confirms") + " that the " + total + " have arrived"
	case callout.PaymentRejected:
		if t.SenderID == o.ClientID {
			return t.says("take", "takes") + " the payment back: " + total + " are still due"
		}
		return t.says("say", "says") + " that the money has not arrived: " + total + " are still due"
	case callout.OrderComplete:
		if t.SenderID == callout.SystemID {
			return "The client has not objected in time: the order is complete"
		}
		return t.says("say", "says") + " that all is done: the order is complete"
	case callout.Cancelled:
		return t.says("call the order off", "calls the order off")
	}
	return fmt.Sprintf("The order is at %s now", o.Status)
}

// says makes the sentence's beginning, for the user or for somebody else.
func (t telling) says(you, they string) string {
	o := &t.Order
	switch {
	case t.SenderID == t.me:
		return "You " + you
	case t.SenderID == callout.SystemID:
		return "The server " + they
	case t.Status != callout.OfferDeclined && t.SenderID != o.ClientID && t.SenderID != o.ServicemanID:
		return "The operator " + t.SenderID + " " + they
	}
	return t.SenderID + " " + they
}

func (t telling) placed() string {
	o := &t.Order
	what := services(o.Services, o.Currency)
	if o.Place != nil && o.Place.Area != "" {
		what += ", in " + o.Place.Area
	}
	until := " (on offer until " + clock(o.DueAt) + ")"
	if t.SenderID == t.me {
		return "You offer an order to " + strings.Join(o.Receivers, ", ") + ": " + what + until
	}
	return t.SenderID + " offers you an order: " + what + until
}

func stillOffered(o *callout.Order) string {
	if len(o.Receivers) == 0 {
		return "; nobody is left"
	}
	return "; it is still on offer to " + strings.Join(o.Receivers, ", ")
}

func (t telling) proposed(total string) string {
	change := t.Order.Change
	switch {
	case change == nil:
		return "no longer"
	case slices.Equal(change.Services, t.Order.Services):
		return "none are named, the price stays " + total
	}
	return price(change.Total, t.Order.Currency) + " instead of " + total
}

func (t telling) changeOff() string {
	switch t.SenderID {
	case callout.SystemID:
		return "Nobody has answered in time: the change is off"
	case t.Order.ClientID:
		return t.says("refuse", "refuses") + " the change"
	}
	return t.says("withdraw", "withdraws") + " the change"
}

func payment(o *callout.Order) string {
	p := o.Payment
	if p == nil {
		return price(o.Total, o.Currency)
	}
	text := price(p.Amount, o.Currency)
	switch p.Method {
	case callout.Cash:
		text += " in cash"
	case callout.UPI:
		text += " by UPI"
	case callout.Card:
		text += " by card"
	}
	if p.Reference != "" {
		text += " (reference " + p.Reference + ")"
	}
	return text
}

// because is the reason that came with an event: any command may carry one.
func (t telling) because() string {
	reason := t.Extra.Reason
	if raw, ok := t.Extra.More["reason"]; ok && json.Unmarshal(raw, &reason) != nil {
		return ""
	}
	if reason == "" {
		return ""
	}
	return " — " + reason
}

// services names the first few services, and what all of them cost.
func services(list []callout.Service, currency string) string {
	const most = 3
	var names []string
	for i, s := range list {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(list)-most))
			break
		}
		names = append(names, times(s))
	}
	total, err := callout.Total(list)
	if err != nil || len(list) == 0 {
		return "no services named"
	}
	return strings.Join(names, ", ") + " for " + price(total, currency)
}

func times(s callout.Service) string {
	if s.Quantity == 1 {
		return s.Service
	}
	return fmt.Sprintf("%d × %s", s.Quantity, s.Service)
}

func price(amount int64, currency string) string {
	if currency == "" && amount == 0 {
		return "no price"
	}
	return history.Money(amount, currency)
}

// clock is a time in this machine's zone, with the day unless that is today.
func clock(at time.Time) string {
	at = at.Local()
	if now := time.Now(); at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}
