package sim

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// act does something of what a peer may do in a session. The error ends it.
func (p *peer) act(ctx context.Context) error {
	switch {
	case p.isSilent():
		return errSilent
	case !p.began:
		return nil
	case !p.world.isCalm() && p.dice.chance(0.02):
		return errWhim
	}
	if p.got > p.acked && !p.lazy && p.dice.chance(0.6) {
		if err := p.acknowledge(ctx); err != nil {
			return err
		}
	}
	for _, cmd := range p.toSend() {
		p.asked[cmd.ID]++
		p.world.outcomes.asks(p.name, cmd)
		if err := p.send(ctx, wire.Command{Command: cmd}); err != nil {
			return err
		}
	}
	if cmd, ok := p.falseCopy(); ok {
		p.asked[cmd.ID]++
		p.fakes[cmd.ID] = true
		p.note("sends another command as %s", cmd.ID)
		return p.send(ctx, wire.Command{Command: cmd})
	}
	return nil
}

// acknowledge acknowledges what has come, or at times a part of it.
func (p *peer) acknowledge(ctx context.Context) error {
	seq := p.got
	if p.dice.chance(0.3) {
		seq = p.acked + 1 + int64(p.dice.below(int(p.got-p.acked)))
	}
	p.acked = seq
	p.finishes(seq)
	p.note("acknowledges %d", seq)
	return p.send(ctx, wire.Ack{Seq: seq})
}

// toSend is what the user wants, what has to be sent again because nothing is known of it, and at times a copy that
// nobody needs.
func (p *peer) toSend() (cmds []callout.Command) {
	waiting, past := p.person.outbox.lists()
	past = slices.DeleteFunc(past, func(c callout.Command) bool { return p.fakes[c.ID] })
	for _, cmd := range waiting {
		if p.asked[cmd.ID] <= 0 || p.dice.chance(0.05) {
			cmds = append(cmds, cmd)
		}
	}
	if len(past) > 0 && p.dice.chance(0.05) {
		cmds = append(cmds, oneOf(p.dice, past))
	}
	if len(waiting) < mostUnderWay && !p.world.isQuiet() && p.dice.chance(0.4) {
		if cmd, ok := p.person.mind.want(); ok {
			p.person.outbox.add(cmd)
			cmds = append(cmds, cmd)
		}
	}
	if len(cmds) > 0 && p.dice.chance(0.08) {
		cmds = append(cmds, cmds[len(cmds)-1])
	}
	return cmds
}

// falseCopy is at times another command under the id of one that has taken effect. Neither is sent in one session with the
// other, so that it is clear which of them an answer is for.
func (p *peer) falseCopy() (callout.Command, bool) {
	_, past := p.person.outbox.lists()
	if len(past) == 0 || !p.dice.chance(0.03) {
		return callout.Command{}, false
	}
	cmd := oneOf(p.dice, past)
	cmd.Extra.More = map[string]json.RawMessage{"another": json.RawMessage("true")}
	return cmd, p.asked[cmd.ID] == 0 && p.world.outcomes.isEvent(keyOf(&cmd))
}
