package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 250_000_000, time.UTC)

func event() wire.Event {
	return wire.Event{
		Seq: 42, OrderID: "o-1", Version: 4, SenderID: "c-7", ReceiverID: "s-9", CommandID: "a \"quoted\" \\ id <&>",
		Status: callout.Started, At: noon, Order: json.RawMessage(`{"id":"o-1","version":4,"statusCode":1005}`),
		Extra: json.RawMessage(`{"reason":"x"}`),
	}
}

func mustJSON(t *testing.T, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAnEventIsWrittenToTheLetter: apps of the original system read these keys.
func TestAnEventIsWrittenToTheLetter(t *testing.T) {
	e := event()
	e.CommandID = ""
	want := `{"type":"event","seq":42,"orderId":"o-1","version":4,"senderId":"c-7","receiverId":"s-9",` +
		`"status":{"statusCode":1005,"name":"STARTED","message":"Work has started"},"at":"2026-03-01T12:00:00.25Z",` +
		`"order":{"id":"o-1","version":4,"statusCode":1005},"extra":{"reason":"x"}}`
	if got := string(wire.AppendEvent(nil, &e)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	e.Extra, e.Repeat, e.At = nil, true, noon.In(time.FixedZone("IST", 19800))
	want = want[:len(want)-len(`{"reason":"x"}}`)] + `{},"repeat":true}`
	if got := string(wire.AppendEvent(nil, &e)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatTheServerWritesTheSDKReads(t *testing.T) {
	order := callout.Order{
		ID: "o-1", Version: 2, Status: callout.Broadcasted, ClientID: "c-7", Services: []callout.Service{{Service: "leak", Quantity: 1}},
		PlacedAt: noon, DueAt: noon.Add(time.Minute),
	}
	bare := event()
	bare.CommandID, bare.SenderID, bare.Repeat = "", "", true
	for _, f := range []wire.ServerFrame{
		event(), bare,
		wire.Welcome{UserID: "c-7", Role: callout.Client, From: 41, Seq: 57, Orders: []callout.Order{order}, Now: noon, PingSeconds: 25},
		wire.Welcome{UserID: "s-9", Role: callout.Serviceman, Orders: []callout.Order{}, Now: noon, Reset: true, Dev: true},
		wire.Error{ID: "a\n", Code: callout.Conflict, Message: `the order is "STARTED"`, Order: mustJSON(t, order)},
		wire.Error{ID: "a", Code: callout.NotFound, Message: "no"},
		wire.Goodbye{Code: wire.Draining, Reason: "draining", Reconnect: true, AfterMs: 1200},
		wire.Goodbye{Code: wire.TokenExpired, Reason: "token expired"},
	} {
		data := wire.Encode(f)
		got, err := wire.DecodeServer(data)
		if d := cmp.Diff(f, got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", data, err, d)
		}
	}
}

func TestWhatTheSDKWritesTheServerReads(t *testing.T) {
	five := int64(5)
	for _, f := range []wire.Frame{
		wire.Ack{}, wire.Ack{Seq: 1<<53 - 1},
		wire.Hello{Device: "d"}, wire.Hello{Device: "d", UserID: "c-1", Role: callout.Client, Resume: &wire.Resume{}},
		wire.Hello{Token: "t", Device: "d", Resume: &wire.Resume{Seq: 41, Of: "o-1/3"}, Window: 64, WhenDone: true},
		wire.Hello{Device: "d", Receipts: true, Instance: "i", Attempt: 1<<53 - 1},
		wire.Command{Command: callout.Command{ID: "a\u2028", Status: callout.Payment, OrderID: "o-1", Version: 7, Extra: callout.Extra{
			Method: callout.UPI, Amount: &five, Reference: "<&>", More: map[string]json.RawMessage{"x": json.RawMessage(`{"b":[1,null],"a":1.50}`)},
		}}},
		wire.Command{Command: callout.Command{ID: "b", Status: callout.Placed, Receivers: []string{"s-1", "s-2"}, Extra: callout.Extra{
			Services: []callout.Service{{Service: "leak", Quantity: 2, UnitPrice: 5}}, Currency: "INR", OfferSeconds: 60, Note: "x",
			Place: &callout.Place{Area: "y"},
		}}},
	} {
		data := wire.Encode(f)
		got, err := wire.Decode(data)
		if d := cmp.Diff(f, got); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", data, err, d)
		}
	}
}

func TestTheSDKLetsNewFramesPassAndRefusesNonsense(t *testing.T) {
	if f, err := wire.DecodeServer([]byte(`{"type":"weather","sun":true}`)); f != nil || err != nil {
		t.Errorf("a frame of a new type is %#v, %v", f, err)
	}
	for _, data := range []string{
		``, `[]`, `{`, `{"type":5}`, `{"type":"event","seq":"1"}`, `{"type":"event","at":"noon"}`, `{"type":"welcome","orders":{}}`,
		`{"type":"error","code":5}`, `{"type":"goodbye","code":"4000"}`,
	} {
		if f, err := wire.DecodeServer([]byte(data)); err == nil {
			t.Errorf("%s is read as %#v", data, f)
		}
	}
}

func TestACloseCodeSaysWhetherToComeBack(t *testing.T) {
	for code, c := range map[wire.CloseCode]struct{ reconnect, goodbye bool }{
		wire.Done: {false, false}, wire.ProtocolFault: {true, false}, wire.FrameTooLarge: {true, false}, wire.Draining: {true, true},
		wire.FellBehind: {true, true}, wire.Overloaded: {true, true}, wire.Unauthenticated: {false, true}, wire.Malformed: {false, true},
		wire.Forbidden: {false, true}, wire.TokenExpired: {false, true}, wire.Replaced: {false, true},
	} {
		if code.Reconnect() != c.reconnect || code.GoodbyeFirst() != c.goodbye {
			t.Errorf("%d: reconnect %v, goodbye %v", code, code.Reconnect(), code.GoodbyeFirst())
		}
	}
}

// FuzzDecodeServer: whatever a server sends is refused, let pass, or read; what was read is written so that it is read again as
// the same, and whatever goes on to an app of the original system is a frame, too.
func FuzzDecodeServer(f *testing.F) {
	for _, seed := range []string{
		`{"type":"event","seq":42,"orderId":"o-1","version":4,"senderId":"c-7","receiverId":"s-9","commandId":"a \"quoted\" \\ id <&>",` +
			`"status":{"statusCode":1005},"at":"2026-03-01T12:00:00.25Z","order":{"id":"o-1","version":4,"statusCode":1005},"extra":{"reason":"x"},"repeat":true}`,
		`{"type":"welcome","userId":"c-7","role":"client","from":41,"seq":57,"orders":[{"id":"o","version":1,"statusCode":1003},` +
			`{"id":"o","version":1,"statusCode":1006,"clientId":"c","services":[],"total":0,"change":{"id":4,"services":null,"total":0,"dueAt":"2026-03-01T12:00:00Z"},` +
			`"placedAt":"2026-03-01T12:00:00Z","dueAt":"2026-03-01T12:00:00Z"}],"now":"2026-03-01T12:00:00.25Z","pingSeconds":25,"reset":true}`,
		`{"type":"error","id":"a\n","code":"conflict","message":"<&>","order":{"id":"o"}}`, `{"type":"error","order":null}`,
		`{"type":"goodbye","code":4000,"reason":"draining","reconnect":true,"afterMs":-1}`, `{"type":"goodbye","code":65536}`,
		`{"type":"event","order":[1],"extra":"x","at":"9999-12-31T23:59:59-23:59"}`, `{"type":"event","status":{"statusCode":1012},"order":{"statusCode":"x"}}`,
		`{"type":"weather"}`, `{"type":null}`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := wire.DecodeServer(data)
		if err != nil || frame == nil {
			if frame != nil {
				t.Fatalf("both %#v and %v", frame, err)
			}
			return
		}
		if e, ok := frame.(wire.Event); ok {
			if !canBeSent(&e) {
				return
			}
			if classic, goesOut := wire.AppendClassic(nil, &e); goesOut && !json.Valid(classic) {
				t.Fatalf("to an original app goes %s", classic)
			}
		}
		written := wire.Encode(frame)
		again, err := wire.DecodeServer(written)
		if err != nil {
			t.Fatalf("%s is not read again: %v", written, err)
		}
		if rewritten := wire.Encode(again); string(rewritten) != string(written) {
			t.Fatalf("%s is written again as %s", written, rewritten)
		}
	})
}

// canBeSent reports whether a server could have made an event: of ids that are ids, an order, a time of our calendar.
func canBeSent(e *wire.Event) bool {
	for _, id := range []string{e.OrderID, e.SenderID, e.ReceiverID} {
		if id != "" && callout.CheckID("id", id) != nil {
			return false
		}
	}
	return len(e.Order) > 0 && e.At.Year() > 0 && e.At.Year() < 9999
}
