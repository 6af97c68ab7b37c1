package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store/sqlite"
)

// TestATokenSaysWhoCalls, and outside of development mode nothing else does.
func TestATokenSaysWhoCalls(t *testing.T) {
	config := server.TokenConfig{Secret: []byte("a secret of the tests, which is long enough"), RoleClaim: "role"}
	tokens, err := server.NewTokens(t.Context(), config, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, func(c *servertest.Config) { c.Server.Session.Dev, c.Server.Tokens = false, tokens })
	mint := func(me session.Identity) string {
		token, err := server.Mint(config.Secret, me, config)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + token
	}
	soon := time.Now().Add(time.Hour)
	ana := mint(session.Identity{UserID: "c-ana", Role: callout.Client, Expires: soon})
	for name, got := range map[string]struct {
		answer answer
		status int
	}{
		"a backend's":    {c.ask(http.MethodGet, "/v1/orders?user=c-ana", "", "Authorization", mint(session.Identity{UserID: "shop", Role: callout.Backend, Expires: soon})), 200},
		"a token":        {c.ask(http.MethodGet, "/v1/orders", "", "Authorization", ana), 200},
		"a word":         {c.as("c-ana", callout.Client).get("/v1/orders"), 401},
		"an old token":   {c.ask(http.MethodGet, "/v1/orders", "", "Authorization", mint(session.Identity{UserID: "c-ana", Role: callout.Client, Expires: time.Now().Add(-time.Hour)})), 401},
		"another's role": {c.ask(http.MethodGet, "/v1/orders", "", "Authorization", mint(session.Identity{UserID: "c-ana", Role: "king", Expires: soon})), 403},
	} {
		if got.answer.status != got.status {
			t.Errorf("%s: %+v", name, got.answer)
		}
	}
	users, err := sqlite.OpenUsers(c.s.Config.Path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer users.Close()
	if err := users.Bar(t.Context(), "c-ana", "did not pay"); err != nil {
		t.Fatal(err)
	}
	if a := c.ask(http.MethodGet, "/v1/orders", "", "Authorization", ana); a.status != http.StatusForbidden || a.Code != "forbidden" {
		t.Errorf("barred: %+v", a)
	}
}
