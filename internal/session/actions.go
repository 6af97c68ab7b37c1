package session

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Actions is what a session wants done, in this order: what it sends, what it asks for, and its end.
type Actions struct {
	Send     []Message
	Requests []Request
	Close    *Close
	Gone     bool // the peer is dead: drop the connection
	Limited  bool // a command was turned away because there were too many
}

// Message is what goes to the peer: a text frame, or a ping.
type Message struct {
	Data  []byte
	Event *wire.Event // instead of Data: an event as the native protocol has it
	Ping  bool
	At    time.Time // of a text frame that is an event: when it was committed
	Seq   int64     // and its number, unless it is sent once more
}

// Append appends what the message says.
func (m *Message) Append(b []byte) []byte {
	if m.Event != nil {
		return wire.AppendEvent(b, m.Event)
	}
	return append(b, m.Data...)
}

// Close ends the session: a close frame is sent, what the peer still has to say is read until its own close frame.
type Close struct {
	Code   wire.CloseCode
	Reason string
}

// Request is something that the session needs of others, and that is answered by a call of its own.
type Request interface{ request() }

type (
	// Verify asks who says this hello. Answered by Verified.
	Verify struct{ Hello wire.Hello }
	// Open asks for the device's snapshot, after the session has been subscribed to its user. Answered by Opened.
	Open struct {
		UserID, Device string
		Resume         *wire.Resume
		Receipts       bool   // to its receipts, too
		Watch          bool   // and to everybody's events
		Instance       string // as in a [wire.Hello]
		Attempt        int64
	}
	// Renew asks whose token this is. Answered by Renewed.
	Renew struct{ Token string }
	// Register asks to make a new device known. Answered by Registered.
	Register struct {
		UserID, Device string
		Seq            int64
	}
	// Submit hands a command to the ledger. Answered by Answered.
	Submit struct{ Command callout.Command }
	// Acknowledge notes how far the device has got, and that it is here. It has no answer.
	Acknowledge struct {
		UserID, Device string
		From, Seq      int64 // what follows From, up to Seq, has been acknowledged now
	}
	// Read asks for the next rows of the inbox. Answered by Paged.
	Read struct {
		UserID string
		After  int64
		Limit  int
	}
	// Find asks for the newest row of the inbox that belongs to an order. Answered by Found.
	Find struct {
		UserID, OrderID string
		Version, UpTo   int64 // 0: any
		Because         Reason
	}
	// Replay asks for the newest row up to UpTo of each of the orders. Answered by Replayed.
	Replay struct {
		UserID string
		Orders []string
		UpTo   int64
	}
	// Tell says to the sessions of an event's sender that it has been acknowledged. It has no answer.
	Tell struct {
		SenderID string
		Receipt  wire.Receipt
	}
	// Inquire asks what became of an event that the user has sent. Answered by Inquired.
	Inquire struct {
		UserID string
		About  wire.Ask
	}
	// Stand asks for the inbox's head and the number of open orders. Answered by Stood.
	Stand struct{ UserID string }
)

func (Verify) request()      {}
func (Renew) request()       {}
func (Open) request()        {}
func (Register) request()    {}
func (Submit) request()      {}
func (Acknowledge) request() {}
func (Read) request()        {}
func (Find) request()        {}
func (Replay) request()      {}
func (Tell) request()        {}
func (Inquire) request()     {}
func (Stand) request()       {}

// Reason is why a row is looked for; it comes back with the row.
type Reason struct {
	CommandID string
	Passed    int64 // what the session had sent: when a repeat came, when a refusal looked for the row
	Refused   bool  // the command was refused; otherwise it was a repeat
}

// take hands out what the session wants done.
func (s *Session) take() Actions {
	s.classicPing()
	out := s.out
	s.out = Actions{}
	return out
}

// send sends a text frame, unless the close frame has been sent: nothing follows that.
func (s *Session) send(frame []byte) {
	if s.state == closed {
		return
	}
	s.out.Send = append(s.out.Send, Message{Data: frame})
}

// ping asks the peer for a sign of life. In the classic dialect the ping says how far delivery has got, and so waits
// until that has begun.
func (s *Session) ping(now time.Time) {
	s.pinged = now
	if s.classic != nil {
		s.classic.owed = true
		return
	}
	s.out.Send = append(s.out.Send, Message{Ping: true})
}

func (s *Session) ask(r Request) { s.out.Requests = append(s.out.Requests, r) }

// end closes the session. A peer that may come back is asked to wait a second.
func (s *Session) end(code wire.CloseCode, reason string) { s.endAfter(code, reason, time.Second) }

func (s *Session) endAfter(code wire.CloseCode, reason string, after time.Duration) {
	if s.state == closed {
		return
	}
	if s.classic == nil && code.GoodbyeFirst() {
		goodbye := wire.Goodbye{Code: code, Reason: reason, Reconnect: code.Reconnect()}
		if goodbye.Reconnect {
			goodbye.AfterMs = after.Milliseconds()
		}
		s.send(wire.Encode(goodbye))
	}
	s.state = closed
	s.out.Close = &Close{code, reason}
}
