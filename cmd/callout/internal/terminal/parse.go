package terminal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/calloutd/callout"
)

// request is a line as it was understood.
type request struct {
	verb  *verb           // nil: the line says nothing
	order string          // the order that is meant, or the beginning of its id; empty: the one in use
	cmd   callout.Command // what is asked for, but for what only the order can tell
	limit time.Duration   // of wait; 0: the usual one
}

// parser reads the words of a line from left to right.
type parser struct {
	words   []word
	request request
	said    map[keyword]bool
	json    string
}

// maxWait bounds what wait takes, so that it is a time.Duration.
const maxWait = 24 * time.Hour

// parse understands a line. It does not judge what the rules judge.
func parse(line string) (request, error) {
	if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
		return request{}, nil
	}
	words, err := split(line)
	if err != nil {
		return request{}, err
	}
	first := words[0]
	v := findVerb(strings.ToLower(first.text))
	if v == nil || first.quoted {
		return request{}, fmt.Errorf("%q is no word that a line begins with; `help` lists them", first.text)
	}
	p := parser{words: words[1:], request: request{verb: v}, said: make(map[keyword]bool)}
	p.request.cmd.Status = v.status
	for len(p.words) > 0 {
		if err := p.next(); err != nil {
			return request{}, err
		}
	}
	if err := p.finish(); err != nil {
		return request{}, err
	}
	return p.request, nil
}

// next reads an option, or what else may come next.
func (p *parser) next() error {
	if k, ok := p.keyword(p.words[0]); ok {
		p.words = p.words[1:]
		if p.said[k] {
			return fmt.Errorf("%s is said twice", k)
		}
		p.said[k] = true
		return p.option(k)
	}
	switch p.request.verb.name {
	case "place", "change":
		return p.service()
	case "pay":
		if p.request.cmd.Extra.Method == "" {
			p.request.cmd.Extra.Method = callout.Method(strings.ToLower(p.take().text))
			return nil
		}
	case useWord, showWord:
		if p.request.order == "" {
			p.request.order = p.take().text
			return nil
		}
	case rawWord:
		if p.request.cmd.Status == 0 {
			return p.status()
		}
		if p.words[0].isJSON {
			p.json = p.take().text
			return nil
		}
	case waitWord:
		if p.request.cmd.Status == 0 {
			return p.status()
		}
		if p.request.limit == 0 {
			return p.seconds()
		}
	}
	return fmt.Errorf("%s makes no sense here; a text of several words goes in quotes", p.words[0])
}

// keyword tells whether w begins an option of the line's verb.
func (p *parser) keyword(w word) (keyword, bool) {
	k := keyword(strings.ToLower(w.text))
	return k, !w.quoted && p.request.verb.takes(k)
}

func (p *parser) option(k keyword) (err error) {
	if len(p.words) == 0 {
		return fmt.Errorf("nothing follows %s", k)
	}
	cmd, e := &p.request.cmd, &p.request.cmd.Extra
	switch k {
	case toWord:
		cmd.Receivers = p.list()
	case areaWord:
		p.place().Area = p.take().text
	case addressWord:
		p.place().Address = p.take().text
	case noteWord:
		e.Note = p.take().text
	case becauseWord:
		e.Reason = p.take().text
	case referenceWord:
		e.Reference = p.take().text
	case asWord:
		cmd.OrderID = p.take().text
	case onWord:
		p.request.order = p.take().text
	case withinWord:
		e.OfferSeconds, err = p.number("seconds")
	case versionWord:
		cmd.Version, err = p.number("a version")
	case amountWord:
		var amount int64
		amount, err = p.number("an amount")
		e.Amount = &amount
	}
	return err
}

// finish asks for what has to be there, and reads what can be read only when all is said.
func (p *parser) finish() error {
	r := &p.request
	switch r.verb.name {
	case "place":
		if r.cmd.Receivers == nil {
			return errors.New("to whom? Such as: place to s-9,s-10 \"Fix the tap\" 1 50000 INR")
		}
	case "pay":
		if r.cmd.Extra.Method == "" {
			return errors.New("how? Say pay cash, pay upi or pay card")
		}
	case useWord:
		if r.order == "" {
			return errors.New("which order? `orders` lists them")
		}
	case waitWord:
		if !r.cmd.Status.Known() {
			return errors.New("for what? Such as: wait ACCEPTED")
		}
	case rawWord:
		if r.cmd.Status == 0 {
			return errors.New("which status? Such as: raw 1010 {\"method\":\"card\"}")
		}
		extra, err := callout.ParseExtra(r.cmd.Status, json.RawMessage(p.json))
		r.cmd.Extra = extra
		return err
	}
	return nil
}
