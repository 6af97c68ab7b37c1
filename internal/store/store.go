// Package store says what Callout needs of a database. Each interface belongs to one consumer; the packages sqlite and
// postgres fulfil them natively, and storetest holds both to the same contract.
//
// All of them are safe for concurrent use. Times are kept in whole milliseconds.
package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// Fault classifies what went wrong, mostly in a commit. An error that wraps none leaves its outcome unknown: the transaction may
// have been committed or not.
type Fault string

const (
	// BadData: the database refused something that was to be written, and nothing was. Run again, it refuses it again.
	BadData Fault = "the database refused the data"
	// TryAgain: the transaction lost against another and nothing was written. Run again, it may go through.
	TryAgain Fault = "the transaction lost against another"
	// Broken: the database can no longer be trusted by this process, which has to end.
	Broken Fault = "the database cannot be trusted any longer"
)

func (f Fault) Error() string { return string(f) }

// Ledger is what the ledger needs.
type Ledger interface {
	// Commit runs one group in one transaction: it locks and loads what the group names, has decide say what happened,
	// writes that with the inboxes of all recipients and the group's acks, and makes it durable. It returns the inbox
	// rows that it wrote, in commit order. It need not load what it remembers, if it finds out before the commit that that
	// is so; a command that has no effect is decided on what is locked.
	//
	// Every user's rows are numbered without a gap, in the order of the records and of their To. decide does no I/O. It may
	// run more than once in a call, and then its last run counts; and it may find the same commands as repeats when the
	// group is run again.
	Commit(ctx context.Context, g Group, decide func(Loaded) []Record) ([]wire.Event, error)

	// Remembered is an order as it was last written or sent, nil when it is not remembered, and what time it is, zero when that is not
	// known. It may not be committed, or not be so any more, so it is nothing to be told. The order is shared with Commit,
	// which finds the same one if it still is so; it is never changed. Nothing is read for it.
	Remembered(orderID string) (*callout.Order, time.Time)

	// Due lists the commands of timers whose time has come, the longest overdue first.
	Due(ctx context.Context, limit int) ([]callout.Command, error)
}

// Streamer is a [Ledger] that can take a group before the one before it is durable. What has been sent is relied on before it is
// committed, so that is only for a process in which nobody else commits events.
type Streamer interface {
	// Stream makes a stream. The database may take so long for a group; what is under way when ctx ends is given up.
	Stream(ctx context.Context, patience time.Duration) Stream
}

// Stream takes groups one after the other. It is used by one goroutine, and while something is under way Commit is called for nothing
// but acks.
type Stream interface {
	// Send runs a group as Commit does, without waiting for its outcome. False says that the group has to wait until nothing is under
	// way, and be committed by Commit: nothing was written of it, though decide may have run. It is not called while MostAhead groups
	// are under way.
	Send(g Group, decide func(Loaded) []Record) bool
	// Outcomes tells what has become of the groups that were sent, in their order. Each Send may have made it another channel.
	Outcomes() <-chan Outcome
	// Fail is called with the error of an outcome, before anything else is done. Nothing is under way then: those groups whose outcome
	// has not been told have met the same error, and none of them is committed if that says so of the first.
	Fail(err error)
	// Rest is called now and then when nothing is under way, and before Commit.
	Rest()
	Close()
}

// MostAhead is how many groups may be under way on a stream: one that the database is at, and one that it finds when it is through
// with that.
const MostAhead = 2

// Outcome is what has become of a group that was sent: what Commit would have returned.
type Outcome struct {
	Rows []wire.Event
	Err  error
}

// Group is what one commit reads before it decides, and what it writes whatever the decisions.
type Group struct {
	Commands int      // how many are to be decided
	Orders   []string // ids, each once
	Placed   []string // those of them that commands of the group place, each once
	Keys     []Key    // each once
	Placers  []string // users whose open orders are to be counted, each once
	Acks     []Ack    // at most one a device
}

// Key names a command for ever.
type Key struct{ SenderID, CommandID string }

// Loaded is what a group found.
type Loaded struct {
	Now     time.Time                 // the clock that decides
	Orders  map[string]*callout.Order // those that exist
	Repeats map[Key]Repeat            // those whose command has been committed before
	Open    map[string]int            // how many open orders a placer has as their client
}

// Repeat is the committed event of a command.
type Repeat struct {
	Digest  [16]byte
	OrderID string
	Version int64
}

// Ack is how far a device has got. One that is New is added, and its user's longest unseen devices beyond the store's
// limit are forgotten; a device that is neither New nor known stays unknown. A cursor never moves back.
type Ack struct {
	UserID, Device string
	Seq            int64
	SeenAt         time.Time
	New            bool
	Sent, Acked    []Mark // what was sent to the device and acknowledged by it since its last Ack, ascending
}

// MaxDevices is how many devices of a user are known, unless a store is told otherwise.
const MaxDevices = 20

// Record is one event to be written. Its views are encoded once, and never again.
type Record struct {
	callout.Event
	Digest [16]byte        // of the command; zero in the system's events
	Party  json.RawMessage // the order as parties see it
	Offer  json.RawMessage // as servicemen on offer see it; nil when none is told
	Extra  json.RawMessage // what the parties see
}

// NewRecord encodes the views of an event.
func NewRecord(e callout.Event, digest [16]byte) (Record, error) {
	r := Record{Event: e, Digest: digest}
	var err error
	party := e.Order.As(callout.PartyView)
	r.Party = party.AppendJSON(make([]byte, 0, 768)) // most have less
	if r.Extra, err = e.Extra.AppendJSON(nil); err != nil {
		return r, fmt.Errorf("encode extra of %s: %w", wire.EventName(e.OrderID, e.Version), err)
	}
	if slices.ContainsFunc(e.To, func(to callout.Recipient) bool { return to.View == callout.OfferView }) {
		offer := e.Order.As(callout.OfferView)
		r.Offer = offer.AppendJSON(nil)
	}
	return r, nil
}

// Row is one event as it stands in one inbox: what the database stores of it, and who reads it.
type Row struct {
	UserID    string
	Seq       int64
	View      callout.View
	OrderID   string
	Version   int64
	Status    callout.Status // of the event
	Rests     callout.Status // of the order after it
	SenderID  string
	CommandID string
	At        time.Time
	Party     json.RawMessage
	Offer     json.RawMessage
	Extra     json.RawMessage
}

// Row is the record as one of its recipients has it at seq.
func (r *Record) Row(to callout.Recipient, seq int64) Row {
	return Row{
		UserID: to.UserID, Seq: seq, View: to.View, OrderID: r.OrderID, Version: r.Version, Status: r.Status,
		Rests: r.Order.Status, SenderID: r.Sender.ID, CommandID: r.CommandID, At: r.At, Party: r.Party, Offer: r.Offer, Extra: r.Extra,
	}
}

// Event is the row as it goes to its reader: what the view leaves out is left out here and nowhere else.
func (r *Row) Event() wire.Event {
	e := wire.Event{
		Seq: r.Seq, OrderID: r.OrderID, Version: r.Version, SenderID: r.SenderID, ReceiverID: r.UserID, Status: r.Status, At: r.At,
	}
	if r.SenderID == r.UserID {
		e.CommandID = r.CommandID
	}
	switch r.View {
	case callout.PartyView:
		e.Order, e.Extra = r.Party, r.Extra
	case callout.OfferView:
		e.Order = r.Offer
	default:
		e.SenderID = ""
		e.Order = fmt.Appendf(nil, `{"id":%q,"version":%d,"statusCode":%d}`, r.OrderID, r.Version, int(r.Rests))
	}
	return e
}

// Inbox is what sessions need. Nothing that it returns was not committed before.
type Inbox interface {
	// Open reads in one snapshot what a session of the device starts from. It changes nothing.
	Open(ctx context.Context, userID, device string, resume *wire.Resume) (Snapshot, error)
	// Page reads at most limit rows of an inbox after a seq, in order.
	Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error)
	// Find reads the newest row of an inbox that is what is wanted, and false if there is none.
	Find(ctx context.Context, w Wanted) (wire.Event, bool, error)
	// Heads reads the last seq of each of the users' inboxes. Users without one are left out.
	Heads(ctx context.Context, userIDs []string) (map[string]int64, error)
	// Standing reads in one snapshot the inbox's head and how many open orders the user is party to or on offer for.
	Standing(ctx context.Context, userID string) (head int64, open int, err error)
}

// Snapshot is what a session starts from.
type Snapshot struct {
	Head    int64 // the last seq of the inbox; 0 when it is empty
	Floor   int64 // rows up to this seq have been cut off
	Cursor  int64 // the last seq that the device has acknowledged
	Known   bool  // whether the device has been here before
	Matches bool  // whether the inbox holds, at the resumed seq, the event that the device says it has there
	Barred  bool  // whether the user is let in no more
	Orders  []callout.Order
}

// Wanted says which row of an inbox to find.
type Wanted struct {
	UserID, OrderID string
	Version         int64 // 0: any
	UpTo            int64 // the highest seq; 0: any
}

// History is what those need who look at an order from outside.
type History interface {
	ReceiptReader
	// Events reads the events of an order, the first first. An order that does not exist has none.
	Events(ctx context.Context, orderID string) ([]callout.Event, error)
	// OrderIDs reads at most limit ids of orders that begin with prefix, in order.
	OrderIDs(ctx context.Context, prefix string, limit int) ([]string, error)
}

// AfterPrefix is above every id that begins with prefix, and below every other that is above prefix: ids are ASCII.
func AfterPrefix(prefix string) string { return prefix + "\x7f" }
