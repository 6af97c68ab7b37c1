package sim

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// most is how many bytes may be on their way in one direction. Whoever writes more waits, as on a full socket.
const most = 64 << 10

// end is one end of a link: a net.Conn for whoever holds it.
type end struct {
	link *link
	peer *end
	name string

	writes int // by who holds it, one after the other

	// Guarded by link.mu.
	in       queue
	changed  chan struct{} // closed, and made anew, whenever something about either end changes
	readBy   time.Time
	writeBy  time.Time
	closed   bool      // by who holds it
	finished time.Time // when the peer learns that nothing more comes; zero while something may
	broken   bool      // by the network, or by the end of the process
}

// queue is what is on its way to an end.
type queue struct {
	segments []segment
	bytes    int
	stalled  time.Time // nothing arrives before
	last     time.Time // when the newest segment arrives, which none overtakes
}

type segment struct {
	data []byte
	due  time.Time
}

var errReset = &net.OpError{Op: "carry", Net: "sim", Err: syscall.ECONNRESET}

// Read reads what has arrived.
func (e *end) Read(p []byte) (int, error) {
	for {
		n, wait, err := e.take(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		wait.wait()
	}
}

// waiting is what a blocked call waits for: a change, or a moment. The zero time is no moment.
type waiting struct {
	changed chan struct{}
	until   time.Time
}

func (w waiting) wait() {
	if w.until.IsZero() {
		<-w.changed
		return
	}
	timer := time.NewTimer(time.Until(w.until))
	defer timer.Stop()
	select {
	case <-w.changed:
	case <-timer.C:
	}
}

func (e *end) take(p []byte) (int, waiting, error) {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	now := time.Now()
	if err := e.usable(e.readBy, now); err != nil {
		return 0, waiting{}, err
	}
	w := waiting{e.changed, e.readBy}
	if len(e.in.segments) == 0 {
		if e.peer.finished.IsZero() {
			return 0, w, nil
		}
		if at := later(e.peer.finished, e.in.stalled); now.Before(at) {
			w.until = sooner(w.until, at)
			return 0, w, nil
		}
		return 0, w, io.EOF
	}
	first := &e.in.segments[0]
	if at := later(first.due, e.in.stalled); now.Before(at) {
		w.until = sooner(w.until, at)
		return 0, w, nil
	}
	n := copy(p, first.data)
	if first.data = first.data[n:]; len(first.data) == 0 {
		e.in.segments = e.in.segments[1:]
	}
	e.in.bytes -= n
	e.peer.wake()
	return n, w, nil
}

// usable says why the end cannot be used at the moment, if it cannot.
func (e *end) usable(deadline, now time.Time) error {
	switch {
	case e.closed:
		return net.ErrClosed
	case e.broken:
		return errReset
	case !deadline.IsZero() && !now.Before(deadline):
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Write has bytes carried to the other end, where they may never arrive.
func (e *end) Write(p []byte) (int, error) {
	for {
		wait, sent, err := e.put(p)
		if err != nil {
			return 0, err
		}
		if sent {
			e.wrote()
			return len(p), nil
		}
		wait.wait()
	}
}

// wrote has the link do what it is to do once the device has said its hello: the first that it writes is the handshake.
func (e *end) wrote() {
	if e.writes++; e.writes == 2 && e == e.link.near && e.link.late > 0 {
		e.link.belate(e.link.late)
	}
}

func (e *end) put(p []byte) (w waiting, sent bool, err error) {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	now := time.Now()
	if err := e.usable(e.writeBy, now); err != nil {
		return w, false, err
	}
	to := &e.peer.in
	switch {
	case e.peer.closed && !e.peer.broken && !now.Before(e.peer.finished):
		return w, false, errReset
	case e.peer.closed, e.peer.broken:
		return w, true, nil // nobody is there to take it, but that is not known here
	case to.bytes > 0 && to.bytes+len(p) > most:
		return waiting{e.changed, e.writeBy}, false, nil
	}
	to.last = later(to.last, now.Add(e.link.delay()))
	to.segments = append(to.segments, segment{append([]byte(nil), p...), to.last})
	to.bytes += len(p)
	e.peer.wake()
	return w, true, nil
}

// Close ends the connection for who holds this end. The other one reads what is on its way, and then the end.
func (e *end) Close() error {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	if e.closed {
		return net.ErrClosed
	}
	e.closed = true
	if !e.broken { // else nobody hears of it
		e.finished = later(e.peer.in.last, time.Now().Add(e.link.delay()))
	}
	e.wake()
	e.peer.wake()
	e.link.over()
	return nil
}

func (e *end) wake() {
	close(e.changed)
	e.changed = make(chan struct{})
}

func (e *end) LocalAddr() net.Addr  { return address(e.name) }
func (e *end) RemoteAddr() net.Addr { return address(e.peer.name) }

// SetDeadline implements net.Conn.
func (e *end) SetDeadline(t time.Time) error { return e.setDeadlines(t, &e.readBy, &e.writeBy) }

// SetReadDeadline implements net.Conn.
func (e *end) SetReadDeadline(t time.Time) error { return e.setDeadlines(t, &e.readBy) }

// SetWriteDeadline implements net.Conn.
func (e *end) SetWriteDeadline(t time.Time) error { return e.setDeadlines(t, &e.writeBy) }

func (e *end) setDeadlines(t time.Time, which ...*time.Time) error {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	if e.closed {
		return net.ErrClosed
	}
	for _, deadline := range which {
		*deadline = t
	}
	e.wake()
	return nil
}

type address string

func (address) Network() string  { return "sim" }
func (a address) String() string { return string(a) }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// sooner is the earlier of a, which may be zero for never, and b.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
