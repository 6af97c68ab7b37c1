package load

import "github.com/calloutd/callout"

// Story is what is played of every order: its statuses in their order. The version of an order is how many of them have
// been.
var Story = [...]callout.Status{
	callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended,
	callout.Payment, callout.PaymentVerification, callout.OrderComplete,
}

// byClient reports whether it is the client who makes a step of the story.
func byClient(s callout.Status) bool {
	switch s {
	case callout.Accepted, callout.OrderChanged, callout.PaymentVerification:
		return false
	}
	return true
}

// Extra is what a command of a status carries beside it, as JSON: what users of an app would send, and the same each time,
// so that different servers have the same to do.
func Extra(s callout.Status) string {
	switch s {
	case callout.Placed:
		return `{"services":[{"service":"Kitchen sink: find and mend the leak","quantity":1,"unitPrice":49900},` +
			`{"service":"Tap washer","quantity":2,"unitPrice":4500}],"currency":"INR",` +
			`"place":{"area":"Indiranagar","address":"41, 12th Main Road, 2nd floor"}}`
	case callout.OrderChanged:
		return `{"services":[{"service":"Kitchen sink: find and mend the leak","quantity":1,"unitPrice":49900},` +
			`{"service":"Tap washer","quantity":3,"unitPrice":4500},{"service":"Waste pipe, 40 mm","quantity":1,"unitPrice":18500}],` +
			`"reason":"The waste pipe is cracked, too"}`
	case callout.Extended:
		return `{"changeId":4}` // the version of the ORDER_CHANGED
	case callout.Payment:
		return `{"method":"upi"}`
	}
	return `{}`
}
