// Package line is what can be said at a terminal, one line at a time.
package line

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/calloutd/callout"
)

// Request is a line as it was understood.
type Request struct {
	Verb    *Verb           // nil: the line says nothing
	About   *Verb           // of a help: the verb that is meant; nil: all
	Order   string          // the order that is meant, or the beginning of its id; empty: the one in use
	Command callout.Command // what is asked for, but for what only the order can tell
	Limit   time.Duration   // of a wait; 0: the usual one
}

// parser reads the words of a line from left to right.
type parser struct {
	words   []word
	request Request
	said    map[keyword]bool
	toList  bool // what was read last is the list of receivers
	json    string
}

// maxWait bounds what wait takes, so that it is a time.Duration.
const maxWait = 24 * time.Hour

// Parse understands a line. It does not judge what the rules judge.
func Parse(line string) (Request, error) {
	if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
		return Request{}, nil
	}
	words, err := split(line)
	if err != nil {
		return Request{}, err
	}
	p := parser{words: words, said: make(map[keyword]bool)}
	v, err := p.verb()
	if err != nil {
		return Request{}, err
	}
	p.request.Verb, p.request.Command.Status = v, v.Status
	if v.Status == callout.Placed && !slices.ContainsFunc(p.words, p.isTo) { // whatever else is wrong with it
		return Request{}, errToWhom
	}
	for len(p.words) > 0 {
		if err := p.next(); err != nil {
			return Request{}, err
		}
	}
	if err := p.finish(); err != nil {
		return Request{}, err
	}
	return p.request, nil
}

// next reads an option, or what else may come next.
func (p *parser) next() (err error) {
	if k, ok := p.keyword(p.words[0]); ok {
		p.words = p.words[1:]
		if p.said[k] {
			return fmt.Errorf("%s is said twice", k)
		}
		p.said[k] = true
		return p.option(k)
	}
	switch p.request.Verb.Name {
	case "place", "change":
		return p.service()
	case Help:
		if p.request.About == nil {
			p.request.About, err = p.verb()
			return err
		}
	case "pay":
		if p.request.Command.Extra.Method == "" {
			p.request.Command.Extra.Method = callout.Method(strings.ToLower(p.take().text))
			return nil
		}
	case Use, Show:
		if p.request.Order == "" {
			p.request.Order = p.take().text
			return nil
		}
	case Raw:
		if p.request.Command.Status == 0 {
			return p.status()
		}
		if p.words[0].isJSON && p.json != "" {
			return errors.New("a line has one JSON object")
		}
		if p.words[0].isJSON {
			p.json = p.take().text
			return nil
		}
	case Wait:
		if p.request.Command.Status == 0 {
			return p.status()
		}
		if p.request.Limit == 0 {
			return p.seconds()
		}
	}
	return fmt.Errorf("%s makes no sense here; a text of several words goes in quotes", p.words[0])
}

// verb reads a word that a line may begin with.
func (p *parser) verb() (*Verb, error) {
	w := p.take()
	v := find(strings.ToLower(w.text))
	if v == nil || w.quoted {
		return nil, fmt.Errorf("%s is no word that a line begins with; `help` lists them", Quote(w.text))
	}
	return v, nil
}

// isTo reports whether w says that the receivers follow.
func (p *parser) isTo(w word) bool {
	k, ok := p.keyword(w)
	return ok && k == toWord
}

// keyword tells whether w begins an option of the line's verb.
func (p *parser) keyword(w word) (keyword, bool) {
	k := keyword(strings.ToLower(w.text))
	return k, !w.quoted && p.request.Verb.takes(k)
}

func (p *parser) option(k keyword) (err error) {
	if len(p.words) == 0 {
		return fmt.Errorf("nothing follows %s", k)
	}
	cmd, e := &p.request.Command, &p.request.Command.Extra
	switch k {
	case toWord:
		cmd.Receivers = p.list()
		p.toList = true
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
		p.request.Order = p.take().text
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

var (
	errToWhom   = errors.New("to whom? Such as: place to s-9,s-10 \"Fix the tap\" 1 50000 INR")
	errCurrency = errors.New("prices need a currency behind the services, such as INR: \"Fix the tap\" 1 50000 INR")
)

// finish asks for what has to be there, and reads what can be read only when all is said.
func (p *parser) finish() error {
	r := &p.request
	switch r.Verb.Name {
	case "place":
		if r.Command.Receivers == nil {
			return errToWhom
		}
		if priced := func(s callout.Service) bool { return s.UnitPrice != 0 }; r.Command.Extra.Currency == "" && slices.ContainsFunc(r.Command.Extra.Services, priced) {
			return errCurrency
		}
	case "pay":
		if r.Command.Extra.Method == "" {
			return errors.New("how? Say pay cash, pay upi or pay card")
		}
	case Use:
		if r.Order == "" {
			return errors.New("which order? `orders` lists them")
		}
	case Wait:
		if !r.Command.Status.Known() {
			return errors.New("for what? Such as: wait ACCEPTED")
		}
	case Raw:
		if r.Command.Status == 0 {
			return errors.New("which status? Such as: raw 1010 {\"method\":\"card\"}")
		}
		extra, err := callout.ParseExtra(r.Command.Status, json.RawMessage(p.json))
		r.Command.Extra = extra
		return err
	}
	return nil
}
