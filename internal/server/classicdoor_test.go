package server_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
)

// In the classic dialect the URL says who comes, and HTTP says who may not.
func TestWhoMayOpenAClassicSession(t *testing.T) {
	s := guarded(t, server.TokenConfig{Secret: secret}, nil)
	dev := guarded(t, server.TokenConfig{Secret: secret}, func(c *servertest.Config) { c.Server.Session.Dev = true })
	token := func(change jwt.MapClaims) string { return "&token=" + bySecret(t, change) }
	past := time.Now().Add(-time.Minute).Unix()
	for name, test := range map[string]struct {
		server *servertest.Server
		query  string
		want   int
	}{
		"their own":                      {s, "userId=c-1" + token(nil), 101},
		"a serviceman's own":             {s, "userId=s-1" + token(jwt.MapClaims{"sub": "s-1", "role": "serviceman"}), 101},
		"no token":                       {s, "userId=c-1", 401},
		"an empty token":                 {s, "userId=c-1&token=", 401},
		"a bad token":                    {s, "userId=c-1" + token(nil) + "x", 401},
		"an expired token":               {s, "userId=c-1" + token(jwt.MapClaims{"exp": past}), 401},
		"another's":                      {s, "userId=c-2" + token(nil), 403},
		"an operator's":                  {s, "userId=op-1" + token(jwt.MapClaims{"sub": "op-1", "role": "operator"}), 403},
		"a role of its own":              {s, "userId=c-1" + token(jwt.MapClaims{"role": "admin"}), 403},
		"the system's":                   {s, "userId=system" + token(jwt.MapClaims{"sub": "system"}), 400},
		"nobody's":                       {s, "token=x", 400},
		"a user with a slash":            {s, "userId=c%2f1" + token(nil), 400},
		"a user with a line break":       {s, "userId=c%0a1" + token(nil), 400},
		"development mode":               {dev, "userId=c-1", 101},
		"development mode, their own":    {dev, "userId=c-1" + token(nil), 101},
		"development mode, another's":    {dev, "userId=c-2" + token(nil), 403},
		"development mode, a bad one":    {dev, "userId=c-1&token=x", 401},
		"development mode, nobody's":     {dev, "", 400},
		"development mode, the system's": {dev, "userId=system", 400},
	} {
		t.Run(name, func(t *testing.T) {
			if status, _ := upgrade(t, test.server.URL+"/order?"+test.query); status != test.want {
				t.Errorf("the answer is %d, not %d", status, test.want)
			}
		})
	}
}
