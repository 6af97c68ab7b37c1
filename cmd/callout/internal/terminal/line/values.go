package line

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/calloutd/callout"
)

// list reads ids with commas between them, and perhaps spaces.
func (p *parser) list() []string {
	text := p.take().text
	for len(p.words) > 0 && (strings.HasSuffix(text, ",") || strings.HasPrefix(p.words[0].text, ",")) {
		text += p.take().text
	}
	return strings.Split(text, ",")
}

func (p *parser) place() *callout.Place {
	e := &p.request.Command.Extra
	e.Place = cmp.Or(e.Place, new(callout.Place))
	return e.Place
}

// service reads what is to be done, how often and for how much; or the currency, which nothing follows but options.
func (p *parser) service() error {
	e := &p.request.Command.Extra
	afterTo := p.toList
	p.toList = false
	name := p.take()
	if p.request.Command.Status == callout.Placed && p.standsAlone() && name.isCode() {
		if e.Currency != "" {
			return fmt.Errorf("%s and %s are two currencies", e.Currency, name)
		}
		e.Currency = strings.ToUpper(name.text)
		return nil
	}
	if err := p.misplaced(name, afterTo); err != nil {
		return err
	}
	if len(p.words) < 2 {
		return fmt.Errorf("%s is no service: say what, how many and the price of one, such as \"Fix the tap\" 1 50000", name)
	}
	quantity, err := p.number("how many")
	if err != nil {
		return err
	}
	price, err := p.number("the price of one")
	if err != nil {
		return err
	}
	e.Services = append(e.Services, callout.Service{Service: name.text, Quantity: quantity, UnitPrice: price})
	return nil
}

// misplaced says what name is if it is no service: a currency that comes too early, which may also stand among the numbers
// behind name, or a receiver without a comma before it.
func (p *parser) misplaced(name word, afterTo bool) error {
	next := func(i int) word {
		if i < len(p.words) {
			return p.words[i]
		}
		return word{}
	}
	currency := word{}
	switch {
	case next(0).isNumber() && next(1).isCapital() && next(2).isNumber():
		currency = next(1)
	case next(0).isNumber():
		return nil
	case next(0).isCapital() && next(1).isNumber():
		currency = next(0)
	case name.isCapital():
		currency = name
	}
	switch {
	case currency.text != "" && p.request.Command.Status == callout.Placed:
		return fmt.Errorf("%s is no service; a currency stands behind the services: \"Fix the tap\" 1 50000 INR", currency)
	case currency.text != "":
		return fmt.Errorf("%s is no service; a change is in the order's currency, which is not said again", currency)
	case afterTo && (p.standsAlone() || next(0).quoted || next(1).isNumber() == next(2).isNumber()):
		return fmt.Errorf("%s is no service; if it is a receiver, there is a comma before it: to s-9,s-10", name)
	}
	return nil
}

// isCode reports whether w may be meant as the code of a currency; isCapital, that it can hardly be meant as anything else.
func (w word) isCode() bool {
	return len(w.text) == 3 && !w.quoted && !strings.ContainsFunc(w.text, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') })
}

func (w word) isCapital() bool { return w.isCode() && w.text == strings.ToUpper(w.text) }

// isNumber reports whether w may be meant as one, if only as one that is not whole.
func (w word) isNumber() bool {
	_, err := strconv.ParseFloat(w.text, 64)
	return err == nil && !w.quoted
}

// standsAlone reports whether an option or nothing comes next.
func (p *parser) standsAlone() bool {
	if len(p.words) == 0 {
		return true
	}
	_, ok := p.keyword(p.words[0])
	return ok
}

// status reads a status by its name or its code.
func (p *parser) status() error {
	w := p.take()
	code, err := strconv.Atoi(w.text)
	if err == nil && code > 0 {
		p.request.Command.Status = callout.Status(code)
		return nil
	}
	for _, s := range callout.Statuses() {
		if strings.EqualFold(w.text, s.String()) {
			p.request.Command.Status = s
			return nil
		}
	}
	return fmt.Errorf("%s is neither a status nor the code of one, such as ACCEPTED or 1004", w)
}

func (p *parser) seconds() error {
	n, err := p.number("seconds")
	if err != nil {
		return err
	}
	if n < 1 || n > int64(maxWait/time.Second) {
		return fmt.Errorf("%d are too few or too many seconds to wait", n)
	}
	p.request.Limit = time.Duration(n) * time.Second
	return nil
}

func (p *parser) number(what string) (int64, error) {
	if len(p.words) == 0 {
		return 0, fmt.Errorf("a number is missing: %s", what)
	}
	w := p.take()
	n, err := strconv.ParseInt(w.text, 10, 64)
	if err != nil || w.quoted {
		if _, dot := strconv.ParseFloat(w.text, 64); dot == nil {
			return 0, fmt.Errorf("%s is not whole: money is in the currency's minor unit, 50000 INR for 500.00 INR", w)
		}
		return 0, fmt.Errorf("%s is no number: %s was to come", w, what)
	}
	return n, nil
}

func (p *parser) take() word {
	w := p.words[0]
	p.words = p.words[1:]
	return w
}
