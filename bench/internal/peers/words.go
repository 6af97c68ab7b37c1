package peers

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/calloutd/callout/internal/load"
)

// All peers take the same command and tell the same event, each in an envelope of its own.

// appendCommand appends a command. Its ids need no escaping.
func appendCommand(b []byte, c *load.Command) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, c.ID...)
	b = append(b, `","orderId":"`...)
	b = append(b, c.OrderID...)
	b = append(b, `","statusCode":`...)
	b = strconv.AppendInt(b, int64(c.Status), 10)
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, c.Version, 10)
	b = append(b, `,"to":"`...)
	b = append(b, c.To...)
	b = append(b, `","extra":`...)
	b = append(b, load.Extra(c.Status)...)
	return append(b, '}')
}

// reader reads what a party hears. Both an event and the word that a command is done begin with the order's id and version.
type reader struct{ order string } // the last one, which most often is the next

var orderID, version = []byte(`"orderId":"`), []byte(`"version":`)

func (r *reader) notice(frame []byte, own bool) (load.Notice, error) {
	_, rest, ok := bytes.Cut(frame, orderID)
	id, rest, closed := bytes.Cut(rest, []byte{'"'})
	if !ok || !closed {
		return load.Notice{}, fmt.Errorf("there is no order in %.200q", frame)
	}
	_, rest, ok = bytes.Cut(rest, version)
	var n int64
	digits := 0
	for ; digits < len(rest) && digits < 18 && '0' <= rest[digits] && rest[digits] <= '9'; digits++ {
		n = n*10 + int64(rest[digits]-'0')
	}
	if !ok || digits == 0 {
		return load.Notice{}, fmt.Errorf("there is no version in %.200q", frame)
	}
	if string(id) != r.order {
		r.order = string(id)
	}
	return load.Notice{Own: own, OrderID: r.order, Version: n}, nil
}
