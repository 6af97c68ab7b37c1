package api

import "github.com/danielgtaylor/huma/v2"

// meanings says what the keys of the rules' types mean, whose comments the program does not have when it runs.
var meanings = map[string]map[string]string{
	"Order": {
		"id": "The order's own, for ever", "placedAt": "When it was placed", "place": "Where it is to be done", "note": "From the client, for the serviceman",
		"version": "Counts the order's events: 1, 2, 3, …", "statusCode": "The status that it rests in", "clientId": "Who has placed it",
		"servicemanId": "Who has accepted it", "receivers": "The servicemen whom it is on offer to now", "services": "What is agreed",
		"currency": "ISO 4217", "total": "Of the agreed services, in the currency's minor unit", "change": "The change that waits for an answer",
		"payment": "The payment initiated or verified", "changesApproved": "How many changes the client has agreed to",
		"changesDeclined": "How many have come to nothing; after five there are no more", "paymentsRejected": "How many payments did not arrive; after three no more are rejected",
		"dueAt": "When something happens by itself, unless something else happens first: the offer ends, the change is declined, the order is complete",
	},
	"Service": {"service": "What is to be done", "quantity": "How often", "unitPrice": "In the currency's minor unit"},
	"Change": {
		"id": "The version of its ORDER_CHANGED event", "services": "As they would be", "total": "As it would be", "reason": "Why the serviceman asks for it",
		"dueAt": "When it is declined by itself",
	},
	"Paid":  {"method": "cash, upi or card; unstated from an app of the original system", "amount": "In the currency's minor unit", "reference": "Of the payment provider's"},
	"Place": {"area": "What servicemen on offer may know", "address": "For the parties alone", "lat": "Degrees, -90 to 90", "lon": "Degrees, -180 to 180"},
	"Event": {
		"version": "Of the order after it", "statusCode": "What happened", "name": "The same in a word", "at": "When it happened, just before it was committed",
		"senderRole": "What they were to the order", "extra": "What the event has beside its status, as on the socket",
	},
	"Session": {"userId": "Whose", "device": "What they call it"},
}

// describe gives the keys of the rules' types their meanings. No list in an answer is ever null.
func describe(schemas map[string]*huma.Schema) {
	for name, schema := range schemas {
		for key, property := range schema.Properties {
			if property.Type == huma.TypeArray && property.Nullable {
				property.Nullable = false
			}
			if meaning, ok := meanings[name][key]; ok && property.Description == "" {
				property.Description = meaning
			}
		}
	}
}
