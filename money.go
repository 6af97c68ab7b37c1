package callout

import "fmt"

// MaxAmount is the largest amount of money, in the currency's minor unit: 2^53-1, the largest integer that every JSON
// implementation carries exactly (RFC 8259, section 6).
const MaxAmount int64 = 1<<53 - 1

// MaxQuantity is the largest quantity of one service.
const MaxQuantity int64 = 1_000_000

// MaxServices is how many services an order may have.
const MaxServices = 100

// Service is one line of an order.
type Service struct {
	Service   string `json:"service"`   // what is to be done, in the adopter's words or ids
	Quantity  int64  `json:"quantity"`  // 1 to MaxQuantity
	UnitPrice int64  `json:"unitPrice"` // in the currency's minor unit, 0 to MaxAmount
}

// Total is what the services cost together, in the currency's minor unit. Services that are none, too many, or worth
// more than MaxAmount are an Invalid error.
func Total(services []Service) (int64, error) {
	if len(services) > MaxServices {
		return 0, invalid("an order has at most %d services, not %d", MaxServices, len(services))
	}
	var total int64
	for i, s := range services {
		if !isText(s.Service) {
			return 0, checkText(fmt.Sprintf("services[%d].service", i), s.Service)
		}
		switch {
		case s.Service == "":
			return 0, invalid("services[%d].service is missing", i)
		case s.Quantity < 1 || s.Quantity > MaxQuantity:
			return 0, invalid("services[%d].quantity is %d; it is 1 to %d", i, s.Quantity, MaxQuantity)
		case s.UnitPrice < 0 || s.UnitPrice > MaxAmount:
			return 0, invalid("services[%d].unitPrice is %d; it is 0 to %d, in the currency's minor unit", i, s.UnitPrice, MaxAmount)
		case s.UnitPrice > (MaxAmount-total)/s.Quantity:
			return 0, invalid("the services cost more than %d together", MaxAmount)
		}
		total += s.Quantity * s.UnitPrice
	}
	return total, nil
}

// checkCurrency says what is wrong with currency as that of the services.
func checkCurrency(currency string, services []Service) error {
	if currency != "" && !knownCurrency(currency) {
		return invalid("currency %.8q is not a code of ISO 4217", currency)
	}
	if currency == "" && priced(services) {
		return invalid("services with prices need a currency")
	}
	return nil
}

func priced(services []Service) bool {
	for _, s := range services {
		if s.UnitPrice > 0 {
			return true
		}
	}
	return false
}
