package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// fort is a shop that lets nobody in without a token, with two more orders of c-1's: o-4, which s-1 has done and is paid
// for, s-8 has lost and s-9 has declined, and o-5, whose offer to s-7 has expired. Nobody's session is open but c-9's, who
// watches.
type fort struct {
	*shop
	tokens *issuer
}

// What only the parties of o-4 may ever see. Its price is on offer, too.
const (
	secretPrice     = 48_151
	secretReference = "transfer 31-7"
	secretExtra     = "the alarm's code is 4711"
)

// audience and origin are what a token has to say in the fort.
const (
	audience = "callout"
	origin   = "https://login"
)

func openFort(t testing.TB) *fort {
	t.Helper()
	var ahead atomic.Int64 // of the wall clock
	f := &fort{shop: openShop(t, func(c *servertest.Config) {
		c.Server.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		c.Server.Linger = 50 * time.Millisecond // most peers do not close by themselves
		c.Ledger.Sweep = 10 * time.Millisecond
	})}
	c1, _ := f.Enter("c-1", callout.Client)
	s1, _ := f.Enter("s-1", callout.Serviceman)
	s9, _ := f.Enter("s-9", callout.Serviceman)
	step := func(by *servertest.Peer, status callout.Status, extra callout.Extra, receivers ...string) {
		by.Command(fmt.Sprint("step-", int(status)), "o-4", status, func(c *callout.Command) { c.Extra, c.Receivers = extra, receivers })
		untilStatus(c1, status)
	}
	step(c1, callout.Placed, callout.Extra{
		Services: []callout.Service{{Service: "alarm", Quantity: 1, UnitPrice: secretPrice}}, Currency: "INR", Note: secretNote,
		Place: &callout.Place{Area: "north", Address: "2 High Street"}, More: map[string]json.RawMessage{"alarm": json.RawMessage(`"` + secretExtra + `"`)},
	}, "s-1", "s-8", "s-9")
	step(s9, callout.OfferDeclined, callout.Extra{})
	step(s1, callout.Accepted, callout.Extra{})
	step(c1, callout.Started, callout.Extra{})
	step(c1, callout.Payment, callout.Extra{Method: callout.UPI, Reference: secretReference})
	c1.Command("brief", "o-5", callout.Placed, func(c *callout.Command) {
		c.Receivers, c.Extra.OfferSeconds, c.Extra.Note = []string{"s-7"}, 1, secretNote
	})
	untilStatus(c1, callout.Placed)
	ahead.Store(int64(2 * time.Second))
	untilStatus(c1, callout.Expired)
	f.close(t)
	return f
}

// close starts the server anew without development mode.
func (f *fort) close(t testing.TB) {
	t.Helper()
	f.tokens = newIssuer(t)
	f.tokens.add("rsa", "RS256")
	f.tokens.add("ec", "ES256")
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	f.Stop()
	c := &f.Config.Server
	var err error
	c.Tokens, err = server.NewTokens(ctx, server.TokenConfig{
		Secret: secret, JWKS: f.tokens.url, Audience: audience, Issuer: origin, RoleClaim: "role",
	}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c.Session.Dev = false
	f.Again()
	f.watch = admitted(t, f.Server, tokenOf("c-9", callout.Client), "c-9", callout.Client)
}

func untilStatus(p *servertest.Peer, status callout.Status) {
	for p.Event().Status != status {
	}
}

// in is the same fort as seen from a subtest.
func (f *fort) in(t testing.TB) *fort { return &fort{f.shop.in(t), f.tokens} }

// tokenOf is a good token of somebody's.
func tokenOf(userID string, role callout.Role) string {
	return goodToken(jwt.MapClaims{"sub": userID, "role": string(role)})
}

// goodToken is a token that the fort takes, but for the claims that are changed.
func goodToken(change jwt.MapClaims) string {
	claims := jwt.MapClaims{"sub": "c-2", "role": "client", "aud": audience, "iss": origin, "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range change {
		claims[name] = value
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
	if err != nil {
		panic(err) // of claims that are no JSON, which is a mistake in the test
	}
	return token
}

// spy is a session that keeps all that it is sent.
type spy struct {
	*servertest.Peer
	t     testing.TB
	heard *bytes.Buffer
}

// enter opens somebody's session by their token, on a device of a spy's unless change says otherwise.
func (f *fort) enter(who callout.Actor, change ...func(*wire.Hello)) (spy, wire.Welcome) {
	f.t.Helper()
	s := spy{f.Dial("/v1/socket"), f.t, new(bytes.Buffer)}
	hello := wire.Hello{Token: tokenOf(who.ID, who.Role), Device: "spy-" + string(who.Role)}
	for _, f := range change {
		f(&hello)
	}
	s.Send(hello)
	welcome, ok := s.hears().(wire.Welcome)
	if !ok || welcome.UserID != who.ID || welcome.Role != who.Role {
		f.t.Fatalf("the answer is %+v", welcome)
	}
	return s, welcome
}

func (s spy) in(t testing.TB) spy { return spy{s.Peer.In(t), t, s.heard} }

// hears reads the next frame.
func (s spy) hears() wire.ServerFrame {
	s.t.Helper()
	data := s.NextText()
	s.heard.Write(data)
	frame, err := wire.DecodeServer(data)
	if err != nil {
		s.t.Fatal(err)
	}
	return frame
}

// refused holds the server to refusing the last command, and gives what it shows of the order.
func (s spy) refused(want callout.Code) string {
	s.t.Helper()
	frame := s.hears()
	e, ok := frame.(wire.Error)
	if !ok || e.Code != want {
		s.t.Errorf("the answer is %+v, not %s", frame, want)
	}
	return string(e.Order)
}

// sawNone fails if the spy was ever sent one of the secrets.
func (s spy) sawNone(secrets []string) {
	s.t.Helper()
	for _, secret := range secrets {
		if before, _, found := strings.Cut(s.heard.String(), secret); found {
			s.t.Errorf("the spy has seen %s behind …%s", secret, before[max(0, len(before)-200):])
		}
	}
}

// forPartiesAlone is what nobody else may see of any order in the fort.
var forPartiesAlone = []string{
	secretNote, "2 High Street", secretReference, secretExtra, `"receivers"`, `"payment"`, `"address"`, `"note"`, `"servicemanId"`,
}

// forOffersToo is what somebody on offer may see, and nobody else beside the parties.
var forOffersToo = append([]string{fmt.Sprint(secretPrice), `"services"`, `"total"`, `"clientId"`, `"place"`}, forPartiesAlone...)

// holdings is what the fort's database holds, as far as an attack could change it.
type holdings struct {
	Heads   map[string]int64 // of the inboxes
	Events  map[string]int   // how many of each order that there is
	Cursors map[string]int64 // of the devices called "first"
}

func (f *fort) holdings() holdings {
	f.t.Helper()
	users := strings.Fields("c-1 c-2 c-8 c-9 s-1 s-2 s-5 s-7 s-8 s-9 op-1 system")
	heads, err := f.DB.Heads(f.t.Context(), users)
	if err != nil {
		f.t.Fatal(err)
	}
	h := holdings{heads, make(map[string]int), make(map[string]int64)}
	orders, err := f.DB.OrderIDs(f.t.Context(), "", 1000)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, id := range orders {
		events, err := f.DB.Events(f.t.Context(), id)
		if err != nil {
			f.t.Fatal(err)
		}
		h.Events[id] = len(events)
	}
	for _, id := range []string{"c-1", "s-1"} {
		snapshot, err := f.DB.Open(f.t.Context(), id, "first", nil)
		if err != nil {
			f.t.Fatal(err)
		}
		h.Cursors[id] = snapshot.Cursor
	}
	return h
}

// unharmed holds the fort to still serving others, and to holding what it held before.
func (f *fort) unharmed(before holdings) {
	f.t.Helper()
	answers(f.t, f.watch)
	if diff := cmp.Diff(before, f.holdings()); diff != "" {
		f.t.Errorf("something has changed:\n%s", diff)
	}
}
