package line

import (
	"slices"

	"github.com/calloutd/callout"
)

// Verb is a word that a line begins with.
type Verb struct {
	Name    string
	also    string         // another name; empty: none
	Status  callout.Status // what it asks the server for; 0: that is said by what follows, or it asks for nothing
	Role    callout.Role   // whose word it is; empty: everybody's. Others may say it, and are refused
	More    string         // what has to follow it, in short
	Usage   string         // an example
	Meaning string

	options []keyword // what may follow it in any order
}

// keyword begins an option: a word and its value.
type keyword string

const (
	toWord        keyword = "to"
	areaWord      keyword = "area"
	addressWord   keyword = "address"
	noteWord      keyword = "note"
	withinWord    keyword = "within"
	asWord        keyword = "as"
	onWord        keyword = "on"
	becauseWord   keyword = "because"
	amountWord    keyword = "amount"
	referenceWord keyword = "reference"
	versionWord   keyword = "version"
)

// The verbs that ask the server for nothing, and the one that asks for anything.
const (
	Raw    = "raw"
	Wait   = "wait"
	Use    = "use"
	Orders = "orders"
	Show   = "show"
	Help   = "help"
	Quit   = "quit"
)

var verbs = []Verb{
	{
		Name: "place", Status: callout.Placed, Role: callout.Client, More: "…",
		Usage:   `place to s-9,s-10 "Fix the tap" 1 50000 INR`,
		Meaning: `offer an order; then, if you like: area "…" address "…" note "…" within SECONDS as ID`,
		options: []keyword{toWord, areaWord, addressWord, noteWord, withinWord, asWord},
	},
	{Name: "accept", Status: callout.Accepted, Role: callout.Serviceman, Usage: "accept", Meaning: "take the order"},
	{Name: "decline", Status: callout.OfferDeclined, Role: callout.Serviceman, Usage: "decline", Meaning: "leave it to others"},
	{Name: "start", Status: callout.Started, Role: callout.Client, Usage: "start", Meaning: "say that work has started"},
	{
		Name: "change", Status: callout.OrderChanged, Role: callout.Serviceman, More: "…",
		Usage: `change "Fix the tap" 1 80000 "Washer" 2 500`, Meaning: "ask for other services or prices",
	},
	{Name: "withdraw", Status: callout.ChangeDeclined, Role: callout.Serviceman, Usage: "withdraw", Meaning: "take the change back"},
	{Name: "agree", Status: callout.Extended, Role: callout.Client, Usage: "agree", Meaning: "agree to the change"},
	{Name: "refuse", Status: callout.ChangeDeclined, Role: callout.Client, Usage: "refuse", Meaning: "refuse the change"},
	{
		Name: "pay", Status: callout.Payment, Role: callout.Client, More: "cash|upi|card",
		Usage: "pay cash|upi|card", Meaning: `pay what is due; then, if you like: reference "…" amount N`,
		options: []keyword{amountWord, referenceWord},
	},
	{
		Name: "verify", Status: callout.PaymentVerification, Role: callout.Serviceman,
		Usage: "verify", Meaning: "say that the money has arrived", options: []keyword{amountWord},
	},
	{Name: "reject", Status: callout.PaymentRejected, Role: callout.Serviceman, Usage: "reject", Meaning: "say that it has not"},
	{Name: "takeback", Status: callout.PaymentRejected, Role: callout.Client, Usage: "takeback", Meaning: "take the payment back"},
	{Name: "done", Status: callout.OrderComplete, Role: callout.Client, Usage: "done", Meaning: "say that all is done"},
	{Name: "cancel", Status: callout.Cancelled, Usage: "cancel", Meaning: "call the order off; a serviceman has to say why"},

	{Name: Orders, Usage: Orders, Meaning: "list the orders"},
	{Name: Show, Usage: "show [ORDER]", Meaning: "show all there is to know of one"},
	{Name: Use, Usage: "use ORDER", Meaning: "the order that is meant from now on"},
	{
		Name: Raw, Usage: `raw CODE {"key":"value"}`,
		Meaning: "ask for any status with any extra; then, if you like: to LIST version N", options: []keyword{toWord, versionWord},
	},
	{Name: Wait, Usage: "wait STATUS [SECONDS]", Meaning: "in a script: go on when that has happened"},
	{Name: Help, also: "?", Usage: "help [WORD]", Meaning: "show this, or one word of it"},
	{Name: Quit, also: "exit", Usage: Quit, Meaning: "leave; so do exit, Ctrl-C and Ctrl-D"},
}

// VerbsOf lists the words of a role, in the order in which an order needs them.
func VerbsOf(role callout.Role) []*Verb {
	var list []*Verb
	for i := range verbs {
		if verbs[i].isOf(role) {
			list = append(list, &verbs[i])
		}
	}
	return list
}

// For is the word by which somebody in a role asks for a status. There is one for every move of theirs; for what is none,
// it is the verb Raw.
func For(status callout.Status, role callout.Role) *Verb {
	for i := range verbs {
		if v := &verbs[i]; v.Status == status && v.isOf(role) {
			return v
		}
	}
	return find(Raw)
}

// Moves reports whether v asks the server for something on an order that exists.
func (v *Verb) Moves() bool { return v.Name == Raw || v.Status != 0 && v.Status != callout.Placed }

// Asks reports whether v asks the server for something.
func (v *Verb) Asks() bool { return v.Moves() || v.Status == callout.Placed }

func find(name string) *Verb {
	i := slices.IndexFunc(verbs, func(v Verb) bool { return v.Name == name || v.also == name && name != "" })
	if i < 0 {
		return nil
	}
	return &verbs[i]
}

func (v *Verb) isOf(role callout.Role) bool { return v.Role == "" || v.Role == role }

// takes reports whether an option may follow v.
func (v *Verb) takes(k keyword) bool {
	switch k {
	case onWord:
		return v.Moves() || v.Name == Wait
	case becauseWord:
		return v.Moves() && v.Name != Raw
	}
	return slices.Contains(v.options, k)
}
