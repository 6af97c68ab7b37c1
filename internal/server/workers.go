package server

import (
	"sync"
	"sync/atomic"
)

// workers give turns to the connections that have something to do. There are as many as processors, and none ever waits for a
// peer, so that no number of slow ones holds up the others.
type workers struct {
	mu          sync.Mutex
	first, last *conn // the line of those who are to get a turn
	idle        int
	more        sync.Cond
	over        bool
}

// standing is where a connection is between its turns.
type standing struct {
	state atomic.Int32
	next  *conn // behind it in the line
}

const (
	atRest  = iota
	waiting // it gets a turn
	onTurn  // it has one
	onAgain // it has one, and gets another
)

// worker is what a goroutine that gives turns has for them. What is in it is of one turn.
type worker struct {
	in  []byte
	out outbound
}

const workerInput = 32 << 10 // bytes read at once

func newWorker() *worker { return &worker{in: make([]byte, workerInput)} }

func newWorkers() *workers {
	ws := new(workers)
	ws.more.L = &ws.mu
	return ws
}

// wake gets c in line for a turn, unless it is.
func (ws *workers) wake(c *conn) {
	for {
		switch state := c.inLine.state.Load(); state {
		case atRest:
			if c.inLine.state.CompareAndSwap(atRest, waiting) {
				ws.line(c)
				return
			}
		case onTurn:
			if c.inLine.state.CompareAndSwap(onTurn, onAgain) {
				return
			}
		default:
			return
		}
	}
}

// hold has c get no turn before release.
func (*workers) hold(c *conn) { c.inLine.state.Store(onTurn) }

// release gives c its first turn.
func (ws *workers) release(c *conn) {
	c.inLine.state.Store(waiting)
	ws.line(c)
}

func (ws *workers) line(c *conn) {
	ws.mu.Lock()
	if ws.last == nil {
		ws.first = c
	} else {
		ws.last.inLine.next = c
	}
	ws.last = c
	idle := ws.idle > 0
	ws.mu.Unlock()
	if idle {
		ws.more.Signal()
	}
}

// run gives turns until stop.
func (ws *workers) run() {
	w := newWorker()
	for c := ws.next(); c != nil; c = ws.next() {
		c.inLine.state.Store(onTurn)
		switch {
		case !c.turn(w):
			c.end()
			c.server.hub.leave()
		case !c.inLine.state.CompareAndSwap(onTurn, atRest):
			c.inLine.state.Store(waiting)
			ws.line(c)
		}
		w.tidy()
	}
}

// next takes the first out of the line, and waits for one; nil: there is to be none any more.
func (ws *workers) next() *conn {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for ws.first == nil {
		if ws.over {
			return nil
		}
		ws.idle++
		ws.more.Wait()
		ws.idle--
	}
	c := ws.first
	ws.first, c.inLine.next = c.inLine.next, nil
	if ws.first == nil {
		ws.last = nil
	}
	return c
}

func (ws *workers) stop() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.over = true
	ws.more.Broadcast()
}

// tidy gives back the memory that a turn with much to say has taken.
func (w *worker) tidy() {
	if cap(w.out.frames) > 4*turnOutput {
		w.out.frames = nil
	}
}
