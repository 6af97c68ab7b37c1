// Package load plays whole orders between pairs of parties as fast as a server takes them, and times them: the generator
// behind `callout bench`, and of the comparison in bench/ with what people use instead.
package load

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/calloutd/callout"
)

// Dialect is how the clients of one kind of server speak.
type Dialect interface {
	// Dial connects a party, and returns once the server delivers to it. from is the address of this machine to connect
	// from; the zero address is any.
	Dial(ctx context.Context, who Party, from netip.Addr) (Conn, error)
}

// Party is one side of a pair.
type Party struct {
	UserID string
	Role   callout.Role
}

// Device is the one device that a party has.
func (p Party) Device() string { return "d-" + p.UserID }

// Conn is the connection of a party. One goroutine at a time sends, and one receives; both may at the same moment.
type Conn interface {
	// Send writes a command, and whatever the dialect has to say beside it, in one write.
	Send(c *Command) error
	// Receive waits for the next thing that counts: the word that a command of the party's own is durable, or an event of
	// the counterpart's. Whatever else comes, such as pings, it deals with.
	Receive() (Notice, error)
	Close() error
}

// Command is the next move of an order.
type Command struct {
	ID      string
	OrderID string
	Status  callout.Status
	Version int64  // of the order before it; 0 for a PLACED
	To      string // the counterpart
}

// Notice is what a party hears of an event.
type Notice struct {
	Own     bool // it is the party's own command that has taken effect
	OrderID string
	Version int64
}

// Ticker is a Conn that has something to say after a silence. Whoever plays calls Tick about every 100 ms, also while
// others send and receive.
type Ticker interface {
	Tick() error
}

// Refusal is the error that Receive returns for a command that was not taken. The connection goes on.
type Refusal struct {
	CommandID string
	Code      callout.Code // as Callout has it; one that is not final has the same command sent again
	Message   string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("command %s was refused: %s: %s", r.CommandID, r.Code, r.Message)
}
