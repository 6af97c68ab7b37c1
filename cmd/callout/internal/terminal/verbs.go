package terminal

import "github.com/calloutd/callout"

// verb is a word that a line begins with.
type verb struct {
	name    string
	status  callout.Status // what it asks the server for; 0: that is said by what follows, or it asks for nothing
	role    callout.Role   // whose word it is; empty: everybody's. Others may say it, and are refused
	more    string         // what follows it among the moves, for people
	usage   string
	meaning string
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

const (
	rawWord    = "raw"
	waitWord   = "wait"
	useWord    = "use"
	ordersWord = "orders"
	showWord   = "show"
	helpWord   = "help"
	quitWord   = "quit"
)

var verbs = []verb{
	{
		name: "place", status: callout.Placed, role: callout.Client, more: "…",
		usage:   `place to s-9,s-10 "Fix the tap" 1 50000 INR`,
		meaning: `offer an order; then, if you like: area "…" address "…" note "…" within SECONDS as ID`,
		options: []keyword{toWord, areaWord, addressWord, noteWord, withinWord, asWord},
	},
	{name: "accept", status: callout.Accepted, role: callout.Serviceman, usage: "accept", meaning: "take the order"},
	{name: "decline", status: callout.OfferDeclined, role: callout.Serviceman, usage: "decline", meaning: "leave it to others"},
	{name: "start", status: callout.Started, role: callout.Client, usage: "start", meaning: "say that work has started"},
	{
		name: "change", status: callout.OrderChanged, role: callout.Serviceman, more: "…",
		usage: `change "Fix the tap" 1 80000 "Washer" 2 500`, meaning: "ask for other services or prices",
	},
	{name: "withdraw", status: callout.ChangeDeclined, role: callout.Serviceman, usage: "withdraw", meaning: "take the change back"},
	{name: "agree", status: callout.Extended, role: callout.Client, usage: "agree", meaning: "agree to the change"},
	{name: "refuse", status: callout.ChangeDeclined, role: callout.Client, usage: "refuse", meaning: "refuse the change"},
	{
		name: "pay", status: callout.Payment, role: callout.Client, more: "cash|upi|card",
		usage: "pay cash|upi|card", meaning: `pay what is due; then, if you like: reference "…" amount N`,
		options: []keyword{amountWord, referenceWord},
	},
	{
		name: "verify", status: callout.PaymentVerification, role: callout.Serviceman,
		usage: "verify", meaning: "say that the money has arrived", options: []keyword{amountWord},
	},
	{name: "reject", status: callout.PaymentRejected, role: callout.Serviceman, usage: "reject", meaning: "say that it has not"},
	{name: "takeback", status: callout.PaymentRejected, role: callout.Client, usage: "takeback", meaning: "take the payment back"},
	{name: "done", status: callout.OrderComplete, role: callout.Client, usage: "done", meaning: "say that all is done"},
	{name: "cancel", status: callout.Cancelled, usage: "cancel", meaning: "call the order off; a serviceman has to say why"},

	{name: ordersWord, usage: ordersWord, meaning: "list the orders"},
	{name: showWord, usage: "show [ORDER]", meaning: "show all there is to know of one"},
	{name: useWord, usage: "use ORDER", meaning: "the order that is meant from now on"},
	{
		name: rawWord, usage: `raw CODE {"key":"value"}`,
		meaning: "ask for any status with any extra; then, if you like: to LIST version N", options: []keyword{toWord, versionWord},
	},
	{name: waitWord, usage: "wait STATUS [SECONDS]", meaning: "in a script: go on when that has happened"},
	{name: helpWord, usage: helpWord, meaning: "show this"},
	{name: quitWord, usage: quitWord, meaning: "leave; so do Ctrl-C and Ctrl-D"},
}

func findVerb(name string) *verb {
	for i := range verbs {
		if verbs[i].name == name {
			return &verbs[i]
		}
	}
	return nil
}

// verbFor is the word by which somebody in a role asks for a status. There is one for every move of theirs.
func verbFor(status callout.Status, role callout.Role) *verb {
	for i := range verbs {
		if v := &verbs[i]; v.status == status && v.isOf(role) {
			return v
		}
	}
	return findVerb(rawWord)
}

func (v *verb) isOf(role callout.Role) bool { return v.role == "" || v.role == role }

// moves reports whether v asks the server for something on an order that exists.
func (v *verb) moves() bool { return v.name == rawWord || v.status != 0 && v.status != callout.Placed }

// takes reports whether an option may follow v.
func (v *verb) takes(k keyword) bool {
	switch k {
	case onWord:
		return v.moves() || v.name == waitWord
	case becauseWord:
		return v.moves() && v.name != rawWord
	}
	for _, option := range v.options {
		if option == k {
			return true
		}
	}
	return false
}
