package callout

import "time"

// Event is what happened to an order: a command that was decided and, once it is committed, never refused or changed.
type Event struct {
	OrderID   string
	Version   int64 // of the order after it
	Status    Status
	Sender    Actor
	CommandID string // the sender's id of the command that it was
	At        time.Time
	Extra     Extra
	Order     Order       // as it was after the event
	To        []Recipient // who is told
}
