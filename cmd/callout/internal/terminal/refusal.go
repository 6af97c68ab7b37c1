package terminal

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/calloutd/callout"
)

// lineWords are the protocol's names for what a line says, and the line's own.
var lineWords = strings.NewReplacer(
	"extra.reason is", `because "…" is`, "extra.services is", "the list of services is", "extra.currency", "the currency", "extra.method", "how to pay",
	"extra.amount", "amount", "extra.reference", "reference", "extra.note", "note", "extra.offerSeconds", "within", "place.area", "area",
	"place.address", "address", "receivers names", "to names", "an id in receivers", "an id behind to", "orderId", "the order's id",
)

// serviceField is how a refusal names a part of a service.
var serviceField = regexp.MustCompile(`\bservices\[(\d+)\]\.(service|quantity|unitPrice)\b`)

// inWords has a refusal name things as the line did that was refused. Other errors it leaves alone.
func inWords(err error) error {
	var refusal *callout.Error
	if !errors.As(err, &refusal) {
		return err
	}
	message := serviceField.ReplaceAllStringFunc(refusal.Message, func(field string) string {
		parts := serviceField.FindStringSubmatch(field)
		n, err := strconv.Atoi(parts[1])
		if err != nil {
			return field
		}
		name := map[string]string{"service": "the name", "quantity": "how many", "unitPrice": "the price"}[parts[2]]
		return name + " of service " + strconv.Itoa(n+1)
	})
	return &callout.Error{Code: refusal.Code, Message: lineWords.Replace(message)}
}
