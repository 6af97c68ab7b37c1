package terminal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
)

// party is one terminal. All but links and work belongs to the goroutine that calls run.
type party struct {
	options Options
	ink     ink
	device  device
	socket  *client.Socket
	me      callout.Actor
	links   links
	work    sync.WaitGroup // what run has started
	answers chan answer    // has room for one: no more than one command is under way
	waits   chan string    // why the first connection is not there yet
	reached chan error     // has room for one: the first connection is there, or will not be

	entered   bool // the first connection was there
	connected bool // as was said last
	orders    orders
	past      past
	seen      int64    // the seq of the last event that was shown
	typed     []string // lines that are still to be carried out
	line      int      // the number of the line that was carried out last
	task      *task    // nil: that line is done with
	left      bool
	page      bytes.Buffer // what is said and has not been shown yet
	shown     string       // the prompt that is shown
	failure   error        // of the device
}

// run carries out lines and shows what happens until the party leaves.
func (p *party) run(ctx context.Context) (err error) {
	p.flush()
	keys := newKeyboard(p.device, p.options.In)
	defer keys.close()
	running, stop := context.WithCancel(ctx)
	received, shown := make(chan client.Received), make(chan struct{})
	p.work.Go(func() { p.reached <- p.reach(running) })
	defer func() {
		stop()
		p.work.Wait()
		err = p.leave(err)
	}()
	for err == nil && !p.left {
		p.flush()
		lines := keys.lines
		if p.options.Script && (p.task != nil || !p.entered) {
			lines = nil
		}
		select {
		case why := <-p.waits:
			p.say("%s cannot be reached (%s); trying on.", p.socket.URL, why)
		case failed := <-p.reached:
			if err = p.enter(ctx, failed); err == nil {
				p.work.Go(func() { p.receive(running, received, shown) })
			}
		case typed, more := <-lines:
			if !more {
				p.line++
				return p.at(keys.err)
			}
			if !p.aside(running, typed) {
				p.typed = append(p.typed, typed)
			}
		case r, more := <-received:
			p.showLinks()
			if !more {
				return p.ended(ctx)
			}
			if err = p.event(r); p.failure == nil {
				select {
				case shown <- struct{}{}:
				case <-running.Done(): // nobody waits for it any more
				}
			}
		case a := <-p.answers:
			p.showLinks()
			err = p.answered(a)
		case <-p.links.woken:
			p.showLinks()
		case <-p.task.late():
			err = p.failed(p.task.inVain())
		case <-ctx.Done():
			return p.ended(ctx)
		}
		for err == nil && p.failure == nil && p.task == nil && p.entered && len(p.typed) > 0 && !p.left {
			typed := p.typed[0]
			p.typed = p.typed[1:]
			err = p.carryOut(running, typed)
		}
		if p.failure != nil {
			return p.failure
		}
	}
	return err
}

// receive hands on what happens, each event when the one before has been shown. It ends when ctx does or the socket is
// over.
func (p *party) receive(ctx context.Context, received chan<- client.Received, shown <-chan struct{}) {
	defer close(received)
	for r := range p.socket.OrderStatuses(ctx) {
		select {
		case received <- r:
		case <-ctx.Done():
			return
		}
		select {
		case <-shown:
		case <-ctx.Done():
			return
		}
	}
}

// event shows what has happened. Only what was shown counts as seen when the party comes back.
func (p *party) event(r client.Received) error {
	p.seen = r.Seq
	if r.Reset {
		p.say("The server has lost what this terminal knew. This is how things stand:")
		p.orders, p.past = orders{}, past{}
		p.welcome(r.Seq)
		p.flush()
		if p.task != nil {
			p.task.until = min(p.task.until, r.Seq)
		}
		return p.progress()
	}
	newest := p.orders.learn(r.Order)
	p.orders.settle()
	told := telling{r, p.me.ID}
	head := clock(r.At) + "  "
	indent := len(head)
	p.sayIndented(indent, "%s  %s", p.ink.paint(faint, head+line.Clean(p.orders.short(r.OrderID))), line.Clean(told.sentence()))
	for _, detail := range told.details() {
		p.sayIndented(indent, "%*s%s", indent, "", line.Clean(detail))
	}
	if newest {
		p.sayIndented(indent, "%*s%s", indent, "", p.youCan(&r.Order, r.At))
	}
	p.flush()
	p.remember(happening{r.Seq, r.OrderID, r.Status})
	return p.progress()
}

// welcome takes the open orders as of the event numbered seq, and lists them.
func (p *party) welcome(seq int64) {
	open := p.socket.Orders()
	for _, o := range open {
		p.orders.learn(o)
		if o.Status == callout.Broadcasted { // it was placed before
			p.remember(happening{seq - 1, o.ID, callout.Placed})
		}
		p.remember(happening{seq, o.ID, o.Status})
	}
	p.orders.settle()
	if len(open) > 0 {
		p.listOrders()
		return
	}
	p.say("You have no open orders.")
	if p.me.Role == callout.Client {
		p.say("you can: %s", p.ink.paint(strong, "place …"))
	}
}

// ended is why there is nothing more to show, or to wait for.
func (p *party) ended(ctx context.Context) error {
	switch {
	case ctx.Err() == nil && p.socket.Err() != nil:
		return p.at(fmt.Errorf("the session is over: %s", p.reason(p.socket.Err())))
	case p.options.Script:
		return p.at(errors.New("the script was interrupted"))
	}
	return nil
}

// leave takes what is left open, and tells a person that they have left. It gives err, or if there is none what they have
// said and is not done.
func (p *party) leave(err error) error {
	var undone []string
	if p.task != nil && p.task.sending {
		if a := <-p.answers; err != nil || decided(a.err) {
			p.showAnswer(a)
		} else {
			undone = append(undone, p.undecided(a))
		}
	}
	for _, typed := range p.typed {
		undone = append(undone, line.Quote(typed)+" was not carried out")
	}
	if !p.options.Script && (p.entered || err == nil) {
		p.say("You have left.")
	}
	p.flushBefore("")
	if err == nil && len(undone) > 0 {
		err = errors.New(strings.Join(undone, "; "))
	}
	return err
}

// close ends the connection. That the server does not confirm it costs no more than a repeat.
func (p *party) close() { _ = p.socket.Close() }

// prompt is who speaks, and on which order.
func (p *party) prompt() string {
	text := cmp.Or(p.me.ID, string(p.me.Role)) // whose token it is, the server says
	if o := p.orders.get(p.orders.inUse); o != nil && !over(o) {
		text += " " + p.orders.short(o.ID) + " " + o.Status.String()
	}
	if !p.connected {
		text += " (not connected)"
	}
	return line.Clean(text) + "> "
}

// words are those that a line may begin with now.
func (p *party) words() []string {
	var moves []callout.Status
	if o := p.orders.get(p.orders.inUse); o != nil {
		moves = o.Moves(p.me, time.Now())
	}
	var words []string
	for _, v := range line.VerbsOf(p.me.Role) {
		if !v.Moves() || v.Name == line.Raw || slices.Contains(moves, v.Status) {
			words = append(words, v.Name)
		}
	}
	return words
}

// at says at which line of a script err happened, once it has had one.
func (p *party) at(err error) error {
	if err == nil || !p.options.Script || p.line == 0 {
		return err
	}
	return fmt.Errorf("line %d: %w", p.line, err)
}

// say says something in lines of its own. It is shown by the next flush.
func (p *party) say(format string, a ...any) { p.sayIndented(0, format, a...) }

// sayIndented is say with all but the first line indented, if there are more.
func (p *party) sayIndented(indent int, format string, a ...any) {
	p.page.WriteString(wrap(fmt.Sprintf(format, a...), p.device.Width(), indent))
	p.page.WriteByte('\n')
}

// flush shows what has been said, all at once, and the prompt that goes with it.
func (p *party) flush() { p.flushBefore(p.prompt()) }

func (p *party) flushBefore(prompt string) {
	if p.page.Len() == 0 && prompt == p.shown {
		return
	}
	p.device.SetPrompt(prompt, p.words())
	p.shown = prompt
	if _, err := p.device.Write(p.page.Bytes()); err != nil && p.failure == nil {
		p.failure = fmt.Errorf("show what happens: %w", err)
	}
	p.page.Reset()
}
