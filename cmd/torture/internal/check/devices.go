package check

import (
	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// device holds what a device was handed to the inbox of its user.
func (c *checker) device(d *record.Device) {
	inbox := c.db.Inboxes[d.UserID]
	switch d.Kind {
	case record.SDK:
		c.program(d)
	case record.Raw:
		c.sessions(d)
	case record.Classic:
		c.fresh(d, inbox)
	}
	handed := make([]bool, len(inbox))
	for _, s := range d.Sessions {
		for _, e := range s.Events {
			if e.Seq < 1 || e.Seq > int64(len(inbox)) {
				c.add(Lost, name(d), "it was handed %s, which the database does not have", &e)
				continue
			}
			handed[e.Seq-1] = true
			if want := as(d.Kind, inbox[e.Seq-1], e.Repeat); e != want {
				c.add(Wrong, name(d), "it was handed %s, where the database has %s, or with another content", &e, &want)
			}
		}
	}
	for i, ok := range handed {
		if !ok && !Hidden(d.Kind, inbox[i]) {
			c.add(Lost, name(d), "it was never handed %s", &inbox[i])
		}
	}
}

// as is a row as a device of that kind gets it.
func as(kind record.Kind, row record.Event, repeat bool) record.Event {
	row.Repeat = repeat
	if kind == record.Classic && (row.Status == callout.ChangeDeclined || row.Status == callout.PaymentRejected) {
		row.Status = row.Rests
	}
	return row
}

// Hidden reports whether a device of that kind does not get a row at all.
func Hidden(kind record.Kind, row record.Event) bool {
	return kind == record.Classic && row.Status == callout.OfferDeclined
}

// program holds a program with the SDK to what that promises: over all its lives each event in its turn, and only the one
// that it was busy with when it was killed once more.
func (c *checker) program(d *record.Device) {
	var last int64
	for life, s := range d.Sessions {
		switch {
		case s.From > last:
			c.add(Lost, name(d), "life %d begins behind event %d; the last one handed was %d", life, s.From, last)
		case s.From < last-1:
			c.add(Repeated, name(d), "life %d begins behind event %d, although %d was finished", life, s.From, last-1)
		}
		last = c.run(d, life, s)
	}
}

// sessions holds the sessions of a raw device to the protocol: each goes on from where the device said it was, or
// behind what it had acknowledged, with each event once and in its turn. It sends a repeat only of what it has sent.
func (c *checker) sessions(d *record.Device) {
	var acked int64
	for n, s := range d.Sessions {
		acked = max(acked, s.Said)
		switch {
		case s.Reset:
			c.add(Wrong, name(d), "session %d tells it to start anew", n)
		case s.Resume >= 0 && s.From != s.Resume:
			c.add(Wrong, name(d), "session %d goes on from %d; it resumed from %d", n, s.From, s.Resume)
		case s.Resume < 0 && s.From > acked:
			c.add(Lost, name(d), "session %d goes on from %d; the last acknowledgement was of %d", n, s.From, acked)
		}
		if s.Window > 0 && s.Ahead > s.Window {
			c.add(Wrong, name(d), "in session %d, %d events were unacknowledged; its window is %d", n, s.Ahead, s.Window)
		}
		acked = max(acked, s.Acked)
		c.run(d, n, s)
	}
}

// run holds one session to "each once, in order", and gives the last seq in it.
func (c *checker) run(d *record.Device, n int, s *record.Session) int64 {
	last := s.From
	for _, e := range s.Events {
		switch {
		case e.Repeat && e.Seq > last:
			c.add(OutOfOrder, name(d), "in session %d, %s is marked as a repeat, and the last event was %d", n, &e, last)
			continue
		case e.Repeat:
			continue
		case e.Seq <= last:
			c.add(Repeated, name(d), "in session %d, %s came after %d", n, &e, last)
			continue
		case e.Seq > last+1:
			c.add(OutOfOrder, name(d), "in session %d, %s came after %d", n, &e, last)
		}
		last = e.Seq
	}
	return last
}

// fresh holds a classic device to what its dialect promises: what it had not heard before comes in order, and nothing is
// left out but what such apps do not know.
func (c *checker) fresh(d *record.Device, inbox []record.Event) {
	var last int64
	for n, s := range d.Sessions {
		for _, e := range s.Events {
			if e.Seq <= last {
				continue
			}
			for seq := last + 1; seq < min(e.Seq, int64(len(inbox)+1)); seq++ {
				if !Hidden(d.Kind, inbox[seq-1]) {
					c.add(OutOfOrder, name(d), "in session %d, %s came before %s", n, &e, &inbox[seq-1])
				}
			}
			last = e.Seq
		}
	}
}

// shown holds orders that were shown beside the events to what the database has of them.
func (c *checker) shown(d *record.Device) {
	for _, s := range d.Sessions {
		for _, g := range s.Seen {
			events := c.db.Orders[g.OrderID]
			switch {
			case g.Version < 1 || g.Version > int64(len(events)):
				c.add(Lost, name(d), "it was shown order %s at version %d, which the database does not have", g.OrderID, g.Version)
			case events[g.Version-1].Order.Status != g.Status:
				c.add(Wrong, name(d), "it was shown order %s at version %d as %s; that was %s",
					g.OrderID, g.Version, g.Status, events[g.Version-1].Order.Status)
			}
		}
	}
}
