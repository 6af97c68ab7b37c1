package wire

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/calloutd/callout"
)

// EventName names an event as "<orderId>/<version>".
func EventName(orderID string, version int64) string {
	return orderID + "/" + strconv.FormatInt(version, 10)
}

// AppendEvent appends e as a frame. Ids need no escaping; a command's id may.
func AppendEvent(b []byte, e *Event) []byte { return appendEvent(b, e, e.Status) }

func appendEvent(b []byte, e *Event, status callout.Status) []byte {
	b = append(b, `{"type":"event","seq":`...)
	b = strconv.AppendInt(b, e.Seq, 10)
	b = append(b, `,"orderId":"`...)
	b = append(b, e.OrderID...)
	b = append(b, `","version":`...)
	b = strconv.AppendInt(b, e.Version, 10)
	b = append(b, `,"senderId":"`...)
	b = append(b, e.SenderID...)
	b = append(b, `","receiverId":"`...)
	b = append(b, e.ReceiverID...)
	b = append(b, '"')
	if e.CommandID != "" {
		b = append(b, `,"commandId":`...)
		b = appendText(b, e.CommandID)
	}
	b = append(b, `,"status":{"statusCode":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `,"name":"`...)
	b = append(b, status.String()...)
	b = append(b, `","message":"`...)
	b = append(b, status.Message()...)
	b = append(b, `"},"at":"`...)
	b = e.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","order":`...)
	b = append(b, e.Order...)
	b = append(b, `,"extra":`...)
	b = append(b, orEmptyObject(e.Extra)...)
	if e.Repeat {
		b = append(b, `,"repeat":true`...)
	}
	return append(b, '}')
}

func orEmptyObject(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// appendText appends a string that cannot fail to be JSON.
func appendText(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return append(b, quoted...)
}

// Encode writes a frame of either side. What it is given comes from this program, so it cannot fail but by a mistake in it.
func Encode(frame any) []byte {
	var kind string
	switch f := frame.(type) {
	case Event:
		return AppendEvent(nil, &f)
	case Hello:
		return encodeHello(f)
	case Command:
		return encodeCommand(f.Command)
	case Ack:
		return append(strconv.AppendInt([]byte(`{"type":"ack","seq":`), f.Seq, 10), '}')
	case Ping:
		return []byte(`{"type":"ping"}`)
	case Pong:
		return []byte(`{"type":"pong"}`)
	case Ask:
		kind = "receipt"
		frame = struct {
			OrderID string `json:"orderId"`
			Version int64  `json:"version"`
		}{f.OrderID, f.Version}
	case Receipt:
		kind = "receipt"
		if f.To == nil {
			f.To = []ReceiptTo{}
		}
		frame = f
	case Watched:
		kind = "watch"
		if f.Events == nil {
			f.Events = []Happened{}
		}
		frame = f
	case Token:
		return append(appendText([]byte(`{"type":"token","token":`), f.Token), '}')
	case TokenTaken:
		kind = "token"
	case Welcome:
		kind = "welcome"
		if f.Orders == nil {
			f.Orders = []callout.Order{}
		}
		frame = f
	case Error:
		kind = "error"
	case Goodbye:
		kind = "goodbye"
	default:
		panic("wire: not a frame")
	}
	body := mustMarshal(frame)
	out := append([]byte(`{"type":"`), kind...)
	out = append(out, `",`...)
	return append(out, body[1:]...)
}

func encodeHello(h Hello) []byte {
	type resume struct {
		Seq int64  `json:"seq"`
		Of  string `json:"of,omitempty"`
	}
	frame := struct {
		Type     string       `json:"type"`
		Token    string       `json:"token,omitempty"`
		Device   string       `json:"device"`
		Resume   *resume      `json:"resume,omitempty"`
		Window   int          `json:"window,omitempty"`
		Leave    string       `json:"leave,omitempty"`
		UserID   string       `json:"userId,omitempty"`
		Role     callout.Role `json:"role,omitempty"`
		Receipts bool         `json:"receipts,omitempty"`
		Watch    bool         `json:"watch,omitempty"`
		Instance string       `json:"instance,omitempty"`
		Attempt  int64        `json:"attempt,omitempty"`
	}{
		Type: "hello", Token: h.Token, Device: h.Device, Window: h.Window, UserID: h.UserID, Role: h.Role, Receipts: h.Receipts, Watch: h.Watch,
		Instance: h.Instance, Attempt: h.Attempt,
	}
	if h.Resume != nil {
		frame.Resume = &resume{h.Resume.Seq, h.Resume.Of}
	}
	if h.WhenDone {
		frame.Leave = "whenDone"
	}
	return mustMarshal(frame)
}

func encodeCommand(c callout.Command) []byte {
	return mustMarshal(struct {
		Type      string         `json:"type"`
		ID        string         `json:"id"`
		OrderID   string         `json:"orderId,omitempty"`
		Status    callout.Status `json:"statusCode"`
		Version   int64          `json:"version,omitempty"`
		Receivers []string       `json:"receivers,omitempty"`
		Extra     callout.Extra  `json:"extra"`
	}{"command", c.ID, c.OrderID, c.Status, c.Version, c.Receivers, c.Extra})
}

func mustMarshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("wire: " + err.Error())
	}
	return data
}
