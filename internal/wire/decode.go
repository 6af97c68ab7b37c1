package wire

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/calloutd/callout"
)

// Decode reads one frame from a client. An error means that the frame is malformed and its session over; a command
// whose id can be read is never an error but a [BadCommand]. With the error of a hello comes what could be read of it.
func Decode(data []byte) (Frame, error) {
	o, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	var kind string
	if err := o.take("type", &kind); err != nil {
		return nil, err
	}
	switch kind {
	case "hello":
		return decodeHello(o)
	case "command":
		return decodeCommand(o)
	case "ack":
		var ack Ack
		if err := o.need("seq", &ack.Seq); err != nil {
			return nil, err
		}
		if ack.Seq < 0 {
			return nil, errors.New("seq is negative")
		}
		return ack, nil
	case "receipt":
		return decodeAsk(o)
	case "ping":
		return Ping{}, nil
	case "token":
		var token Token
		if err := o.need("token", &token.Token); err != nil {
			return nil, err
		}
		return token, nil
	case "":
		return nil, errors.New("type is missing")
	}
	return nil, fmt.Errorf("unknown type %.40q", kind)
}

func decodeHello(o object) (Frame, error) {
	var h Hello
	var resume object
	var leave string
	if err := errors.Join(
		o.take("token", &h.Token), o.take("device", &h.Device), o.take("resume", &resume), o.take("window", &h.Window),
		o.take("leave", &leave), o.take("receipts", &h.Receipts), o.take("watch", &h.Watch), o.take("userId", &h.UserID), o.take("role", &h.Role),
		o.take("instance", &h.Instance), o.take("attempt", &h.Attempt),
	); err != nil {
		return h, err
	}
	if err := callout.CheckID("device", h.Device); err != nil {
		return h, err
	}
	if resume != nil {
		h.Resume = new(Resume)
		if err := errors.Join(resume.need("seq", &h.Resume.Seq), resume.take("of", &h.Resume.Of)); err != nil {
			return h, err
		}
		if h.Resume.Seq < 0 {
			return h, errors.New("resume.seq is negative")
		}
	}
	if h.Window < 0 {
		return h, errors.New("window is negative")
	}
	if err := checkAttempt(h); err != nil {
		return h, err
	}
	switch leave {
	case "":
	case "whenDone":
		h.WhenDone = true
	default:
		return h, errors.New(`leave is not "whenDone"`)
	}
	return h, nil
}

// checkAttempt says what is wrong with a hello's instance and attempt, which come together or not at all.
func checkAttempt(h Hello) error {
	if h.Instance == "" && h.Attempt == 0 {
		return nil
	}
	if err := callout.CheckID("instance", h.Instance); err != nil {
		return err
	}
	if h.Attempt < 1 {
		return errors.New("attempt is missing or less than 1")
	}
	return nil
}

func decodeAsk(o object) (Frame, error) {
	var a Ask
	if err := errors.Join(o.need("orderId", &a.OrderID), o.need("version", &a.Version)); err != nil {
		return nil, err
	}
	if err := callout.CheckID("orderId", a.OrderID); err != nil {
		return nil, err
	}
	if a.Version < 1 {
		return nil, errors.New("version is less than 1")
	}
	return a, nil
}

func decodeCommand(o object) (Frame, error) {
	var c callout.Command
	if err := o.need("id", &c.ID); err != nil {
		return nil, err
	}
	if strings.ContainsRune(c.ID, utf8.RuneError) { // what encoding/json makes of half a surrogate pair
		return BadCommand{c.ID, &callout.Error{Code: callout.Invalid, Message: "id is not valid Unicode"}}, nil
	}
	var code int64
	err := errors.Join(
		o.take("orderId", &c.OrderID), o.need("statusCode", &code),
		o.take("version", &c.Version), o.take("receivers", &c.Receivers),
	)
	if err != nil {
		return BadCommand{c.ID, &callout.Error{Code: callout.Invalid, Message: err.Error()}}, nil
	}
	c.Status = callout.Status(code)
	if c.Extra, err = callout.ParseExtra(c.Status, o.value("extra")); err != nil {
		return BadCommand{c.ID, asRefusal(err)}, nil
	}
	return Command{c}, nil
}

func asRefusal(err error) *callout.Error {
	var refusal *callout.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &callout.Error{Code: callout.Invalid, Message: err.Error()}
}
