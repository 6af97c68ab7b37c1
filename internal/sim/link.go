package sim

import (
	"sync"
	"time"
)

// link is one connection through the network: what is written at one end arrives at the other, in order and after a while,
// unless something happens to it.
type link struct {
	who   string // the device that has dialled
	delay func() time.Duration
	gone  func()        // called once neither end is of use any more
	late  time.Duration // by how long the hello is, and what follows it; 0: not at all. Set before the link is used

	mu        sync.Mutex
	near, far *end // the device's and the server's
	isOver    bool
}

func newLink(who string, delay func() time.Duration, gone func()) *link {
	l := &link{who: who, delay: delay, gone: gone}
	l.near = &end{link: l, name: who, changed: make(chan struct{})}
	l.far = &end{link: l, name: "server", changed: make(chan struct{}), peer: l.near}
	l.near.peer = l.far
	return l
}

// over lets the network forget the link once neither end is of use. The caller holds the lock.
func (l *link) over() {
	if !l.isOver && (l.near.closed || l.near.broken) && (l.far.closed || l.far.broken) {
		l.isOver = true
		l.gone()
	}
}

// sever breaks the link for either end after a time. Never is a time below zero. What is on its way arrives until then.
func (l *link) sever(near, far time.Duration) {
	l.breakIn(l.near, near)
	l.breakIn(l.far, far)
}

func (l *link) breakIn(e *end, after time.Duration) {
	switch {
	case after == 0:
		l.breakNow(e)
	case after > 0:
		time.AfterFunc(after, func() { l.breakNow(e) })
	}
}

// belate breaks the link for the device alone. What it has sent arrives after that time.
func (l *link) belate(by time.Duration) {
	l.stall(l.far, by)
	l.sever(0, by+time.Second)
}

func (l *link) breakNow(e *end) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.closed || e.broken {
		return
	}
	e.broken = true
	e.in = queue{}
	e.wake()
	e.peer.wake()
	l.over()
}

// lose throws away what is on its way, in both directions, and whatever is still sent.
func (l *link) lose() {
	l.stall(l.near, 24*time.Hour)
	l.stall(l.far, 24*time.Hour)
}

// stall has nothing arrive at an end for a while. What is sent to it meanwhile arrives then.
func (l *link) stall(to *end, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	to.in.stalled = later(to.in.stalled, time.Now().Add(d))
	to.wake()
}

// heal ends every stall.
func (l *link) heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range []*end{l.near, l.far} {
		e.in.stalled = time.Time{}
		e.wake()
	}
}
