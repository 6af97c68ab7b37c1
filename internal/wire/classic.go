package wire

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/calloutd/callout"
)

// ClassicDevice is the device that every classic session of a user is.
const ClassicDevice = "classic"

// DecodeClassic reads one frame from an app of the original system: a Command without an id, or a BadCommand. An error
// means that the frame is malformed and its session over.
func DecodeClassic(data []byte) (Frame, error) {
	o, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	code, err := classicStatus(o.value("statusCode"))
	if err != nil {
		return nil, err
	}
	c := callout.Command{Status: code, Classic: true}
	if err := errors.Join(o.take("orderId", &c.OrderID), o.take("receivers", &c.Receivers)); err != nil {
		return nil, err
	}
	if c.Extra, err = callout.ParseExtra(c.Status, o.value("extra")); err != nil {
		return BadCommand{Err: asRefusal(err)}, nil
	}
	return Command{c}, nil
}

// classicStatus reads a code that is a number, or a string of one.
func classicStatus(value json.RawMessage) (callout.Status, error) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value)
	}
	code, err := strconv.Atoi(text)
	if err != nil {
		return 0, errors.New("statusCode is missing or no number")
	}
	return callout.Status(code), nil
}

// AppendClassic appends e as an app of the original system gets it, or reports false if it gets none. Such apps fail on
// codes that they do not know, so those of ours go out as the status that the order is in after them.
func AppendClassic(b []byte, e *Event) ([]byte, bool) {
	switch e.Status {
	case callout.OfferDeclined:
		return b, false
	case callout.ChangeDeclined, callout.PaymentRejected:
		var order struct {
			Status callout.Status `json:"statusCode"`
		}
		if err := json.Unmarshal(e.Order, &order); err != nil {
			return b, false
		}
		return appendEvent(b, e, order.Status), true
	}
	return appendEvent(b, e, e.Status), true
}
