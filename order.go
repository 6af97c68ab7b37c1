package callout

import (
	"slices"
	"time"
)

// Order is one job as it stands after the event numbered Version. Its JSON form is the order as a party sees it; what
// is tagged "-" is known to the rules alone.
//
// An Order is a value that is never changed in place: [Rules.Apply] answers with new ones.
type Order struct {
	ID           string    `json:"id"`
	Version      int64     `json:"version"` // counts the order's events: 1, 2, 3, …
	Status       Status    `json:"statusCode"`
	ClientID     string    `json:"clientId"`
	ServicemanID string    `json:"servicemanId,omitempty"` // who has accepted it
	Receivers    []string  `json:"receivers,omitempty"`    // the servicemen whom it is on offer to now
	Services     []Service `json:"services"`
	Currency     string    `json:"currency,omitempty"` // ISO 4217
	Total        int64     `json:"total"`              // of the agreed services, in the currency's minor unit
	Change       *Change   `json:"change,omitempty"`   // the change that waits for an answer
	Payment      *Paid     `json:"payment,omitempty"`  // the payment initiated or verified
	Place        *Place    `json:"place,omitempty"`
	Note         string    `json:"note,omitempty"`

	ChangesApproved  int `json:"changesApproved,omitempty"`
	ChangesDeclined  int `json:"changesDeclined,omitempty"`
	PaymentsRejected int `json:"paymentsRejected,omitempty"`

	PlacedAt time.Time `json:"placedAt"`
	DueAt    time.Time `json:"dueAt,omitzero"` // when DueEvent happens by itself, unless something else happens first

	DueEvent  Status    `json:"-"` // Expired, ChangeDeclined or OrderComplete; 0 when nothing is due
	Former    []string  `json:"-"` // the servicemen whose offer is closed: they declined, or lost
	UpdatedAt time.Time `json:"-"` // when the event numbered Version happened
}

// Change is an extension that the serviceman has asked for and the client has not yet answered.
type Change struct {
	ID       int64     `json:"id"`       // the version of its ORDER_CHANGED event
	Services []Service `json:"services"` // as they would be
	Total    int64     `json:"total"`    // as it would be
	Reason   string    `json:"reason,omitempty"`
	DueAt    time.Time `json:"dueAt"` // when it is declined by itself
}

// Paid is the payment of an order.
type Paid struct {
	Method    Method `json:"method"`
	Amount    int64  `json:"amount"` // in the currency's minor unit
	Reference string `json:"reference,omitempty"`
}

// Method is how an order is paid.
type Method string

const (
	Cash Method = "cash"
	UPI  Method = "upi"
	Card Method = "card"
	// Unstated is the method of a payment from an app of the original system, which does not say.
	Unstated Method = "unstated"
)

// Place is where an order is to be done.
type Place struct {
	Area    string   `json:"area,omitempty"` // what servicemen on offer may know
	Address string   `json:"address,omitempty"`
	Lat     *float64 `json:"lat,omitempty"` // degrees, -90 to 90
	Lon     *float64 `json:"lon,omitempty"` // degrees, -180 to 180
}

// clone copies o with everything that it points to.
func (o *Order) clone() Order {
	c := *o
	c.Receivers, c.Former = slices.Clone(o.Receivers), slices.Clone(o.Former)
	c.Services, c.Place = slices.Clone(o.Services), o.Place.clone()
	if o.Change != nil {
		change := *o.Change
		change.Services = slices.Clone(change.Services)
		c.Change = &change
	}
	if o.Payment != nil {
		payment := *o.Payment
		c.Payment = &payment
	}
	return c
}

func (p *Place) clone() *Place {
	if p == nil {
		return nil
	}
	c := *p
	if p.Lat != nil {
		lat := *p.Lat
		c.Lat = &lat
	}
	if p.Lon != nil {
		lon := *p.Lon
		c.Lon = &lon
	}
	return &c
}

// working is the status that work goes on in when a change or a payment has come to nothing.
func (o *Order) working() Status {
	if o.ChangesApproved > 0 {
		return Extended
	}
	return Started
}
