package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/calloutd/callout"
)

// refusal is a command as text, and how it is answered.
type refusal struct {
	frame string
	want  callout.Code
}

// says is a command of c-1's with the id "x".
func says(orderID string, status int, keys string) string {
	return fmt.Sprintf(`{"type":"command","id":"x","orderId":%q,"statusCode":%d%s}`, orderID, status, keys)
}

// places is the PLACED of an order with this extra.
func places(extra string) string {
	return says("o-9", 1001, `,"receivers":["s-9"],"extra":`+extra)
}

// charges is the PLACED of an order with this one service.
func charges(quantity, unitPrice string) string {
	return places(`{"currency":"INR","services":[{"service":"tap","quantity":` + quantity + `,"unitPrice":` + unitPrice + `}]}`)
}

// offers is the PLACED of an order without services to these receivers.
func offers(receivers string) string { return says("o-9", 1001, `,"receivers":`+receivers) }

func list(n int, format string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(format, i)
	}
	return "[" + strings.Join(items, ",") + "]"
}

// refusedAll holds a session of c-1 to answering each command with a refusal that names it, and to going on; and the
// server to having written nothing.
func (s *shop) refusedAll(t *testing.T, table map[string]refusal) {
	before := s.state()
	session, _ := s.Enter("c-1", callout.Client)
	for name, test := range table {
		t.Run(name, func(t *testing.T) {
			s, p := s.in(t), session.In(t)
			p.Text(test.frame)
			e := p.Error()
			var sent struct{ ID string }
			if err := json.Unmarshal([]byte(test.frame), &sent); err != nil {
				t.Fatal(err)
			}
			if e.ID != sent.ID || e.Code != test.want || e.Message == "" {
				t.Errorf("the answer is %+v, not %s", e, test.want)
			}
			answers(t, p)
			s.unharmed(before)
		})
	}
}

func TestACommandWithAValueOfTheWrongTypeIsInvalid(t *testing.T) {
	table := make(map[string]refusal)
	for key, values := range map[string][]string{
		"orderId":    {`7`, `["o-9"]`, `{}`, `true`},
		"statusCode": {`"1001"`, `1001.5`, `1e30`, `null`, `[1001]`, `true`, `{}`},
		"version":    {`"1"`, `0.5`, `9223372036854775808`, `[]`},
		"receivers":  {`"s-9"`, `[7]`, `{"0":"s-9"}`, `[["s-9"]]`, `7`},
		"extra":      {`"x"`, `[]`, `7`, `true`},
	} {
		for _, value := range values {
			table[key+" "+value] = refusal{says("o-9", 1001, fmt.Sprintf(`,"receivers":["s-9"],%q:%s`, key, value)), callout.Invalid}
		}
	}
	for key, values := range map[string][]string{
		"services":     {`{}`, `"tap"`, `[7]`, `["tap"]`, `[{"service":7}]`, `[{"service":"tap","quantity":"1"}]`, `[{"service":"tap","quantity":1.5}]`},
		"currency":     {`7`, `["INR"]`},
		"place":        {`"north"`, `[]`, `{"area":7}`, `{"lat":"52"}`, `{"lat":91}`, `{"lon":-180.1}`, `{"lat":1e400}`},
		"note":         {`7`, `{}`},
		"offerSeconds": {`"600"`, `-1`, `604801`, `1e400`, `9223372036854775808`},
	} {
		for _, value := range values {
			table[key+" "+value] = refusal{places(fmt.Sprintf(`{%q:%s}`, key, value)), callout.Invalid}
		}
	}
	for key, value := range map[string]string{"method": `7`, "amount": `"500"`, "reference": `[]`} {
		table[key] = refusal{says("o-3", 1010, fmt.Sprintf(`,"extra":{"method":"cash",%q:%s}`, key, value)), callout.Invalid}
	}
	openShop(t, nil).refusedAll(t, table)
}

func TestACommandThatCannotBeMeantIsInvalid(t *testing.T) {
	openShop(t, nil).refusedAll(t, map[string]refusal{
		"a price below 0":                {charges("1", "-1"), callout.Invalid},
		"a price of 2^53":                {charges("1", "9007199254740992"), callout.Invalid},
		"a price of 2^63":                {charges("1", "9223372036854775808"), callout.Invalid},
		"a price of 1.5":                 {charges("1", "1.5"), callout.Invalid},
		"a quantity of 0":                {charges("0", "1"), callout.Invalid},
		"a quantity below 0":             {charges("-1", "1"), callout.Invalid},
		"a quantity of a million and 1":  {charges("1000001", "1"), callout.Invalid},
		"a total above 2^53-1":           {charges("1000000", "9007199255"), callout.Invalid},
		"a total that overflows 64 bits": {charges("1000000", "9007199254740991"), callout.Invalid},
		"a sum above 2^53-1": {
			places(`{"currency":"INR","services":` + list(2, `{"service":"tap %d","quantity":1,"unitPrice":9007199254740991}`) + `}`), callout.Invalid,
		},
		"101 services":              {places(`{"services":` + list(101, `{"service":"tap %d","quantity":1}`) + `}`), callout.Invalid},
		"a service without a name":  {places(`{"services":[{"quantity":1}]}`), callout.Invalid},
		"an unknown currency":       {places(`{"currency":"XXX"}`), callout.Invalid},
		"a currency in small":       {places(`{"currency":"inr"}`), callout.Invalid},
		"two currencies":            {places(`{"currency":"INR EUR"}`), callout.Invalid},
		"prices without a currency": {places(`{"services":[{"service":"tap","quantity":1,"unitPrice":1}]}`), callout.Invalid},
		"no receivers":              {says("o-9", 1001, ""), callout.Invalid},
		"an empty list":             {offers("[]"), callout.Invalid},
		"101 receivers":             {offers(list(101, `"s-%d"`)), callout.Invalid},
		"one receiver twice":        {offers(`["s-9","s-9"]`), callout.Invalid},
		"the client as receiver":    {offers(`["c-1"]`), callout.Invalid},
		"the system as receiver":    {offers(`["system"]`), callout.Invalid},
		"a receiver with a slash":   {offers(`["s/9"]`), callout.Invalid},
		"a receiver of no name":     {offers(`[""]`), callout.Invalid},
		"a receiver null":           {offers(`[null]`), callout.Invalid},
		"an order id with a slash":  {says("o/9", 1001, `,"receivers":["s-9"]`), callout.Invalid},
		"an order id with a space":  {says("o 9", 1001, `,"receivers":["s-9"]`), callout.Invalid},
		"an order id with ü":        {says("o-ü", 1001, `,"receivers":["s-9"]`), callout.Invalid},
		"an order id of 65":         {says(strings.Repeat("o", 65), 1001, `,"receivers":["s-9"]`), callout.Invalid},
		"an order id not there":     {says("", 1008, ""), callout.Invalid},
		"an id of no character":     {`{"type":"command","id":"","orderId":"o-1","statusCode":1008}`, callout.Invalid},
		"an id of 65":               {`{"type":"command","id":"` + strings.Repeat("x", 65) + `","orderId":"o-1","statusCode":1008}`, callout.Invalid},
		"an id with NUL":            {`{"type":"command","id":"x\u0000","orderId":"o-1","statusCode":1008}`, callout.Invalid},
		"an id with a line break":   {`{"type":"command","id":"x\ny","orderId":"o-1","statusCode":1008}`, callout.Invalid},
		"a version below 0":         {says("o-1", 1008, `,"version":-1`), callout.Invalid},
		"a payment by cheque":       {says("o-3", 1010, `,"extra":{"method":"cheque"}`), callout.Invalid},
		"a payment by nothing":      {says("o-3", 1010, ""), callout.Invalid},
		"an amount below 0":         {says("o-3", 1010, `,"extra":{"method":"cash","amount":-1}`), callout.Invalid},
		"an amount of 2^53":         {says("o-3", 1010, `,"extra":{"method":"cash","amount":9007199254740992}`), callout.Invalid},
	})
}

func TestACommandWithTextThatIsNoneIsInvalid(t *testing.T) {
	table := map[string]refusal{
		"a note of 501":       {places(`{"note":"` + strings.Repeat("ü", 501) + `"}`), callout.Invalid},
		"extra 33 deep":       {places(`{"x":` + nested(33) + `}`), callout.Invalid},
		"extra 5,000 deep":    {places(`{"x":` + nested(5000) + `}`), callout.Invalid},
		"a number of 400 0s":  {places(`{"x":1` + strings.Repeat("0", 400) + `}`), callout.Invalid},
		"text of 501 in more": {places(`{"x":{"y":["` + strings.Repeat("z", 501) + `"]}}`), callout.Invalid},
	}
	for what, bad := range map[string]string{
		"NUL": `\u0000`, "a line break": `\n`, "escape": `\u001b[2J`, "delete": `\u007f`, "a C1 control": `\u0085`, "half a surrogate": `\ud800`,
	} {
		for where, extra := range map[string]string{
			"a note":           `{"note":"a%s"}`,
			"an area":          `{"place":{"area":"a%s"}}`,
			"an address":       `{"place":{"address":"a%s"}}`,
			"a service":        `{"services":[{"service":"a%s","quantity":1}]}`,
			"a currency":       `{"currency":"%s"}`,
			"a key of more":    `{"a%s":1}`,
			"a value of more":  `{"x":"a%s"}`,
			"a deep one":       `{"x":[{"y":"a%s"}]}`,
			"a deeper one key": `{"x":[{"a%s":1}]}`,
		} {
			table[what+" in "+where] = refusal{places(strings.Replace(extra, "%s", bad, 1)), callout.Invalid}
		}
	}
	openShop(t, nil).refusedAll(t, table)
}

func TestAStatusCodeOutsideTheTableIsInvalidWhateverTheOrder(t *testing.T) {
	s := openShop(t, nil)
	table := make(map[string]refusal)
	for _, orderID := range []string{"o-1", "o-2", "o-nowhere"} {
		for _, code := range []int{-1, 0, 1, 1000, 1015, 1 << 40} {
			table[fmt.Sprint(code, " of ", orderID)] = refusal{says(orderID, code, ""), callout.Invalid}
		}
	}
	s.refusedAll(t, table)
}

func TestExtraIsTakenToTheLimit(t *testing.T) {
	s := openShop(t, nil)
	p, _ := s.Enter("c-1", callout.Client)
	p.Text(says("o-9", 1001, `,"receivers":`+list(100, `"s-%d"`)+`,"extra":{"note":"`+strings.Repeat("ü", 500)+`","x":`+nested(32)+
		`,"currency":"JPY","services":[{"service":"tap","quantity":1,"unitPrice":9007199254740991}]}`))
	if e := p.Event(); e.OrderID != "o-9" || order(t, e.Order).Total != callout.MaxAmount || !strings.Contains(string(e.Extra), nested(32)) {
		t.Errorf("the event is %+v", e)
	}
}
