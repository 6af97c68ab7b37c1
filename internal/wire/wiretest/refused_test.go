package wiretest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// TestAKeyMoreIsRefusedFromAServerAndIgnoredFromAClient, wherever it is: but in what passes through.
func TestAKeyMoreIsRefusedFromAServerAndIgnoredFromAClient(t *testing.T) {
	p := readPage(t)
	shown := 0
	show := func(d Dialect, server bool, frame []byte) {
		value, err := asJSON(json.RawMessage(frame))
		if err != nil {
			t.Fatal(err)
		}
		each(value, "", func(at string, object map[string]any) {
			shown++
			object["surprise"] = true
			changed, err := json.Marshal(value)
			delete(object, "surprise")
			if err != nil {
				t.Fatal(err)
			}
			switch passes := at == "/extra" || strings.HasPrefix(at, "/extra/x") || strings.HasPrefix(at, "/extra/y"); {
			case server && (d.FromServer(changed) == nil) != passes:
				t.Errorf("%s of a server: %v", changed, d.FromServer(changed))
			case !server && p.client.check(d, "client", changed) != nil:
				t.Errorf("of a client: %v", p.client.check(d, "client", changed))
			case !server && (d.FromClient(changed) == nil) != passes:
				t.Errorf("%s of a client of ours: %v", changed, d.FromClient(changed))
			}
		})
	}
	examples(t, p, func(d Dialect, server bool, example []byte) {
		if !strings.Contains(string(example), `"senderId":""`) { // to whom nothing passes
			show(d, server, example)
		}
	})
	for _, f := range fromServer(t) {
		if e, ok := f.(wire.Event); !ok || e.SenderID != "" {
			show(Native, true, wire.Encode(f))
		}
	}
	for _, f := range fromClient() {
		show(Native, false, wire.Encode(f))
	}
	if shown < 50 {
		t.Errorf("only %d objects were shown", shown)
	}
}

func TestWhatIsNotAsThePageSaysIsRefused(t *testing.T) {
	e := string(wire.Encode(event(t, callout.Placed)))
	if err := Native.FromServer([]byte(e)); err != nil {
		t.Fatal(err)
	}
	for before, afters := range map[string][]string{
		`"seq":42,`:                 {``, `"seq":0,`, `"seq":1.5,`, `"seq":"42",`, `"seq":null,`},
		`"version":6,`:              {``, `"version":0,`},
		`"orderId":"o-1"`:           {`"orderId":""`, `"orderId":"o/1"`, `"orderId":"` + strings.Repeat("o", 65) + `"`, `"orderID":"o-1"`},
		`"senderId":"c-1"`:          {`"senderId":""`, `"senderId":"c 1"`, `"sender":"c-1"`},
		`"receiverId":"c-1"`:        {`"receiverId":""`, `"receiverId":"system"`},
		`12:00:00.25Z","order"`:     {`12:00:00.2501Z","order"`, `12:00:00+00:00","order"`, `25:00:00Z","order"`},
		`"statusCode":1001`:         {`"statusCode":1000`, `"statusCode":1015`, `"statusCode":1002`, `"statusCode":"1001"`},
		`"PLACED"`:                  {`"STARTED"`},
		`"repeat":true`:             {`"repeat":false`},
		`"unitPrice":250`:           {`"unitPrice":-1`, `"unitPrice":9007199254740992`, `"unitPrice":2.5`},
		`"quantity":2`:              {`"quantity":0`, `"quantity":1000001`},
		`"method":"unstated"`:       {`"method":"gold"`, `"method":""`},
		`"currency":"INR"`:          {`"currency":"inr"`, `"currency":""`},
		`"note":"the`:               {`"note":"\u0000the`, `"note":"\u0085the`, `"note":"` + strings.Repeat("ü", 500)},
		`"extra":{`:                 {`"extra":{"services":[{"service":"x","quantity":1}],`, `"extra":{"offerSeconds":604801,`, `"extra":{"` + strings.Repeat("k", 501) + `":1,`},
		`"via":"shop"`:              {`"via":5`, `"via":"system"`},
		`"lat":12.97`:               {`"lat":90.5`},
		`"receivers":["s-8","s-9"]`: {`"receivers":[]`, `"receivers":["s-8","s-8"]`},
		`"type":"event"`:            {`"type":"occurrence"`, `"type":"ack"`, `"type":5`, `"kind":"event"`},
	} {
		for _, after := range afters {
			changed := strings.Replace(e, before, after, 1)
			if changed == e {
				t.Errorf("the event has no %s", before)
			}
			if err := Native.FromServer([]byte(changed)); err == nil {
				t.Errorf("with %s, it is let pass", after)
			}
		}
	}
	for _, frame := range []string{
		``, `[]`, `null`, `"event"`, e + `{}`,
		`{"type":"goodbye","code":1000,"reason":"x","reconnect":false}`, `{"type":"goodbye","code":4104,"reason":"x","reconnect":false,"afterMs":5}`,
		`{"type":"error","id":"a","code":"too_large","message":"x"}`, `{"type":"error","code":"invalid","message":"x"}`,
	} {
		if err := Native.FromServer([]byte(frame)); err == nil {
			t.Errorf("%s of a server is let pass", frame)
		}
	}
	for _, frame := range []string{
		`{"type":"hello","device":"d"}`, `{"type":"hello","token":"t"}`, `{"type":"hello","token":"t","device":"d d"}`, `{"type":"hello","userId":"a","device":"d"}`,
		`{"type":"hello","userId":"system","role":"client","device":"d"}`, `{"type":"hello","userId":"a","role":"backend","device":"d"}`,
		`{"type":"hello","token":"t","device":"d","instance":"i"}`, `{"type":"hello","token":"t","device":"d","attempt":1}`,
		`{"type":"hello","token":"t","device":"d","resume":{"of":"o/1"}}`, `{"type":"hello","token":"t","device":"d","leave":"now"}`,
		`{"type":"ack","seq":-1}`, `{"type":"ack"}`, `{"type":"receipt","orderId":"o"}`, `{"type":"token"}`,
		`{"type":"command","id":"","statusCode":1005,"orderId":"o"}`, `{"type":"command","id":"a","statusCode":1005}`,
		`{"type":"command","id":"a","statusCode":1002,"orderId":"o"}`, `{"type":"command","id":"a","statusCode":1001,"orderId":"o"}`,
		`{"type":"command","id":"a","statusCode":1001,"receivers":[]}`, `{"type":"command","id":"a","statusCode":1001,"receivers":["s","s"]}`,
		`{"type":"command","id":"a","statusCode":1001,"receivers":["s"],"extra":{"services":[{"service":"","quantity":1}]}}`,
		`{"type":"command","id":"a","statusCode":1006,"orderId":"o","extra":{"services":[]}}`,
		`{"type":"command","id":"a","statusCode":1007,"orderId":"o"}`, `{"type":"command","id":"a","statusCode":1010,"orderId":"o"}`,
		`{"type":"command","id":"a","statusCode":1010,"orderId":"o","extra":{}}`, `{"type":"command","id":"a","statusCode":1010,"orderId":"o","extra":{"method":"gold"}}`,
		`{"type":"command","id":"a","statusCode":1005,"orderId":"o","extra":{"via":"shop"}}`, `{"type":"command","id":"a","statusCode":1005,"orderId":"o","extra":[]}`,
		`{"type":"welcome"}`,
	} {
		if err := readPage(t).client.check(Native, "client", []byte(frame)); err == nil {
			t.Errorf("%s of a client is let pass", frame)
		}
	}
	for _, frame := range []string{`{}`, `{"statusCode":"PLACED"}`, `{"statusCode":"1002"}`, `{"statusCode":1003}`, `{"statusCode":1004,"orderId":5}`, `{"statusCode":1004,"receivers":"s"}`} {
		if err := readPage(t).client.check(Classic, "client", []byte(frame)); err == nil {
			t.Errorf("%s of an app of the original system is let pass", frame)
		}
	}
}
