package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestABackendActsForUsers(t *testing.T) {
	c := start(t, nil)
	shop := c.as("shop", callout.Backend)
	worker, _ := c.s.Enter("s-9", callout.Serviceman)
	act := func(key, who, order string, status callout.Status, extra string) answer {
		t.Helper()
		return shop.say(key, fmt.Sprintf(`{"for":%q,"orderId":%q,"statusCode":%d,"extra":%s}`, who, order, int(status), extra))
	}
	placed := shop.say("k-1", `{"for":"c-7","statusCode":1001,"receivers":["s-9"],"extra":{"services":[{"service":"tap","quantity":1,"unitPrice":500}],"currency":"INR"}}`)
	order := placed.OrderID
	if e := worker.Event(); e.OrderID != order || e.SenderID != "c-7" {
		t.Errorf("the serviceman is told %+v", e)
	}
	for i, move := range []struct {
		who    string
		status callout.Status
		extra  string
	}{
		{"s-9", callout.Accepted, `{}`}, {"c-7", callout.Started, `{}`}, {"c-7", callout.Payment, `{"method":"card","reference":"pay-1"}`},
		{"s-9", callout.PaymentVerification, `{"amount":500}`}, {"c-7", callout.OrderComplete, `{}`},
	} {
		if a := act(fmt.Sprint("m-", i), move.who, order, move.status, move.extra); a.status != http.StatusOK {
			t.Errorf("%s for %s: %+v", move.status, move.who, a)
		}
	}
	events := shop.get("/v1/orders/" + order + "/events").Events
	if len(events) != 6 {
		t.Fatalf("%d events", len(events))
	}
	for _, e := range events {
		if e.Extra.Via != "shop" || e.SenderID != "c-7" && e.SenderID != "s-9" {
			t.Errorf("%s by %s via %s", e.Name, e.SenderID, e.Extra.Via)
		}
	}
	for name, got := range map[string]struct {
		answer answer
		status int
	}{
		"for nobody":     {shop.say("x-1", `{"statusCode":1001,"receivers":["s-9"]}`), 422},
		"for no id":      {shop.say("x-2", `{"for":"a b","statusCode":1001,"receivers":["s-9"]}`), 422},
		"for a stranger": {act("x-3", "c-8", order, callout.Cancelled, `{}`), 404},
		"not a backend":  {c.as("c-7", callout.Client).say("x-4", `{"for":"c-8","statusCode":1001,"receivers":["s-9"]}`), 403},
		"said by others": {c.as("c-7", callout.Client).say("x-5", `{"statusCode":1001,"receivers":["s-9"],"extra":{"via":"shop"}}`), 422},
	} {
		if got.answer.status != got.status {
			t.Errorf("%s: %+v", name, got.answer)
		}
	}
	same(t, "what a backend lists", ids(shop.get("/v1/orders?user=c-7").Orders), []string{order})
}

func TestOnlyTheBackendSetsPricesWhereItIsToldSo(t *testing.T) {
	c := start(t, func(c *servertest.Config) { c.Ledger.Rules.BackendPrices = true })
	shop, client, worker := c.as("shop", callout.Backend), c.as("c-7", callout.Client), c.as("s-9", callout.Serviceman)
	const priced = `"services":[{"service":"tap","quantity":2,"unitPrice":500}]`
	for name, got := range map[string]struct {
		answer answer
		status int
	}{
		"a client":          {client.say("k-1", `{"orderId":"o-1","statusCode":1001,"receivers":["s-9"],"extra":{`+priced+`,"currency":"INR"}}`), 403},
		"a client, without": {client.say("k-2", `{"orderId":"o-2","statusCode":1001,"receivers":["s-9"],"extra":{"services":[{"service":"tap","quantity":1,"unitPrice":0}]}}`), 200},
		"the backend":       {shop.say("k-3", `{"for":"c-7","orderId":"o-3","statusCode":1001,"receivers":["s-9"],"extra":{`+priced+`,"currency":"INR"}}`), 200},
	} {
		if got.answer.status != got.status {
			t.Errorf("%s: %+v", name, got.answer)
		}
	}
	worker.move("a", "o-3", callout.Accepted, `{}`)
	client.move("s", "o-3", callout.Started, `{}`)
	if a := worker.move("c-1", "o-3", callout.OrderChanged, `{`+priced+`}`); a.status != http.StatusForbidden {
		t.Errorf("a serviceman's change with prices: %+v", a)
	}
	if a := worker.move("c-2", "o-3", callout.OrderChanged, `{"services":[{"service":"tap","quantity":9,"unitPrice":0}]}`); a.status != http.StatusForbidden {
		t.Errorf("a serviceman's change to nothing: %+v", a)
	}
	if a := shop.say("c-3", `{"for":"s-9","orderId":"o-3","statusCode":1006,"extra":{`+priced+`}}`); a.status != http.StatusOK {
		t.Errorf("a change of the backend's: %+v", a)
	}
}
