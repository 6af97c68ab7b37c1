package session_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// Whatever is lost, late, repeated or out of order: a device gets its inbox, in order, each row once, never more than
// the window unacknowledged. And once nothing more goes wrong, it has all of it. The world and the peer see to the
// former at every step, rest to the latter.
func TestDeviceGetsItsWholeInboxInOrderWhateverHappens(t *testing.T) {
	for name, classic := range map[string]bool{"native": false, "classic": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := newPlay(t, classic)
				for range 4 {
					t.Repeat(map[string]func(*rapid.T){
						"happen": p.happen, "hint": p.hint, "compare": p.compare, "carry out": p.carryOutAny, "answer": p.answerAny,
						"answer all": p.answerAll, "fail": p.failAny, "acknowledge": p.acknowledge, "command": p.command,
						"wait": p.wait, "cut off": p.cutOff, "trim": p.trim,
					})
					p.rest(t)
				}
			})
		})
	}
}

// play is one device's life.
type play struct {
	*world
	classic bool
	bus     []int64                  // rows that are hinted at some time
	seen    int64                    // the last row that the bus has been told of
	answers []func() session.Actions // that are on their way
	mine    []callout.Command        // what the peer has sent
	has     int64                    // the last row that the device has
	known   bool                     // the device has been welcomed
	leaves  bool                     // the session is to end when done
}

func newPlay(t *rapid.T, classic bool) *play {
	me := rapid.SampledFrom([]callout.Actor{ana, sam}).Draw(t, "me")
	p := &play{classic: classic, world: newWorld(t, me)}
	if classic {
		p.world = newClassicWorld(t, me)
	}
	p.reconnect(t)
	return p
}

// happen has somebody move an order on. Rows are hinted at later, more than once, or never.
func (p *play) happen(t *rapid.T) {
	p.shop.decide(p.anyCommand(t, rapid.SampledFrom([]callout.Actor{ana, sam, sue}).Draw(t, "who")), p.now)
	for p.seen < p.inbox.head() {
		p.seen++
		for range rapid.SampledFrom([]int{1, 1, 1, 0, 2}).Draw(t, "hints") {
			p.bus = append(p.bus, p.seen)
		}
	}
}

// anyCommand is one that the rules may allow, more often than not.
func (p *play) anyCommand(t *rapid.T, sender callout.Actor) callout.Command {
	orderID := p.anyOrder(t)
	statuses := []callout.Status{callout.Placed}
	if o := p.shop.orders[orderID]; o != nil {
		statuses = o.Moves(sender, p.now)
	}
	if len(statuses) == 0 || rapid.IntRange(0, 9).Draw(t, "astray") == 0 {
		statuses = callout.Statuses()
	}
	c := p.shop.say(sender, orderID, rapid.SampledFrom(statuses).Draw(t, "status"))
	if rapid.Bool().Draw(t, "both") && c.Status == callout.Placed {
		c.Receivers = append(c.Receivers, sue.ID)
	}
	return c
}

// anyOrder is one of at most four that are open or yet to be placed.
func (p *play) anyOrder(t *rapid.T) string {
	for n := rapid.IntRange(1, 4).Draw(t, "order"); ; n += 4 {
		id := fmt.Sprintf("o-%d", n)
		if o := p.shop.orders[id]; o == nil || !o.Status.Ends() {
			return id
		}
	}
}

// hint gives the session any row that is on the bus.
func (p *play) hint(t *rapid.T) {
	if i := anyIndex(t, len(p.bus)); i >= 0 {
		seq := p.bus[i]
		p.bus = append(p.bus[:i], p.bus[i+1:]...)
		p.hints(seq)
	}
}

func (p *play) compare(*rapid.T) {
	if p.inbox.head() > p.s.Sent() {
		p.do(p.s.Behind())
	}
}

// carryOutAny does something that was asked for. Its answer is on its way.
func (p *play) carryOutAny(t *rapid.T) {
	if i := anyIndex(t, len(p.asked)); i >= 0 {
		r := p.asked[i]
		p.asked = append(p.asked[:i], p.asked[i+1:]...)
		p.answers = append(p.answers, p.carryOut(r))
	}
}

func (p *play) failAny(t *rapid.T) {
	if i := anyIndex(t, len(p.asked)); i >= 0 {
		r := p.asked[i]
		p.asked = append(p.asked[:i], p.asked[i+1:]...)
		p.answers = append(p.answers, p.failing(r))
	}
}

func (p *play) answerAny(t *rapid.T) {
	if i := anyIndex(t, len(p.answers)); i >= 0 {
		answer := p.answers[i]
		p.answers = append(p.answers[:i], p.answers[i+1:]...)
		p.do(answer())
	}
}

func (p *play) answerAll(*rapid.T) {
	for len(p.answers) > 0 {
		answer := p.answers[0]
		p.answers = p.answers[1:]
		p.do(answer())
	}
	p.settle()
}

// acknowledge has the peer acknowledge something that it has got, or something else that is harmless.
func (p *play) acknowledge(t *rapid.T) {
	if !p.classic {
		p.acks(rapid.Int64Range(0, max(p.peer.last, p.inbox.head())).Draw(t, "seq"))
		return
	}
	payload := rapid.SampledFrom([]string{"", "0", "3", "12", "x"}).Draw(t, "junk")
	if i := anyIndex(t, len(p.peer.carried)); i >= 0 {
		payload = fmt.Sprint(p.peer.carried[i])
	}
	p.pongs(payload)
}

// command has the peer send a new command, or one that it has sent before.
func (p *play) command(t *rapid.T) {
	c := p.anyCommand(t, callout.Actor{ID: p.me.UserID, Role: p.me.Role})
	switch {
	case p.classic:
		p.sends(c.OrderID, c.Status)
		return
	case rapid.Bool().Draw(t, "repeat") && len(p.mine) > 0:
		c = rapid.SampledFrom(p.mine).Draw(t, "sent before")
	default:
		p.mine = append(p.mine, c)
	}
	p.says(string(wire.Encode(wire.Command{Command: c})))
}

// wait lets time go by in which the peer lives.
func (p *play) wait(t *rapid.T) {
	p.s.Alive(p.now)
	p.pass(time.Duration(rapid.IntRange(1, 30_000).Draw(t, "ms")) * time.Millisecond)
}

// trim cuts off the front of the inbox, up to what the device has acknowledged.
func (p *play) trim(t *rapid.T) {
	p.inbox.floor = rapid.Int64Range(p.inbox.floor, max(p.inbox.floor, p.inbox.cursors[p.device])).Draw(t, "floor")
}

func anyIndex(t *rapid.T, n int) int {
	if n == 0 {
		return -1
	}
	return rapid.IntRange(0, n-1).Draw(t, "which")
}
