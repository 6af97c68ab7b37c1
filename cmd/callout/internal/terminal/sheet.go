package terminal

import (
	"fmt"
	"strings"

	"github.com/calloutd/callout"
)

// sheetIndent is how far in the values of a sheet stand.
const sheetIndent = 14

// row is one line of the sheet that says all of an order.
type row struct{ name, value string }

// rows are the sheet of an order, without what there is nothing to say of.
func rows(o *callout.Order) []row {
	list := []row{{"client", o.ClientID}, {"serviceman", o.ServicemanID}, {"on offer to", strings.Join(o.Receivers, ", ")}}
	list = append(list, serviceRows("services", o.Services, o.Total, o.Currency)...)
	if c := o.Change; c != nil {
		list = append(list, serviceRows("change to", c.Services, c.Total, o.Currency)...)
		list = append(list, row{"because", c.Reason})
	}
	if o.Payment != nil {
		list = append(list, row{"payment", payment(o)})
	}
	if at := o.Place; at != nil {
		list = append(list, row{"area", at.Area}, row{"address", at.Address})
		if at.Lat != nil && at.Lon != nil {
			list = append(list, row{"position", fmt.Sprintf("%v, %v", *at.Lat, *at.Lon)})
		}
	}
	list = append(list, row{"note", o.Note}, row{"placed at", clock(o.PlacedAt)})
	if !o.DueAt.IsZero() {
		list = append(list, row{"until", clock(o.DueAt) + dueWhat(o.Status)})
	}
	said := list[:0]
	for _, r := range list {
		if r.value != "" {
			said = append(said, r)
		}
	}
	return said
}

func serviceRows(name string, list []callout.Service, total int64, currency string) []row {
	var rows []row
	for _, s := range list {
		rows = append(rows, row{name, fmt.Sprintf("%d × %s, %s each", s.Quantity, s.Service, price(s.UnitPrice, currency))})
		name = ""
	}
	return append(rows, row{"together", price(total, currency)})
}

// dueWhat is what happens by itself when an order's time is up.
func dueWhat(s callout.Status) string {
	switch s {
	case callout.Placed, callout.Broadcasted:
		return ", then the order expires"
	case callout.OrderChanged:
		return ", then the change is off"
	case callout.PaymentVerification:
		return ", then the order is complete"
	}
	return ""
}
