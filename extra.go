package callout

import (
	"bytes"
	"encoding/json"
)

// MaxDepth is how deep the values in an Extra may nest.
const MaxDepth = 32

// Extra is what a command carries beside the status. Which fields count depends on the status; every other key of its
// JSON form is in More and passes through to the parties untouched.
type Extra struct {
	Services     []Service `json:"services,omitempty"`     // PLACED, ORDER_CHANGED
	Currency     string    `json:"currency,omitempty"`     // PLACED
	Place        *Place    `json:"place,omitempty"`        // PLACED
	Note         string    `json:"note,omitempty"`         // PLACED
	OfferSeconds int64     `json:"offerSeconds,omitempty"` // PLACED: how long the order is on offer
	ChangeID     int64     `json:"changeId,omitempty"`     // EXTENDED, CHANGE_DECLINED
	Method       Method    `json:"method,omitempty"`       // PAYMENT
	Amount       *int64    `json:"amount,omitempty"`       // PAYMENT, PAYMENT_VERIFICATION; minor unit
	Reference    string    `json:"reference,omitempty"`    // PAYMENT
	Reason       string    `json:"reason,omitempty"`       // ORDER_CHANGED, PAYMENT_VERIFICATION, PAYMENT_REJECTED, CANCELLED

	More map[string]json.RawMessage `json:"-"`
}

// fields are the keys that mean something with a status, each with the field that it fills.
func (e *Extra) fields(s Status) map[string]any {
	switch s {
	case Placed:
		return map[string]any{
			"services": &e.Services, "currency": &e.Currency, "place": &e.Place, "note": &e.Note, "offerSeconds": &e.OfferSeconds,
		}
	case OrderChanged:
		return map[string]any{"services": &e.Services, "reason": &e.Reason}
	case Extended, ChangeDeclined:
		return map[string]any{"changeId": &e.ChangeID}
	case Payment:
		return map[string]any{"method": &e.Method, "amount": &e.Amount, "reference": &e.Reference}
	case PaymentVerification:
		return map[string]any{"amount": &e.Amount, "reason": &e.Reason}
	case PaymentRejected, Cancelled:
		return map[string]any{"reason": &e.Reason}
	}
	return nil
}

// ParseExtra reads the JSON form of what a command of status s carries. Nothing and null are an empty Extra. What is no
// object, or has a value of the wrong type under a key that means something with s, is an Invalid error.
func ParseExtra(s Status, data []byte) (Extra, error) {
	var e Extra
	if len(data) == 0 || string(data) == "null" || string(data) == "{}" {
		return e, nil
	}
	if !wellFormed(data) {
		return e, invalid("extra has a string that is not valid UTF-8")
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return e, invalid("extra is not a JSON object")
	}
	fields := e.fields(s)
	for key, value := range object {
		field, known := fields[key]
		if !known {
			if e.More == nil {
				e.More = make(map[string]json.RawMessage)
			}
			e.More[key] = value
			continue
		}
		if err := json.Unmarshal(value, field); err != nil {
			return Extra{}, invalid("extra.%s is of the wrong type or out of range", key)
		}
	}
	return e, nil
}

// canonical is e in the form that equal content has whatever the order of keys and the escapes that it was sent with.
func (e Extra) canonical() ([]byte, error) {
	if len(e.More) > 0 {
		more := make(map[string]json.RawMessage, len(e.More))
		for key, raw := range e.More {
			var value any
			numbers := json.NewDecoder(bytes.NewReader(raw))
			numbers.UseNumber()
			err := numbers.Decode(&value)
			if err == nil {
				more[key], err = json.Marshal(value)
			}
			if err != nil {
				return nil, err
			}
		}
		e.More = more
	}
	return e.AppendJSON(nil)
}

// check says what is wrong with e in itself; what is wrong with it for one order, the table's rows say.
func (e *Extra) check() error {
	for _, text := range []struct{ what, s string }{
		{"extra.note", e.Note}, {"extra.reason", e.Reason}, {"extra.reference", e.Reference},
		{"extra.currency", e.Currency}, {"extra.method", string(e.Method)},
	} {
		if err := checkText(text.what, text.s); err != nil {
			return err
		}
	}
	if _, err := Total(e.Services); err != nil {
		return err
	}
	if err := e.Place.check(); err != nil {
		return err
	}
	if e.Amount != nil && (*e.Amount < 0 || *e.Amount > MaxAmount) {
		return invalid("extra.amount is %d; it is 0 to %d, in the currency's minor unit", *e.Amount, MaxAmount)
	}
	if e.ChangeID < 0 {
		return invalid("extra.changeId is negative")
	}
	for key, value := range e.More {
		if err := checkText("a key of extra", key); err != nil {
			return err
		}
		if err := checkValue("extra."+key, value); err != nil {
			return err
		}
	}
	return nil
}

func (p *Place) check() error {
	if p == nil {
		return nil
	}
	if err := checkText("place.area", p.Area); err != nil {
		return err
	}
	if err := checkText("place.address", p.Address); err != nil {
		return err
	}
	if p.Lat != nil && !(*p.Lat >= -90 && *p.Lat <= 90) {
		return invalid("place.lat is not within -90 to 90 degrees")
	}
	if p.Lon != nil && !(*p.Lon >= -180 && *p.Lon <= 180) {
		return invalid("place.lon is not within -180 to 180 degrees")
	}
	return nil
}

// checkValue holds a value that passes through to the rules for strings, and to what any reader of JSON can take: the
// parties get it as it was sent.
func checkValue(what string, value json.RawMessage) error {
	if !json.Valid(value) {
		return invalid("%s is not JSON", what)
	}
	if !wellFormed(value) {
		return invalid("%s has a string that is not valid UTF-8", what)
	}
	tokens := json.NewDecoder(bytes.NewReader(value))
	tokens.UseNumber()
	for depth := 0; ; {
		token, err := tokens.Token()
		if err != nil {
			return invalid("%s is not JSON", what)
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			if depth > MaxDepth {
				return invalid("%s is nested deeper than %d levels", what, MaxDepth)
			}
		case json.Number:
			if _, err := t.Float64(); err != nil {
				return invalid("%s has a number out of range", what)
			}
		case string:
			if err := checkText("a string in "+what, t); err != nil {
				return err
			}
		}
		if depth == 0 {
			return nil
		}
	}
}
