package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
)

// task is a line that is being carried out.
type task struct {
	lenient bool     // a script goes on if it comes to nothing
	sending bool     // its command waits for the answer
	wait    *waiting // it waits for something to happen

	// The event that its command was, once that is answered. The task is over when it has been shown.
	status  callout.Status
	orderID string
	until   int64
}

// answer is what became of a command.
type answer struct {
	status   callout.Status
	received client.Received
	err      error
}

// aside answers a line that a person types while a command is under way, or before there is a connection, and reports
// whether it did. What asks the server for nothing need not wait, everything else waits its turn.
func (p *party) aside(ctx context.Context, typed string) bool {
	if p.task == nil && p.entered {
		return false
	}
	r, err := line.Parse(typed)
	switch {
	case err != nil:
	case r.Verb == nil:
		return true
	case p.waitsItsTurn(r.Verb):
		if !p.connected {
			p.say("That waits until the connection is %s.", p.thereOrBack())
		}
		return false
	default:
		err = p.act(ctx, r)
	}
	if err != nil {
		p.complain(err)
	}
	return true
}

func (p *party) waitsItsTurn(v *line.Verb) bool {
	switch v.Name {
	case line.Help:
		return false
	case line.Quit:
		return p.connected
	case line.Use:
		return true
	}
	return v.Asks() || !p.entered // nothing is known yet that could be shown
}

func (p *party) thereOrBack() string {
	if p.entered {
		return "back"
	}
	return "there"
}

// carryOut does what a line says, or begins to: then it leaves a task.
func (p *party) carryOut(ctx context.Context, typed string) error {
	p.line++
	if p.options.Script {
		if text := strings.TrimSpace(typed); text != "" && text[0] != '#' {
			p.say("%s%s", p.prompt(), line.Clean(text))
		}
	}
	p.task = new(task)
	if rest, ok := strings.CutPrefix(strings.TrimSpace(typed), "-"); ok {
		p.task.lenient, typed = true, rest
	}
	r, err := line.Parse(typed)
	if err == nil {
		err = p.act(ctx, r)
	}
	if err != nil {
		return p.failed(err)
	}
	return p.progress()
}

func (p *party) act(ctx context.Context, r line.Request) error {
	switch {
	case r.Verb == nil:
		return nil
	case r.Verb.Asks():
		return p.ask(ctx, r)
	}
	switch r.Verb.Name {
	case line.Orders:
		p.listOrders()
	case line.Show:
		o, err := p.orders.find(r.Order)
		if err != nil {
			return err
		}
		p.show(o)
	case line.Use:
		o, err := p.orders.find(r.Order)
		if err != nil {
			return err
		}
		p.orders.use(o.ID, true)
		p.say("%s", p.standing(o))
		p.say("%s", p.youCan(o, time.Now()))
	case line.Wait:
		return p.beginWait(r)
	case line.Help:
		p.help(r.About)
	case line.Quit:
		p.left = true
	}
	return nil
}

// ask sends a command. What the rules say to it, the server says.
func (p *party) ask(ctx context.Context, r line.Request) error {
	cmd := r.Command
	if cmd.Status == callout.Placed {
		cmd.OrderID = cmp.Or(r.Order, cmd.OrderID)
	} else {
		o, err := p.orders.find(r.Order)
		switch {
		case err == nil:
			aim(&cmd, o)
		case r.Verb.Name == line.Raw && r.Order != "":
			cmd.OrderID = r.Order
		default:
			return err
		}
	}
	p.task.sending = true
	if !p.connected {
		p.say("There is no connection; this is sent as soon as it is back.")
	}
	p.work.Go(func() {
		cancel := func() {}
		if p.options.Script {
			ctx, cancel = context.WithTimeout(ctx, p.options.Patience)
		}
		defer cancel()
		received, err := p.socket.Send(ctx, cmd)
		if r.Verb.Name != line.Raw {
			err = inWords(err)
		}
		p.answers <- answer{cmd.Status, received, err}
	})
	return nil
}

// aim bases a command on an order as it was shown, so that nobody agrees to what they have not seen.
func aim(cmd *callout.Command, o *callout.Order) {
	cmd.OrderID = o.ID
	switch cmd.Status {
	case callout.Accepted, callout.OfferDeclined: // others decline without a word, so the version of an offer says nothing
	case callout.Extended, callout.ChangeDeclined:
		if o.Change != nil && cmd.Extra.ChangeID == 0 {
			cmd.Extra.ChangeID = o.Change.ID
		}
		fallthrough
	default:
		cmd.Version = cmp.Or(cmd.Version, o.Version)
	}
}

// answered takes what became of the command under way.
func (p *party) answered(a answer) error {
	p.task.sending = false
	if a.err != nil {
		p.showAnswer(a)
		return p.over(a.err)
	}
	p.task.status, p.task.orderID, p.task.until = a.status, a.received.OrderID, a.received.Seq
	return p.progress()
}

// showAnswer says that a command did not take effect, or that this is not known.
func (p *party) showAnswer(a answer) {
	var refusal *callout.Error
	switch {
	case a.err == nil:
		p.say("%s has taken effect.", a.status)
	case errors.As(a.err, &refusal):
		p.say("%s %s", p.ink.paint(red, "Refused ("+line.Clean(string(refusal.Code))+"):"), line.Clean(refusal.Message))
		p.showStanding(a.received.Order)
	default:
		p.say("%s.", p.undecided(a))
	}
}

// decided reports whether the server has said what became of a command.
func decided(err error) bool { return err == nil || errors.As(err, new(*callout.Error)) }

// undecided says what is known of a command that is not decided.
func (p *party) undecided(a answer) string {
	if errors.As(a.err, new(*client.UndecidedError)) {
		return fmt.Sprintf("%s may have taken effect or not", a.status)
	}
	return fmt.Sprintf("%s was not sent: %s", a.status, p.reason(a.err))
}

// showStanding shows an order as a refusal has it, which may be news.
func (p *party) showStanding(o callout.Order) {
	if o.ID == "" {
		return
	}
	p.orders.learn(o)
	p.orders.settle()
	p.say("%s", p.standing(&o))
	p.say("%s", p.youCan(&o, time.Now()))
}

// progress ends the task if there is nothing left to wait for.
func (p *party) progress() error {
	t := p.task
	switch {
	case t == nil || t.sending || t.until > p.seen:
		return nil
	case t.wait != nil:
		found, ok := p.past.find(t.wait)
		if !ok {
			return nil
		}
		if t.wait.any {
			p.orders.use(found.orderID, false)
		}
		p.past.passed(found.orderID, found.seq)
	case t.until > 0:
		p.past.passed(t.orderID, t.until)
		if t.status == callout.Placed {
			p.orders.use(t.orderID, false)
		}
	}
	return p.over(nil)
}

// failed ends the task with an error that nobody has heard of yet.
func (p *party) failed(err error) error {
	p.complain(err)
	return p.over(err)
}

func (p *party) complain(err error) { p.say("%s", p.ink.paint(red, line.Clean(err.Error()))) }

// over ends the task. An error ends a script, unless the line said that it does not matter.
func (p *party) over(err error) error {
	t := p.task
	p.task = nil
	t.wait.stop()
	if err == nil || !p.options.Script || t.lenient {
		return nil
	}
	return p.at(err)
}
