package client

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Happened says that an event has happened to an order.
type Happened struct {
	OrderID string
	Version int64
	Status  callout.Status // of the event
	At      time.Time
}

func (s *Socket) watched(w wire.Watched) {
	if s.config.OnWatch == nil {
		return
	}
	happened := make([]Happened, len(w.Events))
	for i, e := range w.Events {
		happened[i] = Happened(e)
	}
	s.config.OnWatch(happened, w.Missed)
}
