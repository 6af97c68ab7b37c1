package history

import (
	"fmt"
	"strings"
)

// Currencies whose minor unit is not a hundredth, by ISO 4217.
const (
	withoutMinorUnit = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
	withThousandths  = "BHD IQD JOD KWD LYD OMR TND"
)

// Money writes an amount, which is in the currency's minor unit, as people do: 44800 INR is 448.00 INR.
func Money(amount int64, currency string) string {
	switch {
	case currency == "":
		return fmt.Sprint(amount)
	case strings.Contains(withoutMinorUnit, currency):
		return fmt.Sprintf("%d %s", amount, currency)
	case strings.Contains(withThousandths, currency):
		return fmt.Sprintf("%d.%03d %s", amount/1000, amount%1000, currency)
	}
	return fmt.Sprintf("%d.%02d %s", amount/100, amount%100, currency)
}
