package terminal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
)

func TestAPersonIsHeardBeforeThereIsAConnection(t *testing.T) {
	s := servertest.Start(t, nil)
	s.Stop()
	c := start(t, s, callout.Client, "c-7", person)
	c.says("help")
	c.until("place to s-9,s-10")
	c.says("nonsense")
	c.until("is no word that a line begins with")
	c.says("orders")
	c.until("That waits until the connection is there.")
	c.until("cannot be reached (dial tcp ")
	s.Again()
	c.until("Connected to ws://")
	c.until("There are no orders.")
	c.says("quit")
	c.until("You have left.")
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

func TestAPersonMayLeaveBeforeThereIsAConnection(t *testing.T) {
	s := servertest.Start(t, nil)
	s.Stop()
	c := start(t, s, callout.Client, "c-7", person)
	c.says("exit")
	c.until("You have left.")
	if err := c.end(); err != nil {
		t.Error(err)
	}
	c = start(t, s, callout.Client, "c-7", person)
	c.says("place to s-1")
	c.until("That waits until the connection is there.")
	c.says("quit")
	if err := c.end(); err == nil || err.Error() != `"place to s-1" was not carried out` {
		t.Errorf("the error is %v", err)
	}
}

func TestAScriptWithoutAServerEnds(t *testing.T) {
	s := servertest.Start(t, nil)
	s.Stop()
	o := options(s, callout.Client, "c-7", strings.NewReader("help"), io.Discard)
	o.Patience = time.Second
	if err := Run(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), "connect to ws://") || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("the error is %v", err)
	}
}

func TestAServerThatIsNotTrustedIsNotTriedAgain(t *testing.T) {
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	for name, script := range map[string]bool{"a person": false, "a script": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{URL: stranger.URL, Role: callout.Client, UserID: "c-7", In: strings.NewReader(""), Out: io.Discard, Script: script}
			if !script {
				silent, keys := io.Pipe()
				defer keys.Close()
				o.In = silent
			}
			err := Run(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), ": its certificate is not trusted: x509: ") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestNobodyComesBackWithATokenThatHasExpired(t *testing.T) {
	config := server.TokenConfig{Secret: []byte(strings.Repeat("s", server.MinSecret)), RoleClaim: "role"}
	var later atomic.Int64
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Server.Clock = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
		tokens, err := server.NewTokens(t.Context(), config, c.Server.Clock)
		if err != nil {
			t.Fatal(err)
		}
		c.Server.Tokens, c.Server.Session.Dev = tokens, false
	})
	token, err := server.Mint(config.Secret, session.Identity{UserID: "c-7", Role: callout.Client, Expires: time.Now().Add(time.Hour)}, config)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, s, callout.Client, "", func(o *Options) { o.Token, o.Script = token, false })
	c.until("as client c-7.")
	later.Store(int64(2 * time.Hour))
	c.says("place to s-1")
	if err := c.end(); err == nil || err.Error() != "the session is over: the token has expired" {
		t.Errorf("the error is %v", err)
	}
	c.until("PLACED may have taken effect or not.")
	if text := string(c.text); strings.Contains(text, "Coming back") || strings.Contains(text, "sent again") {
		t.Errorf("this was shown:\n%s", text)
	}
}

func TestARefusalNamesThingsAsTheLineDid(t *testing.T) {
	for message, want := range map[string]string{
		"extra.reason is missing: CANCELLED needs a reason":    `because "…" is missing: CANCELLED needs a reason`,
		"services[1].unitPrice is 7; it is 0 to 5":             "the price of service 2 is 7; it is 0 to 5",
		"an id in receivers has a character that is none of A": "an id behind to has a character that is none of A",
		"extra.offerSeconds is 0; it is 1 to 604800":           "within is 0; it is 1 to 604800",
		"the order is at version 2, not 1":                     "the order is at version 2, not 1",
	} {
		if got := inWords(&callout.Error{Code: callout.Invalid, Message: message}).Error(); got != "invalid: "+want {
			t.Errorf("%s is told as %s", message, got)
		}
	}
}
