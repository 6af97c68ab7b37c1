package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/calloutd/callout"
)

// lane is one of those between whom arrows go.
type lane string

const (
	clientLane     lane = "client"
	servicemanLane lane = "serviceman"
	serverLane     lane = "server"
	databaseLane   lane = "database"
)

// kind is what an arrow says.
type kind string

const (
	connects    kind = "connect"    // a party's session has begun
	disconnects kind = "disconnect" // the server has ended it
	tells       kind = "order"      // a status of the order
)

// arrow is one arrow of the sequence that was recorded. Its JSON form is a line of the trace.
type arrow struct {
	N    int            `json:"n"` // counts the arrows: 1, 2, 3, …
	From lane           `json:"from"`
	To   lane           `json:"to"`
	What kind           `json:"what"`
	Code callout.Status `json:"code"` // 0 unless What is tells

	At time.Duration `json:"-"` // since the first arrow
}

func (a arrow) String() string {
	if a.What == tells {
		return fmt.Sprintf("%s→%s %d", a.From, a.To, int(a.Code))
	}
	return fmt.Sprintf("%s→%s %s", a.From, a.To, a.What)
}

// voice is whose word the arrow carries: what the server tells one party, the other has said. It is the server's own
// where the server speaks for itself.
func (a arrow) voice() lane {
	switch {
	case a.To == databaseLane:
		return databaseLane
	case a.From != serverLane:
		return a.From
	case a.What == tells && a.To == servicemanLane:
		return clientLane
	case a.What == tells && a.To == clientLane:
		return servicemanLane
	}
	return serverLane
}

// traceTo writes arrows as JSON lines.
func traceTo(w io.Writer) func(arrow) error {
	lines := json.NewEncoder(w)
	return func(a arrow) error {
		if err := lines.Encode(a); err != nil {
			return fmt.Errorf("write the trace: %w", err)
		}
		return nil
	}
}
