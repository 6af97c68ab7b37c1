package session_test

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/calloutd/callout/internal/wire"
)

// cutOff ends the connection, now and then. What the peer has not acknowledged may have been lost on its way.
func (p *play) cutOff(t *rapid.T) {
	if p.peer.over() || rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
		p.reconnect(t)
	}
}

// reconnect begins a new session where the device is, or where the server knows it to be.
func (p *play) reconnect(t *rapid.T) {
	if p.peer != nil {
		p.checkEnd()
		if p.classic || p.peer.welcome.UserID != "" {
			p.known = true
			p.has = rapid.Int64Range(p.peer.acked, p.peer.last).Draw(t, "has")
		}
	}
	p.answers = nil
	if p.classic {
		p.leaves = true
		p.startClassic()
		return
	}
	p.start()
	p.leaves = rapid.Bool().Draw(t, "when done")
	hello := wire.Hello{Token: "t", Device: p.device, WhenDone: p.leaves}
	p.peer.window = rapid.Int64Range(1, int64(p.config.Window)).Draw(t, "window")
	hello.Window = int(p.peer.window)
	if rapid.Bool().Draw(t, "resume") && p.known {
		hello.Resume = &wire.Resume{Seq: p.has}
		if p.has > p.inbox.floor {
			hello.Resume.Of = p.inbox.rows[p.has-1].Of()
		}
	}
	p.says(string(wire.Encode(hello)))
}

// checkEnd holds the session that is left to where it may have begun and why it may have ended.
func (p *play) checkEnd() {
	if w := p.peer.welcome; w.UserID != "" && (w.Reset || p.known && w.From > p.has) {
		p.t.Fatalf("welcomed at %d (reset: %t) with the device at %d", w.From, w.Reset, p.has)
	}
	if p.peer.close == nil {
		return
	}
	switch p.peer.close.Code {
	case wire.Done, wire.FellBehind, wire.Overloaded, wire.Unauthenticated:
	default:
		p.t.Fatalf("closed with %+v", *p.peer.close)
	}
}

// rest lets everything go well from now on. With nothing left to answer or acknowledge, and one comparison of the heads
// after the last hint that was lost, the session has to have come to the head of the inbox, or to its end.
func (p *play) rest(t *rapid.T) {
	if p.peer.over() {
		p.reconnect(t)
	}
	for _, next := range []func(){
		func() {},
		func() { p.pass(p.config.Retry) }, // what has failed is tried again
		func() { p.do(p.s.Behind()) },
	} {
		next()
		p.finish(t)
		if p.peer.over() {
			p.checkEnd()
			return
		}
	}
	if p.s.Sent() != p.inbox.head() || len(p.asked) > 0 || !p.s.Ready() || len(p.unread) > 0 {
		p.t.Fatalf("sent %d of %d, %d waited for, %d frames unread: %v", p.s.Sent(), p.inbox.head(), len(p.asked), len(p.unread), p.peer.got)
	}
	if p.leaves && p.peer.ended && len(p.shop.open()) == 0 {
		p.t.Fatalf("goes on with nothing left: %v", p.peer.got)
	}
	if got := p.inbox.cursors[p.device]; got != p.inbox.head() {
		p.t.Fatalf("the stored cursor is %d, the head %d", got, p.inbox.head())
	}
}

// finish answers and acknowledges everything.
func (p *play) finish(t *rapid.T) {
	for round := int64(0); ; round++ {
		p.answerAll(t)
		if p.peer.over() || p.peer.acked == p.peer.last {
			return
		}
		if round > p.inbox.head() {
			p.t.Fatalf("goes on and on: %v", p.peer.got)
		}
		p.acknowledgeAll()
	}
}

func (p *play) acknowledgeAll() {
	if p.classic {
		p.pongs(fmt.Sprint(p.peer.last))
		return
	}
	p.acks(p.peer.last)
}
