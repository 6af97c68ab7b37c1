package demo

import (
	"fmt"
	"io"

	"github.com/calloutd/callout"
)

// writeMermaid writes arrows as a sequence diagram of Mermaid, in the original's words.
func writeMermaid(w io.Writer, arrows []arrow) error {
	text := "sequenceDiagram\n    autonumber\n" +
		"    participant C as Client\n    participant S as Serviceman\n" +
		"    participant K as Server\n    participant D as Database\n\n"
	for _, a := range arrows {
		text += fmt.Sprintf("    %s ->> %s : %s\n", participant(a.From), participant(a.To), words(a))
		if a.What == tells && a.To == serverLane {
			text += fmt.Sprintf("    Note right of S: (%s, %d)\n", a.Code, int(a.Code))
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write the diagram: %w", err)
	}
	return nil
}

func participant(l lane) string {
	switch l {
	case clientLane:
		return "C"
	case servicemanLane:
		return "S"
	case serverLane:
		return "K"
	}
	return "D"
}

// words is what the original writes at an arrow.
func words(a arrow) string {
	switch {
	case a.What == connects:
		return "connect to the Server"
	case a.What == disconnects:
		return "disconnect from the Server"
	case a.To == databaseLane:
		return fmt.Sprintf("status changed to %d", int(a.Code))
	}
	said, heard := originalWords(a.Code)
	if a.From == serverLane {
		return heard
	}
	return said
}

// originalWords is what a status is called where a party says it, and where the other hears of it.
func originalWords(s callout.Status) (said, heard string) {
	switch s {
	case callout.Placed:
		return "places the order", "receives the order"
	case callout.Accepted:
		return "accepts the order", "accepted the order"
	case callout.Started:
		return "notify that the serviceman has started the service", "receives the starting notification"
	case callout.OrderChanged:
		return "request to extend one of the services", "receives the request for extension"
	case callout.Extended:
		return "notification on the service being extended", "receives extended notification"
	case callout.Payment:
		return "notification to initiate the payment", "receives the payment notification"
	case callout.PaymentVerification:
		return "send payment verification notification", "receives the payment verification notification"
	case callout.OrderComplete:
		return "order complete notification", "receives order completion notification"
	case callout.Cancelled:
		return "cancels the order", "receives the cancellation notification"
	}
	return s.String(), s.String()
}
