package terminal

import (
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
)

// person has somebody sit there, who is forgiven what comes to nothing.
func person(o *Options) { o.Script = false }

func TestAPersonMayErrAndIsToldWhatHappensMeanwhile(t *testing.T) {
	s := servertest.Start(t, nil)
	man := start(t, s, callout.Serviceman, "s-1", person)
	man.until("You have no open orders.\nType help for what can be said.")
	man.says("nonsense")
	man.until("\"nonsense\" is no word that a line begins with; `help` lists them")
	man.says("accept")
	man.until("there is no order yet")
	man.says("wait PLACED")
	man.until("wait is for scripts")
	man.says("?")
	man.until("decline")
	man.until("unless it names another: cancel on 3f2a.")
	man.says("help place")
	man.until("  place to s-9,s-10 \"Fix the tap\" 1 50000 INR")
	man.says("help cancel")
	man.until("  on another order than the one in use: cancel on 3f2a\n  with a reason: cancel because \"…\"\n")

	c := start(t, s, callout.Client, "c-7", person)
	c.until("You have no open orders.\nyou can: place …\n")
	c.says(`place to s-1 "Fix the tap" 2 25000 INR as o-1`)
	c.until("o-1  You offer an order to s-1: 2 × Fix the tap for 500.00 INR")
	man.until("o-1  c-7 offers you an order: 2 × Fix the tap for 500.00 INR")
	man.until("you can: accept, decline")
	man.says("verify")
	man.until("Refused (forbidden): PAYMENT_VERIFICATION is not yours to say\no-1 is PLACED: 2 × Fix the tap for 500.00 INR\nyou can: accept, decline")
	man.says("accept\ncancel\ncancel because \"no time\"")
	man.until("You accept the order")
	man.until("Refused (invalid)")
	man.until("You call the order off — no time")
	c.until("s-1 accepts the order")
	c.until("s-1 calls the order off — no time")
	c.until("the order is over; you can: place …")
	for _, l := range []*live{c, man} {
		l.leave()
		l.until("You have left.")
		if err := l.end(); err != nil {
			t.Error(err)
		}
	}
}

func TestAnOperatorIsNamed(t *testing.T) {
	s := servertest.Start(t, nil)
	c := start(t, s, callout.Client, "c-7", person)
	man := start(t, s, callout.Serviceman, "s-1", person)
	man.until("Type help")
	c.says("place to s-1 tap 1 700 INR as o-1")
	man.until("you can: accept")
	man.says("accept")
	c.until("s-1 accepts the order")
	c.says("start")
	c.until("work has started")
	c.says("pay cash")
	man.until("c-7 pays 7.00 INR in cash")
	operator, _ := s.Enter("op-1", callout.Operator)
	operator.Command("k", "o-1", callout.PaymentVerification, func(c *callout.Command) { c.Version, c.Extra.Reason = 4, "seen on the bank's list" })
	for _, l := range []*live{c, man} {
		l.until("The operator op-1 confirms that the 7.00 INR have arrived — seen on the bank's list\n")
		l.says("quit")
		if err := l.end(); err != nil {
			t.Error(err)
		}
	}
}

func TestAPersonLeavesWithACommandUnanswered(t *testing.T) {
	s := servertest.Start(t, nil)
	c := start(t, s, callout.Client, "c-7", person)
	c.says("place to s-1 as o-1")
	c.until("you can: cancel")
	s.Stop()
	c.until("The connection is gone")
	c.says("cancel")
	c.until("There is no connection")
	c.says("nonsense")
	c.until("is no word that a line begins with")
	c.says("place to s-1 as o-2")
	c.until("That waits until the connection is back.")
	c.says("show")
	c.until("o-1 is PLACED")
	c.says("quit")
	c.until("You have left.")
	if err := c.end(); err == nil || err.Error() != `CANCELLED was not sent: you left first; "place to s-1 as o-2" was not carried out` {
		t.Errorf("the error is %v", err)
	}
}

func TestALaterSessionOfTheDeviceTakesOver(t *testing.T) {
	s := servertest.Start(t, nil)
	device := func(o *Options) { o.Device = "tablet"; o.Script = false }
	first := start(t, s, callout.Client, "c-7", device)
	first.until("Connected")
	second := start(t, s, callout.Client, "c-7", device)
	second.until("Connected")
	if err := first.end(); err == nil || err.Error() != "the session is over: another session of this device has taken over" {
		t.Errorf("the error is %v", err)
	}
	second.says("quit")
	if err := second.end(); err != nil {
		t.Error(err)
	}
}

func TestATokenSaysWhoIsThere(t *testing.T) {
	config := server.TokenConfig{Secret: []byte(strings.Repeat("s", server.MinSecret)), RoleClaim: "role"}
	s := servertest.Start(t, func(c *servertest.Config) {
		tokens, err := server.NewTokens(t.Context(), config, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		c.Server.Tokens, c.Server.Session.Dev = tokens, false
	})
	token, err := server.Mint(config.Secret, session.Identity{UserID: "c-7", Role: callout.Client, Expires: time.Now().Add(time.Hour)}, config)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		role        callout.Role
		user, token string
		err         string
	}{
		{"with a token alone", callout.Client, "", token, ""},
		{"with a user as well", callout.Client, "c-7", token, ""},
		{"with another user", callout.Client, "c-8", token, "the server takes the user for c-7, not c-8"},
		{"in another role", callout.Serviceman, "", token, "the token's role is client, not serviceman"},
		{"with a bad one", callout.Client, "", token + "x", "the server does not take the token: "},
		{"without one", callout.Client, "c-7", "", "the server wants a token; give it one with --token, or start it with --dev"},
		{"without anything", callout.Client, "", "", "who are you?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			o := options(s, c.role, c.user, strings.NewReader("orders"), &out)
			o.Token = c.token
			err := Run(t.Context(), o)
			switch {
			case c.err == "" && (err != nil || !strings.Contains(out.String(), "as client c-7.")):
				t.Errorf("the error is %v, and this was shown:\n%s", err, out.String())
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Errorf("the error is %v, not %s", err, c.err)
			}
		})
	}
}
