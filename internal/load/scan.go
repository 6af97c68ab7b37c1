package load

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// event is what a generator reads of an event's frame. Its bytes are those of the frame.
type event struct {
	seq, version      int64
	orderID, senderID []byte
	commandID         []byte // looked for in the party's own events alone
	repeat            bool   // looked for in events that are not new alone
}

// need says which keys of an event's frame are still to be found. Once all are, the rest of the frame is not looked at,
// which is most of it.
type need uint8

const (
	needType need = 1 << iota
	needSeq
	needOrderID
	needVersion
	needSenderID
	needCommandID
	needRepeat
	needEvent = needType | needSeq | needOrderID | needVersion | needSenderID
)

// scanEvent reads the frame of an event to the user me whose inbox was read up to seq last. kind is the frame's type: where
// it is another than an event, nothing else is read.
func scanEvent(frame []byte, me string, last int64) (e event, kind string, err error) {
	s := scanner{rest: frame}
	if err := s.open(); err != nil {
		return e, "", err
	}
	for missing := needEvent; missing != 0; {
		key, value, ok, err := s.next()
		if err != nil {
			return e, "", err
		}
		if !ok {
			if missing&needEvent != 0 || missing&needCommandID != 0 {
				return e, kind, errors.New("an event lacks one of its keys")
			}
			break // an event that is no repeat does not say so
		}
		switch string(key) {
		case "type":
			if string(value) != `"event"` {
				return e, string(value), nil
			}
			kind = "event"
			missing &^= needType
		case "seq":
			if e.seq, err = parseInt(value); err == nil && e.seq <= last {
				missing |= needRepeat
			}
			missing &^= needSeq
		case "orderId":
			e.orderID, err = unquote(value)
			missing &^= needOrderID
		case "version":
			e.version, err = parseInt(value)
			missing &^= needVersion
		case "senderId":
			e.senderID, err = unquote(value)
			if string(e.senderID) == me && e.commandID == nil {
				missing |= needCommandID
			}
			missing &^= needSenderID
		case "commandId":
			e.commandID, err = unquote(value)
			missing &^= needCommandID
		case "repeat":
			e.repeat = string(value) == "true"
			missing &^= needRepeat
		}
		if err != nil {
			return e, "", fmt.Errorf("%s: %w", key, err)
		}
	}
	return e, kind, nil
}

// scanner goes over the keys of a JSON object without looking into their values. It finds the end of every value of valid
// JSON, and takes some that is not valid.
type scanner struct{ rest []byte }

var errNotJSON = errors.New("not a JSON object")

func (s *scanner) open() error {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != '{' {
		return errNotJSON
	}
	s.rest = s.rest[1:]
	return nil
}

// next gives the next key, without its quotes and as it was escaped, and its value as it stands there; or false at the
// object's end.
func (s *scanner) next() (key, value []byte, ok bool, err error) {
	s.space()
	if len(s.rest) > 0 && s.rest[0] == ',' {
		s.rest = s.rest[1:]
		s.space()
	}
	if len(s.rest) > 0 && s.rest[0] == '}' {
		return nil, nil, false, nil
	}
	n := endOfString(s.rest)
	if n < 0 {
		return nil, nil, false, errNotJSON
	}
	key, s.rest = s.rest[1:n-1], s.rest[n:]
	s.space()
	if len(s.rest) == 0 || s.rest[0] != ':' {
		return nil, nil, false, errNotJSON
	}
	s.rest = s.rest[1:]
	s.space()
	if n = endOfValue(s.rest); n <= 0 {
		return nil, nil, false, errNotJSON
	}
	value, s.rest = s.rest[:n], s.rest[n:]
	return key, value, true, nil
}

func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\t' || s.rest[0] == '\r') {
		s.rest = s.rest[1:]
	}
}

// endOfValue is where the value that data begins with ends; negative if it does not.
func endOfValue(data []byte) int {
	if len(data) == 0 {
		return -1
	}
	switch data[0] {
	case '"':
		return endOfString(data)
	case '{', '[':
	default:
		return bytes.IndexAny(data, ",}] \n\t\r")
	}
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			n := endOfString(data[i:])
			if n < 0 {
				return -1
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// endOfString is where the string that data begins with ends, its quotes included; negative if data does not begin with one.
func endOfString(data []byte) int {
	if len(data) == 0 || data[0] != '"' {
		return -1
	}
	for from := 1; ; {
		n := bytes.IndexByte(data[from:], '"')
		if n < 0 {
			return -1
		}
		end := from + n
		escapes := 0
		for data[end-1-escapes] == '\\' {
			escapes++
		}
		from = end + 1
		if escapes%2 == 0 {
			return from
		}
	}
}

// unquote gives a string's content. Ids need no escapes; the id of a command may have some, and is given as it was escaped.
func unquote(value []byte) ([]byte, error) {
	if len(value) < 2 || value[0] != '"' {
		return nil, errors.New("it is no string")
	}
	return value[1 : len(value)-1], nil
}

func parseInt(value []byte) (int64, error) {
	if len(value) == 0 || len(value) > 18 {
		return strconv.ParseInt(string(value), 10, 64)
	}
	var n int64
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%s is no number of something", value)
		}
		n = n*10 + int64(c-'0')
	}
	return n, nil
}
