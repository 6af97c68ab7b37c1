package history

import (
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
)

func TestPrint(t *testing.T) {
	at := time.Date(2026, 3, 9, 14, 5, 6, 789e6, time.Local)
	events := []callout.Event{
		{
			Version: 1, Status: callout.Placed, At: at, Sender: callout.Actor{ID: "65f1c0ffee65f1c0ffee0a2b", Role: callout.Client},
			Order: callout.Order{Total: 44_800, Currency: "INR"},
		},
		{Version: 2, Status: callout.Expired, At: at.Add(10 * time.Minute), Sender: callout.SystemActor()},
	}
	want := `#  2026-03-09    CODE  EVENT    TOTAL       BY
1  14:05:06.789  1001  PLACED   448.00 INR  client 65f1…0a2b
2  14:15:06.789  1003  EXPIRED  0           system
`
	if got := printed(t, events, 10); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}

	events[1].At = at.Add(24 * time.Hour)
	want = `#  AT                       CODE  EVENT    TOTAL       BY
1  2026-03-09 14:05:06.789  1001  PLACED   448.00 INR  client 65f1c0ffee65f1c0ffee0a2b
2  2026-03-10 14:05:06.789  1003  EXPIRED  0           system
`
	if got := printed(t, events, 0); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func printed(t *testing.T, events []callout.Event, most int) string {
	t.Helper()
	var out strings.Builder
	if err := Print(&out, events, most); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
		want     string
	}{
		{44_800, "INR", "448.00 INR"}, {5, "EUR", "0.05 EUR"}, {44_800, "JPY", "44800 JPY"}, {44_801, "KWD", "44.801 KWD"}, {0, "", "0"},
		{callout.MaxAmount, "USD", "90071992547409.91 USD"},
	} {
		if got := Money(c.amount, c.currency); got != c.want {
			t.Errorf("%d %s: got %s, want %s", c.amount, c.currency, got, c.want)
		}
	}
}
