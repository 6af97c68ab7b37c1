package client

// inbox is where this device stands in the inbox of its user. The events from done to read wait for the program, one of
// them in its hand and the others in the queue. There are never more of them than the window, since the server sends no
// more.
type inbox struct {
	window int
	placed bool   // the position is known, from a cursor or a welcome
	read   int64  // the last seq that has come in
	done   int64  // the last seq that the program has finished
	of     string // the event at done, or empty
	queue  []Received
	hand   *Received // what the program is busy with
	ended  bool      // the program has finished the end of an order since the socket was opened

	// The server takes acknowledgements only of what it has sent in the present connection.
	heard int64 // the last seq that has come in this connection, which may have come before
	acked int64 // the last seq acknowledged in it
}

// place sets a position from which nothing is known.
func (in *inbox) place(seq int64, of string) {
	in.placed = true
	in.read, in.done, in.of = seq, seq, of
	in.queue, in.hand, in.ended = nil, nil, false
}

// connected begins a connection in which the first event will be from+1.
func (in *inbox) connected(from int64) error {
	if from > in.read {
		return faultf("it goes on after event %d; the last one that came is %d", from, in.read)
	}
	in.heard, in.acked = from, from
	return nil
}

// accept takes an event in, and reports whether it is a new one.
func (in *inbox) accept(r Received) (fresh bool, err error) {
	if r.Seq != in.heard+1 {
		return false, faultf("event %d came after %d", r.Seq, in.heard)
	}
	if r.Seq > in.read && in.full() {
		return false, faultf("event %d came while %d were unacknowledged", r.Seq, in.window)
	}
	in.heard = r.Seq
	if r.Seq <= in.read {
		return false, nil
	}
	in.read = r.Seq
	in.queue = append(in.queue, r)
	return true, nil
}

// full reports whether no event can come before the program has finished one.
func (in *inbox) full() bool { return in.read-in.done >= int64(in.window) }

// take puts the next event into the program's hand.
func (in *inbox) take() (Received, bool) {
	if len(in.queue) == 0 || in.hand != nil {
		return Received{}, false
	}
	in.hand = &in.queue[0]
	in.queue = in.queue[1:]
	return *in.hand, true
}

// finish notes that the program has done with what was in its hand.
func (in *inbox) finish() {
	in.done, in.of = in.hand.Seq, in.hand.of()
	in.ended = in.ended || in.hand.Status.Ends()
	in.hand = nil
}

// ack is what to acknowledge now, if there is anything.
func (in *inbox) ack() (seq int64, due bool) {
	seq = min(in.done, in.heard)
	if seq <= in.acked {
		return 0, false
	}
	in.acked = seq
	return seq, true
}
