// Package record is what is written down while the torture runs: what every party sent, what it was told, and what it was
// handed, in the order in which it saw it.
package record

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/calloutd/callout"
)

// Kind is the program that a device runs.
type Kind string

const (
	SDK     Kind = "sdk"     // package client
	Raw     Kind = "raw"     // the native protocol, spoken by hand
	Classic Kind = "classic" // the dialect of the original system
)

// Never is when a call returned whose outcome nobody was told.
const Never = time.Duration(math.MaxInt64)

// Device is everything that one device of a user sent and received. Its methods are safe for concurrent use; its fields
// are to be read once nothing writes any more.
type Device struct {
	UserID string
	Role   callout.Role
	Kind   Kind
	Name   string

	Sessions []*Session
	Commands []*Command
	Faults   []string // what the party itself found wrong

	start     time.Time
	mu        sync.Mutex
	said      int64 // the highest seq that a hello has named
	last      int64 // the highest seq handed
	handed    int   // events
	undecided int   // commands without an outcome
}

// Session is one stretch of receiving: of a raw or classic device one connection, of a program with the SDK its life from
// a start to its end, through any number of connections.
type Session struct {
	Resume int64 // the seq that the device said it had, or that its cursor had; -1: none was said
	From   int64 // what the server said it goes on from; in the classic dialect nothing is said, and it is 0
	Reset  bool
	Window int   // how many events may be unacknowledged; 0: nobody counts
	Said   int64 // the highest seq that the device had said it had by then, in hellos whose answer may not have come
	Acked  int64 // the highest seq that the device acknowledged in it
	Events []Event
	Seen   []Glimpse
	Ahead  int // the most events that were unacknowledged at once
}

// Glimpse is an order as it was shown beside the events: by a welcome or with a refusal.
type Glimpse struct {
	OrderID string
	Version int64
	Status  callout.Status
}

// Command is one command and what its sender was told of it.
type Command struct {
	callout.Command // without an ID in the classic dialect
	Outcome         Outcome
	Code            callout.Code  // of a refusal
	Event           int64         // the version of the event that it was, when it took effect
	Saw             Glimpse       // the order as it was shown with the refusal
	Called          time.Duration // when it was first sent, since the start
	Returned        time.Duration // when its sender was told; Never: not yet
}

// Outcome is what the sender of a command was told.
type Outcome uint8

const (
	Unknown Outcome = iota // nothing
	Effect                 // it took effect
	Refused                // it was refused, for good
)

// NewDevice makes the record of a device. All that are compared with each other have one start.
func NewDevice(userID string, role callout.Role, kind Kind, name string, start time.Time) *Device {
	return &Device{UserID: userID, Role: role, Kind: kind, Name: name, start: start}
}

// Begin notes the beginning of a session.
func (d *Device) Begin(s Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Acked, s.Said = s.From, d.said
	d.Sessions = append(d.Sessions, &s)
}

// Resume notes that a hello is about to say how far the device has got. That acknowledges it, even if no welcome comes.
func (d *Device) Resume(seq int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = max(d.said, seq)
}

// Hand notes an event in the present session.
func (d *Device) Hand(e Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.Sessions[len(d.Sessions)-1]
	s.Events = append(s.Events, e)
	d.last = max(d.last, e.Seq)
	d.handed++
	s.Ahead = max(s.Ahead, int(e.Seq-s.Acked))
}

// Ack notes an acknowledgement in the present session, before it is sent.
func (d *Device) Ack(seq int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.Sessions[len(d.Sessions)-1]
	s.Acked = max(s.Acked, seq)
}

// See notes orders that were shown beside the events of the present session.
func (d *Device) See(orders ...callout.Order) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.Sessions[len(d.Sessions)-1]
	for _, o := range orders {
		s.Seen = append(s.Seen, Glimpse{o.ID, o.Version, o.Status})
	}
}

// Call notes a command that is about to be sent for the first time.
func (d *Device) Call(cmd callout.Command) *Command {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &Command{Command: cmd, Called: time.Since(d.start), Returned: Never}
	d.Commands = append(d.Commands, c)
	d.undecided++
	return c
}

// TookEffect notes that the sender was told so, by the event at that version.
func (d *Device) TookEffect(c *Command, version int64) {
	d.settle(c, func() { c.Outcome, c.Event = Effect, version })
}

// WasRefused notes a final refusal and the order that came with it, if any did.
func (d *Device) WasRefused(c *Command, code callout.Code, order callout.Order) {
	d.settle(c, func() {
		c.Outcome, c.Code, c.Saw = Refused, code, Glimpse{order.ID, order.Version, order.Status}
	})
}

// settle notes what was told first; what contradicts it later is a fault.
func (d *Device) settle(c *Command, tell func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	former := *c
	tell()
	if former.Outcome == Unknown {
		c.Returned = time.Since(d.start)
		d.undecided--
		return
	}
	if former.Outcome != c.Outcome || former.Event != c.Event {
		d.Faults = append(d.Faults, "command "+c.ID+" was answered twice, and differently")
	}
	*c = former
}

// Fault notes what the party itself found wrong.
func (d *Device) Fault(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.Faults, what) {
		d.Faults = append(d.Faults, what)
	}
}

// Last is the highest seq that the device has been handed.
func (d *Device) Last() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}

// Undecided is how many commands have no outcome. In the classic dialect none has to have one.
func (d *Device) Undecided() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Kind == Classic {
		return 0
	}
	return d.undecided
}

// Size is how much has been written down.
func (d *Device) Size() (sessions, commands, events int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.Sessions), len(d.Commands), d.handed
}
