package store

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/calloutd/callout"
)

// Mark says that something happened at one moment to a range of an inbox: it was sent to a device, or acknowledged by it.
type Mark struct {
	First, Last int64 // seqs
	At          time.Time
}

// ReceiptReader is what those need who want to know what became of events.
type ReceiptReader interface {
	// Receipts reads who was told of an event of an order, or with version 0 of every event, and what became of that on
	// each of their devices, in order of version. Rows that have been cut off are left out. Of an event that senderID
	// has not sent there are none, unless that is empty.
	Receipts(ctx context.Context, orderID string, version int64, senderID string) ([]Receipt, error)
}

// Receipt is what became of one event for one of those who were told of it.
type Receipt struct {
	Version  int64 // of the event
	Status   callout.Status
	SenderID string
	At       time.Time // when it happened, just before it was committed
	UserID   string    // who was told
	View     callout.View
	Seq      int64 // in their inbox
	Devices  []Delivery
}

// Delivery is what became of an event on one device. A time that is zero has not come, or was not written down before a
// crash: nothing is said that has not happened.
type Delivery struct {
	Device          string
	SentAt, AckedAt time.Time
}

// First is when the first of the devices was sent the event, and when the first of them acknowledged it, without their names: which
// devices somebody has is their own business.
func (r *Receipt) First() (had Delivery) {
	for _, d := range r.Devices {
		had.SentAt, had.AckedAt = earlier(had.SentAt, d.SentAt), earlier(had.AckedAt, d.AckedAt)
	}
	return had
}

// earlier is the earlier of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// The kinds of receipts, as databases keep them.
const (
	SentKind  = 1
	AckedKind = 2
)

// Place is up to where a device has acknowledged, and up to where receipts speak of what was sent to it.
type Place struct {
	Known        bool
	Cursor, Sent int64
}

// After is what an ack makes of its device's place, and the marks that say more than is known. A device that is neither
// known nor new stays as it is. Of one that has just come nothing was sent or acknowledged before.
func (a *Ack) After(p Place) (next Place, sent, acked []Mark) {
	switch {
	case p.Known:
		sent, acked = MarksAfter(a.Sent, p.Sent), MarksAfter(a.Acked, p.Cursor)
		return Place{true, max(p.Cursor, a.Seq), LastMark(sent, p.Sent)}, sent, acked
	case a.New:
		return Place{true, a.Seq, a.Seq}, nil, nil
	}
	return p, nil, nil
}

// AddMark adds a mark behind others. Of what they speak of already, the first time counts. A mark that goes on where the
// last one ends, at the same millisecond, becomes one with it.
func AddMark(marks []Mark, m Mark) []Mark {
	n := len(marks) - 1
	if n < 0 {
		return append(marks, m)
	}
	last := &marks[n]
	m.First = max(m.First, last.Last+1)
	switch {
	case m.First > m.Last:
		return marks
	case m.First == last.Last+1 && m.At.UnixMilli() == last.At.UnixMilli():
		last.Last = m.Last
		return marks
	}
	return append(marks, m)
}

// MarksAfter is what marks say of seqs above one.
func MarksAfter(marks []Mark, seq int64) []Mark {
	i := slices.IndexFunc(marks, func(m Mark) bool { return m.Last > seq })
	if i < 0 {
		return nil
	}
	rest := slices.Clone(marks[i:])
	rest[0].First = max(rest[0].First, seq+1)
	return rest
}

// LastMark is the highest seq of marks, or seq if that is higher.
func LastMark(marks []Mark, seq int64) int64 {
	if n := len(marks); n > 0 {
		return max(seq, marks[n-1].Last)
	}
	return seq
}

// EncodeMarks writes marks as a database keeps them: of each the distance of First from the former Last, its length, and the
// milliseconds since the former, as varints.
func EncodeMarks(marks []Mark) []byte {
	var b []byte
	var last, at int64
	for _, m := range marks {
		b = binary.AppendVarint(b, m.First-last)
		b = binary.AppendVarint(b, m.Last-m.First)
		b = binary.AppendVarint(b, m.At.UnixMilli()-at)
		last, at = m.Last, m.At.UnixMilli()
	}
	return b
}

// DecodeMarks reads what [EncodeMarks] wrote.
func DecodeMarks(b []byte) ([]Mark, error) {
	var marks []Mark
	var last, at int64
	for len(b) > 0 {
		var fields [3]int64
		for i := range fields {
			v, n := binary.Varint(b)
			if n <= 0 {
				return nil, errors.New("marks that end in the middle")
			}
			fields[i], b = v, b[n:]
		}
		first := last + fields[0]
		last, at = first+fields[1], at+fields[2]
		marks = append(marks, Mark{first, last, time.UnixMilli(at).UTC()})
	}
	return marks, nil
}

// MarkedAt is when a seq was marked, or zero.
func MarkedAt(marks []Mark, seq int64) time.Time {
	for _, m := range marks {
		if m.First <= seq && seq <= m.Last {
			return m.At
		}
	}
	return time.Time{}
}

// Sent reports whether a user has sent one of an order's events, which are all that there are. With version 0, or of
// nobody, it is not asked.
func Sent(events []callout.Event, version int64, senderID string) bool {
	if version == 0 || senderID == "" {
		return true
	}
	return version <= int64(len(events)) && events[version-1].Sender.ID == senderID
}

// Concerned lists, each once, everybody who may have been told of some of an order's events.
func Concerned(events []callout.Event) []string {
	var ids []string
	add := func(list ...string) {
		for _, id := range list {
			if id != "" && id != callout.SystemID && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	for i := range events {
		add(events[i].Order.ClientID, events[i].Order.ServicemanID, events[i].Sender.ID)
		add(events[i].Order.Receivers...)
	}
	return ids
}
