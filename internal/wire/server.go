package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/calloutd/callout"
)

// DecodeServer reads one frame from a server, for the Go SDK. A frame of a type that it does not know is nil: servers
// may learn new ones.
func DecodeServer(data []byte) (ServerFrame, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("read a server's frame: %w", err)
	}
	switch head.Type {
	case "welcome":
		return decodeAs[Welcome](data)
	case "error":
		return decodeAs[Error](data)
	case "receipt":
		return decodeAs[Receipt](data)
	case "token":
		return decodeAs[TokenTaken](data)
	case "watch":
		return decodeAs[Watched](data)
	case "pong":
		return Pong{}, nil
	case "goodbye":
		return decodeAs[Goodbye](data)
	case "event":
		return decodeEvent(data)
	}
	return nil, nil
}

func decodeAs[F ServerFrame](data []byte) (ServerFrame, error) {
	var f F
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read a server's %T: %w", f, err)
	}
	return f, nil
}

func decodeEvent(data []byte) (ServerFrame, error) {
	var f struct {
		Seq        int64  `json:"seq"`
		OrderID    string `json:"orderId"`
		Version    int64  `json:"version"`
		SenderID   string `json:"senderId"`
		ReceiverID string `json:"receiverId"`
		CommandID  string `json:"commandId"`
		Status     struct {
			Code callout.Status `json:"statusCode"`
		} `json:"status"`
		At     time.Time       `json:"at"`
		Order  json.RawMessage `json:"order"`
		Extra  json.RawMessage `json:"extra"`
		Repeat bool            `json:"repeat"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read a server's event: %w", err)
	}
	return Event{
		Seq: f.Seq, OrderID: f.OrderID, Version: f.Version, SenderID: f.SenderID, ReceiverID: f.ReceiverID,
		CommandID: f.CommandID, Status: f.Status.Code, At: f.At, Order: f.Order, Extra: f.Extra, Repeat: f.Repeat,
	}, nil
}
