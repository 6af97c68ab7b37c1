// Package wire holds the frames that cross a socket, native and classic, and the codes that close it. It is the only
// place that reads or writes their JSON. docs/protocol.md describes them for the authors of clients.
package wire

import (
	"encoding/json"
	"time"

	"github.com/calloutd/callout"
)

// Subprotocol is what the native protocol is called in the WebSocket handshake.
const Subprotocol = "callout.v1"

// MaxFrame is how many bytes a frame from a client may have.
const MaxFrame = 64 << 10

// Frame is what a client sends in the native protocol: a Hello, a Command, a BadCommand, an Ack, an Ask, a Token or a Ping.
type Frame interface{ fromClient() }

// Hello opens a session.
type Hello struct {
	Token    string
	Device   string
	Resume   *Resume // nil: from the stored cursor of the device, or for a new device from now on
	Window   int     // how many events may be on their way unacknowledged; 0: the server's own
	WhenDone bool    // "leave":"whenDone": the server ends the session once the user's orders have ended
	Receipts bool    // tell when others have acknowledged what this user has sent
	Watch    bool    // for operators: tell of every event that something has happened to an order

	// Which hello of the device's program this is, so that one that comes late is told from one that takes over. Without an
	// Instance, which each run of the program makes anew, none is told.
	Instance string
	Attempt  int64 // 1, 2, 3, … within the Instance

	// In development mode, and without a token, a client says who it is.
	UserID string
	Role   callout.Role
}

// Resume says which event a device had last.
type Resume struct {
	Seq int64
	Of  string // that event as "<orderId>/<version>", or empty
}

// Command asks for a move. Its Sender is still empty: that is the session's to know.
type Command struct{ callout.Command }

// BadCommand is a command whose id could be read and nothing that makes sense beside it.
type BadCommand struct {
	ID  string
	Err *callout.Error
}

// Ack acknowledges every event up to Seq.
type Ack struct{ Seq int64 }

// Token takes the place of the token that the session was opened with.
type Token struct{ Token string }

// Ask asks what became of an event that the user has sent, for those who were told of it.
type Ask struct {
	OrderID string
	Version int64
}

// Ping asks for a sign of life: the programs of web pages do not see those of the WebSocket protocol.
type Ping struct{}

func (Ask) fromClient()        {}
func (Ping) fromClient()       {}
func (Hello) fromClient()      {}
func (Command) fromClient()    {}
func (BadCommand) fromClient() {}
func (Ack) fromClient()        {}
func (Token) fromClient()      {}

// ServerFrame is what a server sends in the native protocol: a Welcome, an Event, an Error, a Receipt, a Watched, a
// TokenTaken, a Pong or a Goodbye.
type ServerFrame interface{ fromServer() }

// Welcome answers a Hello.
type Welcome struct {
	UserID      string          `json:"userId"`
	Role        callout.Role    `json:"role"`
	From        int64           `json:"from"` // the first event that follows is numbered From+1
	Seq         int64           `json:"seq"`  // the inbox's head
	Orders      []callout.Order `json:"orders"`
	Now         time.Time       `json:"now"`
	PingSeconds int             `json:"pingSeconds"`
	ExpiresAt   time.Time       `json:"expiresAt,omitzero"` // of the token
	Reset       bool            `json:"reset,omitempty"`    // what the device has is not what the inbox says: drop it, take Orders
	Dev         bool            `json:"dev,omitempty"`      // development mode: anybody may be anybody
}

// Event is one row of an inbox: an event as its recipient sees it.
type Event struct {
	Seq        int64
	OrderID    string
	Version    int64
	SenderID   string // empty in the view of one whose offer is closed
	ReceiverID string // whose inbox it is
	CommandID  string // set for the sender alone
	Status     callout.Status
	At         time.Time
	Order      json.RawMessage // a [callout.Order], in the recipient's view
	Extra      json.RawMessage // an object; empty for all but the parties
	Repeat     bool            // sent once more because its command was; it moves no cursor
}

// Of names the event as a [Resume] does.
func (e *Event) Of() string { return EventName(e.OrderID, e.Version) }

// Error refuses a command.
type Error struct {
	ID      string          `json:"id"` // of the command
	Code    callout.Code    `json:"code"`
	Message string          `json:"message"`
	Order   json.RawMessage `json:"order,omitempty"` // a [callout.Order] as the sender may see it now
}

// Receipt says what became of an event for others who were told of it: as the answer to an [Ask] for all of them, else for
// the one who has just acknowledged it.
type Receipt struct {
	OrderID string      `json:"orderId"`
	Version int64       `json:"version"`
	To      []ReceiptTo `json:"to"`
}

// ReceiptTo is one of them. A time that is missing has not come, or was not written down before a crash.
type ReceiptTo struct {
	UserID  string    `json:"userId"`
	SentAt  time.Time `json:"sentAt,omitzero"`  // when it was first sent to one of their devices
	AckedAt time.Time `json:"ackedAt,omitzero"` // when one of them first acknowledged it
}

// Watched tells an operator of events, whoever they concern: a hint to read again what is shown of these orders.
type Watched struct {
	Events []Happened `json:"events"`
	Missed bool       `json:"missed,omitempty"` // there were more: read again whatever is shown
}

// Happened says that an event has happened to an order.
type Happened struct {
	OrderID string         `json:"orderId"`
	Version int64          `json:"version"`
	Status  callout.Status `json:"statusCode"` // of the event
	At      time.Time      `json:"at"`
}

// TokenTaken answers a Token.
type TokenTaken struct {
	ExpiresAt time.Time `json:"expiresAt"`
}

// Goodbye says why the server is about to close the socket, and whether to come back.
type Goodbye struct {
	Code      CloseCode `json:"code"`
	Reason    string    `json:"reason"`
	Reconnect bool      `json:"reconnect"`
	AfterMs   int64     `json:"afterMs,omitempty"` // how long to wait before that
}

// Pong answers a Ping.
type Pong struct{}

func (Pong) fromServer()       {}
func (Watched) fromServer()    {}
func (Welcome) fromServer()    {}
func (Event) fromServer()      {}
func (Error) fromServer()      {}
func (Goodbye) fromServer()    {}
func (Receipt) fromServer()    {}
func (TokenTaken) fromServer() {}
