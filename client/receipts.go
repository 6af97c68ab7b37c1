package client

import (
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Receipt says what became of an event, which the user of the socket has sent, for somebody else who was told of it.
type Receipt struct {
	OrderID string
	Version int64     // of the event
	UserID  string    // who was told
	SentAt  time.Time // when it was first sent to one of their devices; zero: not yet, as far as is known
	AckedAt time.Time // when one of their programs first had finished it; zero: not yet, as far as is known
}

// AskReceipt has Config.OnReceipt told what has become of an event, once for each of the others who were told of it. There is
// no answer while there is no connection, nor of events that somebody else has sent. The error, callout.Invalid, says that
// there cannot be such an event; then nothing is asked.
func (s *Socket) AskReceipt(orderID string, version int64) error {
	if err := callout.CheckID("orderID", orderID); err != nil {
		return fmt.Errorf("ask for a receipt: %w", err)
	}
	if version < 1 {
		return fmt.Errorf("ask for a receipt: %w", &callout.Error{Code: callout.Invalid, Message: "version is less than 1"})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connected && s.config.OnReceipt != nil {
		s.questions = append(s.questions, wire.Ask{OrderID: orderID, Version: version})
		wake(s.outgoing)
	}
	return nil
}

// asked takes the questions that are to be written. The caller holds the lock.
func (s *Socket) asked() (frames [][]byte) {
	for _, q := range s.questions {
		frames = append(frames, wire.Encode(q))
	}
	s.questions = nil
	return frames
}

func (s *Socket) receipt(r wire.Receipt) {
	if s.config.OnReceipt == nil {
		return
	}
	for _, to := range r.To {
		s.config.OnReceipt(Receipt{r.OrderID, r.Version, to.UserID, to.SentAt, to.AckedAt})
	}
}
