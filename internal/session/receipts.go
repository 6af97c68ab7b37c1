package session

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// receipting is what a session knows of events that others want to hear of once they are acknowledged.
type receipting struct {
	unacked       []unacked
	wantsReceipts bool // the hello asked for them
	asking        bool // a question is being answered; nothing more is read meanwhile
}

// unacked is an event by somebody else that has been sent and not been acknowledged. There are no more than the window.
type unacked struct {
	seq      int64
	senderID string
	orderID  string
	version  int64
	sentAt   time.Time
}

// owesReceipt notes an event whose sender may want to know when it is acknowledged. A closed offer does not name them.
func (s *Session) owesReceipt(row *wire.Event, now time.Time) {
	if row.SenderID == "" || row.SenderID == callout.SystemID || row.SenderID == s.me.UserID {
		return
	}
	s.unacked = append(s.unacked, unacked{row.Seq, row.SenderID, row.OrderID, row.Version, now})
}

// receipts tells the senders of what has been acknowledged up to seq.
func (s *Session) receipts(seq int64, now time.Time) {
	for len(s.unacked) > 0 && s.unacked[0].seq <= seq {
		u := s.unacked[0]
		s.unacked = s.unacked[1:]
		to := wire.ReceiptTo{UserID: s.me.UserID, SentAt: millis(u.sentAt), AckedAt: millis(now)}
		s.ask(Tell{u.senderID, wire.Receipt{OrderID: u.orderID, Version: u.version, To: []wire.ReceiptTo{to}}})
	}
	if len(s.unacked) == 0 {
		s.unacked = nil
	}
}

// Receipt takes the word that somebody has acknowledged an event that this user has sent.
func (s *Session) Receipt(r *wire.Receipt) Actions {
	if s.state == open && s.wantsReceipts {
		s.send(wire.Encode(*r))
	}
	return s.take()
}

// inquire looks up what became of an event. Of more questions than a session may ask there is no answer.
func (s *Session) inquire(a wire.Ask) {
	if s.state != open || !s.spend() {
		return
	}
	s.asking = true
	s.ask(Inquire{s.me.UserID, a})
}

// Inquired takes the answer to that. When the database is away there is none.
func (s *Session) Inquired(r *wire.Receipt, ok bool) Actions {
	s.asking = false
	if ok && s.state == open {
		s.send(wire.Encode(*r))
	}
	return s.take()
}

// millis is a time as it goes over the wire.
func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
