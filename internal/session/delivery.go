package session

import (
	"time"

	"github.com/calloutd/callout/internal/wire"
)

// delivery is how far a session has got with its inbox. The row whose turn it is goes out from memory when a hint brings
// it; everything else is read from the database, page by page, so that a session never holds more than a page.
type delivery struct {
	welcome *wire.Welcome // to be sent once the device is known
	window  int
	head    int64 // the highest seq heard of
	sent    int64 // the last seq sent
	acked   int64 // the last seq acknowledged
	dirty   bool  // the inbox holds rows that a hint could not bring
	reading bool  // a page is on its way
	retryAt time.Time
	unmoved time.Time // since when something that was sent has waited for an acknowledgement; zero: nothing does
}

// Hint takes a row that has just been committed. It may be late, early, or have been here before. It is not changed any
// more.
func (s *Session) Hint(row *wire.Event, now time.Time) Actions {
	s.head = max(s.head, row.Seq)
	switch {
	case row.Seq <= s.sent:
	case s.state == open && row.Seq == s.sent+1 && s.room() > 0:
		s.deliver(row, now)
	default:
		s.dirty = true
	}
	s.pump()
	s.leaveWhenAnswered()
	return s.take()
}

// Behind tells the session that its inbox may hold more than it has heard of.
func (s *Session) Behind() Actions {
	s.dirty = true
	s.pump()
	return s.take()
}

// Paged takes the page that was asked for; ok is false when the database is away.
func (s *Session) Paged(rows []wire.Event, limit int, ok bool, now time.Time) Actions {
	s.reading = false
	if !ok {
		s.dirty = true
		s.retryAt = now.Add(s.config.Retry)
		return s.take()
	}
	for i := range rows {
		if s.state != open {
			break
		}
		switch row := &rows[i]; {
		case row.Seq <= s.sent:
		case row.Seq == s.sent+1:
			s.deliver(row, now)
		default:
			s.end(wire.FellBehind, "the inbox has been cut; resume to start anew")
		}
	}
	s.dirty = s.dirty || len(rows) == limit
	s.pump()
	s.standIfNeeded()
	s.leaveWhenAnswered()
	return s.take()
}

func (s *Session) room() int { return s.window - int(s.sent-s.acked) }

// pump asks for the next page when there is one to come and room for it.
func (s *Session) pump() {
	if s.state != open || !s.dirty || s.reading || !s.retryAt.IsZero() {
		return
	}
	if room := s.room(); room > 0 {
		s.dirty, s.reading = false, true
		s.ask(Read{s.me.UserID, s.sent, min(room, s.config.Page)})
	}
}

// retry goes back to the database once it has had time to recover.
func (s *Session) retry(now time.Time) {
	if !s.retryAt.IsZero() && !now.Before(s.retryAt) {
		s.retryAt = time.Time{}
		s.pump()
		s.standIfNeeded()
	}
}

// ackDeadline is when a peer that acknowledges nothing until then is sent away; zero: there is nothing to acknowledge.
func (s *Session) ackDeadline() time.Time {
	if s.unmoved.IsZero() {
		return time.Time{}
	}
	return s.unmoved.Add(s.config.AckTimeout)
}

func (s *Session) overdue(now time.Time) bool {
	at := s.ackDeadline()
	return !at.IsZero() && !now.Before(at)
}

// stillWaiting begins anew to wait for the acknowledgement of what has been sent.
func (s *Session) stillWaiting(now time.Time) {
	s.unmoved = time.Time{}
	if s.acked < s.sent {
		s.unmoved = now
	}
}

// deliver sends the row whose turn it is.
func (s *Session) deliver(row *wire.Event, now time.Time) {
	if s.unmoved.IsZero() {
		s.unmoved = now
	}
	s.sent = row.Seq
	s.head = max(s.head, row.Seq)
	s.owesReceipt(row, now)
	if row.CommandID != "" {
		s.tell(row.CommandID)
	}
	if row.Status.Ends() {
		s.ended = row.Seq
	}
	if s.classic != nil {
		s.classicDeliver(row, row.Seq)
		return
	}
	s.out.Send = append(s.out.Send, Message{Event: row, At: row.At, Seq: row.Seq})
}

// ack takes the peer's word that it has everything up to seq.
func (s *Session) ack(seq int64) {
	if s.state != open {
		return
	}
	switch {
	case seq > s.head:
		s.doubted = max(s.doubted, seq)
		s.standIfNeeded()
	case seq > s.sent || seq <= s.acked:
	default:
		s.ask(Acknowledge{s.me.UserID, s.device, s.acked, seq})
		s.acked = seq
		s.receipts(seq, s.heard)
		s.stillWaiting(s.heard)
		s.pump()
		s.standIfNeeded()
	}
}
