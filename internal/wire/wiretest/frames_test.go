package wiretest

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 250_000_000, time.UTC)

// full is an order with every key set.
func full() callout.Order {
	lat, lon := 12.97, -77.5
	services := []callout.Service{{Service: "leak", Quantity: 2, UnitPrice: 250}}
	return callout.Order{
		ID: "o-1", Version: 6, Status: callout.OrderChanged, ClientID: "c-1", ServicemanID: "s-9", Receivers: []string{"s-8", "s-9"},
		Services: services, Currency: "INR", Total: 500,
		Change:  &callout.Change{ID: 6, Services: services, Total: 500, Reason: "it leaks more", DueAt: noon},
		Payment: &callout.Paid{Method: callout.Unstated, Amount: 500, Reference: "31-7"},
		Place:   &callout.Place{Area: "north", Address: "2 High Street", Lat: &lat, Lon: &lon}, Note: "the bell is broken",
		ChangesApproved: 7, ChangesDeclined: 5, PaymentsRejected: 3, PlacedAt: noon, DueAt: noon.Add(time.Minute),
	}
}

func as(t *testing.T, v callout.View) json.RawMessage {
	t.Helper()
	o := full()
	data, err := o.As(v).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func event(t *testing.T, status callout.Status) wire.Event {
	t.Helper()
	return wire.Event{
		Seq: 42, OrderID: "o-1", Version: 6, SenderID: "c-1", ReceiverID: "c-1", CommandID: `a "quoted" <&> id`, Status: status, At: noon,
		Order: as(t, callout.PartyView), Extra: json.RawMessage(`{"via":"shop","x":{"y":[1,null,"z"]}}`), Repeat: true,
	}
}

// fromServer are the frames of a server, with every key set, and as bare as they come.
func fromServer(t *testing.T) []wire.ServerFrame {
	t.Helper()
	party, offer := full(), full()
	offer = offer.As(callout.OfferView)
	bare := wire.Event{
		Seq: 1, OrderID: "o-1", Version: 1, SenderID: callout.SystemID, ReceiverID: "s-9", Status: callout.Expired, At: noon, Order: as(t, callout.OfferView),
	}
	closed := bare
	closed.SenderID, closed.CommandID, closed.Order = "", "k", as(t, callout.ClosedView)
	return []wire.ServerFrame{
		wire.Welcome{
			UserID: "c-1", Role: callout.Client, From: 1, Seq: 2, Orders: []callout.Order{party, offer}, Now: noon, PingSeconds: 25, ExpiresAt: noon,
			Reset: true, Dev: true,
		},
		wire.Welcome{UserID: "op-1", Role: callout.Operator, Now: noon},
		event(t, callout.Started), bare, closed,
		wire.Error{ID: "", Code: callout.Conflict, Message: "no", Order: as(t, callout.PartyView)},
		wire.Error{ID: "a", Code: callout.RateLimited, Message: "no", Order: as(t, callout.ClosedView)},
		wire.Error{ID: strings.Repeat("a", 1000), Code: callout.Invalid, Message: "no"},
		wire.Receipt{OrderID: "o-1", Version: 1, To: []wire.ReceiptTo{{UserID: "s-9", SentAt: noon, AckedAt: noon}, {UserID: "s-8"}}},
		wire.Receipt{OrderID: "o-1", Version: 1},
		wire.Watched{Events: []wire.Happened{{OrderID: "o-1", Version: 1, Status: callout.OfferDeclined, At: noon}}, Missed: true},
		wire.Watched{},
		wire.TokenTaken{ExpiresAt: noon},
		wire.Pong{},
		wire.Goodbye{Code: wire.Draining, Reason: "the server is closing", Reconnect: true, AfterMs: 1},
		wire.Goodbye{Code: wire.LoggedOut, Reason: "this device has been logged out"},
	}
}

// fromClient are the frames of a client.
func fromClient() []wire.Frame {
	amount := int64(500)
	lat, lon := 12.97, -77.5
	more := map[string]json.RawMessage{"x": json.RawMessage(`{"y":[1,null]}`)}
	services := []callout.Service{{Service: "leak", Quantity: 2, UnitPrice: 250}}
	extras := map[callout.Status]callout.Extra{
		callout.Placed: {
			Services: services, Currency: "INR", OfferSeconds: 60, Note: "x", Place: &callout.Place{Area: "y", Address: "z", Lat: &lat, Lon: &lon}, More: more,
		},
		callout.OrderChanged:        {Services: services, Reason: "x", More: more},
		callout.Extended:            {ChangeID: 6, More: more},
		callout.ChangeDeclined:      {ChangeID: 6, More: more},
		callout.Payment:             {Method: callout.UPI, Amount: &amount, Reference: "x", More: more},
		callout.PaymentVerification: {Amount: &amount, Reason: "x", More: more},
		callout.PaymentRejected:     {Reason: "x", More: more},
		callout.Cancelled:           {Reason: "x", More: more},
	}
	frames := []wire.Frame{
		wire.Hello{Token: "t", Device: "d", Resume: &wire.Resume{Seq: 41, Of: "o-1/3"}, Window: 64, WhenDone: true, Receipts: true, Instance: "i", Attempt: 1},
		wire.Hello{UserID: "op-1", Role: callout.Operator, Device: "d", Resume: &wire.Resume{}, Watch: true},
		wire.Ack{}, wire.Ack{Seq: 1<<53 - 1},
		wire.Ask{OrderID: "o-1", Version: 1},
		wire.Token{Token: "t"},
		wire.Ping{},
		wire.Command{Command: callout.Command{ID: "a", Status: callout.Placed, Receivers: []string{"s-9"}}},
		wire.Command{Command: callout.Command{ID: "a", Status: callout.Extended, OrderID: "o-1", Version: 6}},
	}
	for _, status := range callout.Statuses() {
		if status == callout.Broadcasted || status == callout.Expired {
			continue
		}
		frames = append(frames, wire.Command{Command: callout.Command{
			ID: "a", OrderID: "o-1", Status: status, Version: 6, Receivers: []string{"s-9"}, Extra: extras[status],
		}})
	}
	return frames
}

func TestThePageKnowsEveryFrame(t *testing.T) {
	p := readPage(t)
	shown := make(map[string]bool)
	for _, f := range fromServer(t) {
		shown[reflect.TypeOf(f).Name()] = true
		if err := Native.FromServer(wire.Encode(f)); err != nil {
			t.Error(err)
		}
	}
	for _, f := range fromClient() {
		shown[reflect.TypeOf(f).Name()] = true
		if err := Native.FromClient(wire.Encode(f)); err != nil {
			t.Error(err)
		}
	}
	got, known := slices.Sorted(maps.Keys(shown)), slices.Sorted(maps.Keys(p.Channels[Native].Messages))
	if diff := cmp.Diff(frameTypes(t), got); diff != "" {
		t.Errorf("this test shows other frames than there are:\n%s", diff)
	}
	if diff := cmp.Diff(got, known); diff != "" {
		t.Errorf("the page has other messages than there are frames:\n%s", diff)
	}
}

// frameTypes are the types of internal/wire that cross a socket. A BadCommand is what a Command may turn out to be.
func frameTypes(t *testing.T) []string {
	t.Helper()
	var found []string
	files, err := fs.Glob(os.DirFS(".."), "*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are %d files, %v", len(files), err)
	}
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), path.Join("..", name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "fromClient" && f.Name.Name != "fromServer" || f.Recv == nil {
				continue
			}
			if of, ok := f.Recv.List[0].Type.(*ast.Ident); ok && of.Name != "BadCommand" {
				found = append(found, of.Name)
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestThePageHasTheNumbersAndNamesOfTheRules(t *testing.T) {
	p := readPage(t)
	var all, resting, asked []int
	for _, s := range callout.Statuses() {
		all = append(all, int(s))
		if s.Rests() {
			resting = append(resting, int(s))
		}
		if s != callout.Broadcasted && s != callout.Expired {
			asked = append(asked, int(s))
		}
		e := event(t, s)
		if err := Native.FromServer(wire.Encode(e)); err != nil {
			t.Error(err)
		}
		e.Repeat = false
		e.Order = json.RawMessage(strings.Replace(string(e.Order), "1006", "1005", 1))
		frame, goesOut := wire.AppendClassic(nil, &e)
		if err := Classic.FromServer(frame); goesOut && err != nil {
			t.Error(err)
		}
		if err := Classic.FromServer(wire.Encode(e)); err == nil && !s.Rests() {
			t.Errorf("an app of the original system may hear of %s", s)
		}
	}
	codes := []callout.Code{
		callout.Invalid, callout.Forbidden, callout.NotFound, callout.Conflict, callout.Overloaded, callout.Unavailable, callout.Internal, callout.RateLimited,
	}
	closes := []wire.CloseCode{
		wire.Draining, wire.FellBehind, wire.Overloaded, wire.Unauthenticated, wire.Malformed, wire.Forbidden, wire.TokenExpired, wire.Replaced, wire.LoggedOut,
	}
	for at, want := range map[string]any{
		"schemas/EventCode/enum":                                 all,
		"schemas/OrderCode/enum":                                 resting,
		"schemas/CommandCode/enum":                               asked,
		"schemas/Role/enum":                                      []callout.Role{callout.Client, callout.Serviceman, callout.Operator},
		"schemas/ErrorCode/enum":                                 codes,
		"messages/Goodbye/payload/properties/code/enum":          closes,
		"schemas/Paid/properties/method/enum":                    []callout.Method{callout.Cash, callout.UPI, callout.Card, callout.Unstated},
		"schemas/Money/maximum":                                  callout.MaxAmount,
		"schemas/Text/maxLength":                                 callout.MaxText,
		"schemas/CommandId/maxLength":                            callout.MaxID,
		"schemas/Services/maxItems":                              callout.MaxServices,
		"schemas/ServicesToDo/maxItems":                          callout.MaxServices,
		"schemas/Service/properties/quantity/maximum":            callout.MaxQuantity,
		"schemas/PartyOrder/properties/receivers/maxItems":       callout.MaxReceivers,
		"messages/Command/payload/properties/receivers/maxItems": callout.MaxReceivers,
	} {
		value, err := asJSON(want)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(value, find(p.document, "#/components/"+at)); diff != "" {
			t.Errorf("%s:\n%s", at, diff)
		}
	}
	for _, code := range closes {
		g := wire.Goodbye{Code: code, Reason: "x", Reconnect: code.Reconnect()}
		if err := Native.FromServer(wire.Encode(g)); err != nil {
			t.Error(err)
		}
		g.Reconnect = !g.Reconnect
		if err := Native.FromServer(wire.Encode(g)); err == nil {
			t.Errorf("after %d somebody comes back %v", code, g.Reconnect)
		}
	}
}
