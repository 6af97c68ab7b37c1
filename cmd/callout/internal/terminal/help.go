package terminal

import (
	"fmt"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
)

// helpWidth is how wide the words are that can be said.
const helpWidth = 46

// help says what can be said with one word, or lists the words of the party's role.
func (p *party) help(about *line.Verb) {
	if about != nil {
		p.helpWith(about)
		if about.Moves() {
			p.say("  on another order than the one in use: %s on 3f2a", about.Name)
		}
		if about.Moves() && about.Name != line.Raw {
			p.say(`  with a reason: %s because "…"`, about.Name)
		}
		return
	}
	for _, v := range line.VerbsOf(p.me.Role) {
		p.helpWith(v)
	}
	p.say("")
	for _, text := range []string{
		"A move is on the order in use, unless it names another: cancel on 3f2a. because \"…\" gives a reason for any move.",
		"An order is named by its id, or by the beginning of it. Text of several words goes in quotes.",
		fmt.Sprintf("Money goes in in the currency's minor unit: 50000 INR is shown as %s.", price(50000, "INR")),
	} {
		p.say("%s", text)
	}
	if p.me.Role == callout.Serviceman {
		p.say("A change names all services as they would be; without any, they stay as they are.")
	}
	p.say("In a script a line that begins with - may come to nothing, and # begins a comment.")
}

func (p *party) helpWith(v *line.Verb) {
	p.sayIndented(helpWidth+2, "%-*s%s", helpWidth+2, "  "+v.Usage, p.ink.paint(faint, v.Meaning))
}
