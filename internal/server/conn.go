package server

import (
	"sync/atomic"
	"time"

	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/session"
)

// conn drives the session of one connection, in turns: one goroutine at a time has the turn, takes what has come from the
// peer, from others, and of the clock, and says what the session has to say to that in one write. Between two turns it holds no
// goroutine and, with nothing under way, no buffer. Everybody else posts, and wakes it.
type conn struct {
	server  *Server
	link    link
	session *session.Session
	attempt attempt
	device  device // set once, by take, under the hub's lock

	mailbox      mailbox
	inbound      inbound
	unsent       *outbound // what the peer has not taken yet; nil: nothing
	lingerUntil  time.Time // once the close frame has been sent: how long the peer is still listened to
	deaf         bool      // what still comes is thrown away: it can no longer be made out
	subscription *bus.Subscription
	watching     bool // everybody's events

	inLine standing      // for a turn
	signal chan struct{} // instead of that, for one that has a goroutine: holds one when there is something to do
	alarm  alarm         // of the next moment at which there is something to do by itself

	sent atomic.Int64 // the last seq that the session has sent, for compare
	busy atomic.Bool  // commands of the peer are under way, for drain
	cut  atomic.Bool  // it is to end as it is
}

// wake has the connection get a turn soon.
func (c *conn) wake() {
	if c.signal == nil {
		c.server.workers.wake(c)
		return
	}
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// interrupt ends the connection as it is, whatever it waits for.
func (c *conn) interrupt() {
	c.cut.Store(true)
	c.link.interrupt()
	c.wake()
}

// turn does what there is to do, without waiting, and reports whether the connection goes on.
func (c *conn) turn(w *worker) bool {
	if c.cut.Load() {
		return false
	}
	w.out.reset()
	if c.unsent != nil && !c.send(w) {
		return false
	}
	if c.unsent != nil { // nothing more is said before, so nothing more is taken in
		c.server.wheel.set(c, c.sendBy())
		return true
	}
	alive := c.open(w, c.mailbox.empty()) && c.hear(w) && c.tick(w)
	if !c.send(w) || !alive {
		return false
	}
	c.setAlarm()
	return true
}

// open hands the session what was posted: what others say first, then the rows.
func (c *conn) open(w *worker, l letters) bool {
	now := c.server.config.Clock()
	for _, f := range l.posts {
		if !c.act(w, f(now)) {
			return false
		}
	}
	for i := range l.hints {
		if !c.act(w, c.session.Hint(&l.hints[i], now)) {
			return false
		}
	}
	if l.behind && !c.act(w, c.session.Behind()) {
		return false
	}
	for _, r := range l.receipts {
		if !c.act(w, c.session.Receipt(r)) {
			return false
		}
	}
	if l.watched != nil && !c.act(w, c.session.Watched(l.watched)) {
		return false
	}
	return true
}

// tick tells the session the time if it wants to know.
func (c *conn) tick(w *worker) bool {
	if c.isClosing() && !time.Now().Before(c.lingerUntil) {
		return false
	}
	now := c.server.config.Clock()
	return now.Before(c.session.Next()) || c.act(w, c.session.Tick(now))
}

// setAlarm has the connection get a turn when the session, or the wait for the peer, wants one.
func (c *conn) setAlarm() {
	at := time.Now().Add(c.session.Next().Sub(c.server.config.Clock()))
	if c.isClosing() {
		at = c.lingerUntil
	}
	if c.unsent != nil && c.sendBy().Before(at) {
		at = c.sendBy()
	}
	c.server.wheel.set(c, at)
}

// act does what the session wants done, and reports whether the connection goes on. A session does not know of faults
// of the WebSocket protocol: what it says after the close frame of one is not sent.
func (c *conn) act(w *worker, a session.Actions) bool {
	if c.isClosing() {
		a.Send, a.Close = nil, nil
	}
	c.sent.Store(c.session.Sent()) // first, so that whoever has been sent an event is known to have been
	c.busy.Store(c.session.Busy())
	c.server.metrics.acted(&a)
	for i := range a.Send {
		w.out.add(&a.Send[i])
	}
	for _, r := range a.Requests {
		c.request(r)
	}
	if a.Close != nil {
		c.close(w, *a.Close)
	}
	return !a.Gone
}

func (c *conn) isClosing() bool { return !c.lingerUntil.IsZero() }

// close says the close frame. From then on the connection is read, for a while, until the peer closes it: closed at once,
// the peer's kernel would throw away what it has not yet read.
func (c *conn) close(w *worker, why session.Close) {
	c.lingerUntil = time.Now().Add(c.server.config.Linger)
	c.server.metrics.closed(why.Code)
	w.out.frames = appendClose(w.out.frames, why.Code, why.Reason)
}

// end gives up what the connection holds. It is called once, by whoever gave it its last turn, who then leaves the hub.
func (c *conn) end() {
	c.mailbox.close()
	c.server.wheel.remove(c)
	if c.subscription != nil {
		c.server.bus.Unsubscribe(c.subscription)
		if c.watching {
			c.server.bus.Unwatch(c)
		}
	}
	c.link.close()
	c.server.hub.remove(c)
}
