package terminal

import (
	"encoding/json"

	"github.com/calloutd/callout"
)

// maxMore is how many characters of what the rules do not know are shown.
const maxMore = 300

// details are the lines that follow an event's sentence.
func (t telling) details() []string {
	var lines []string
	o := &t.Order
	switch {
	case t.Status == callout.Accepted && t.SenderID == t.me: // what he could not see before
		if o.Place != nil && o.Place.Address != "" {
			lines = append(lines, "address: "+o.Place.Address)
		}
		if o.Note != "" {
			lines = append(lines, "note: "+o.Note)
		}
	case t.Status == callout.OrderChanged && o.Change != nil:
		lines = append(lines, "as it would be: "+services(o.Change.Services, o.Currency)+" (to be answered until "+clock(o.Change.DueAt)+")")
	}
	if more := t.more(); more != "" {
		lines = append(lines, more)
	}
	return lines
}

// more shows what the sender added that the rules do not know.
func (t telling) more() string {
	rest := callout.Extra{More: make(map[string]json.RawMessage)}
	for key, value := range t.Extra.More {
		if key != "reason" {
			rest.More[key] = value
		}
	}
	data, err := rest.MarshalJSON()
	if err != nil || len(rest.More) == 0 {
		return ""
	}
	text := []rune(string(data))
	if len(text) > maxMore {
		text = append(text[:maxMore-1], '…')
	}
	return "with " + string(text)
}
