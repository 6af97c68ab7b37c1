package server_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/wire"
)

func TestATokenByANewKeyIsTakenAtOnce(t *testing.T) {
	is := newIssuer(t)
	is.add("old", "RS256")
	s := guarded(t, server.TokenConfig{JWKS: is.url}, nil)
	admitted(t, s, is.sign("old", nil), "c-1", callout.Client)
	is.add("new", "ES256")
	admitted(t, s, is.sign("new", nil), "c-1", callout.Client)
	admitted(t, s, is.sign("old", nil), "c-1", callout.Client)
}

func TestAKeyThatWasWithdrawnEndsWithTheNextFetch(t *testing.T) {
	is := newIssuer(t)
	is.add("old", "RS256")
	s := guarded(t, server.TokenConfig{JWKS: is.url}, nil)
	token := is.sign("old", nil)
	is.withdraw("old")
	is.add("new", "RS256")
	admitted(t, s, is.sign("new", nil), "c-1", callout.Client)
	p := present(s, token)
	if code, _ := p.Closed(); code == wire.Done || !code.GoodbyeFirst() {
		t.Errorf("a token by a key that was withdrawn ends with %d", code)
	}
}

// Tokens that name keys which do not exist must not use up the right to look for new keys.
func TestANewKeyIsNotRefusedForGoodBecauseOthersNameUnknownOnes(t *testing.T) {
	is := newIssuer(t)
	is.add("old", "RS256")
	s := guarded(t, server.TokenConfig{JWKS: is.url}, nil)
	forged := newIssuer(t)
	forged.add("unknown", "RS256")
	endsWith(t, present(s, forged.sign("unknown", nil)), wire.Unauthenticated)
	is.add("new", "RS256")
	endsWith(t, present(s, is.sign("new", nil)), wire.Overloaded) // come back
	is.mu.Lock()
	defer is.mu.Unlock()
	if is.fetches != 2 {
		t.Errorf("the keys were fetched %d times", is.fetches)
	}
}

func TestATokenIsNotRefusedForGoodWhileItsKeyCannotBeFetched(t *testing.T) {
	is := newIssuer(t)
	is.add("k", "RS256")
	is.leave(true)
	s := guarded(t, server.TokenConfig{Secret: secret, JWKS: is.url}, nil)
	endsWith(t, present(s, is.sign("k", nil)), wire.Overloaded)
	endsWith(t, present(s, signed(t, jwt.SigningMethodRS256, is.keys["k"], "", nil)), wire.Overloaded)
	if status, _, _ := get(t, s.URL+"/order?userId=c-1&token="+is.sign("k", nil)); status != 503 {
		t.Errorf("in the classic dialect it is refused with %d", status)
	}
	admitted(t, s, bySecret(t, nil), "c-1", callout.Client)
}

func TestWhatTheAddressOfTheKeysHoldsOfSecretsIsNotLogged(t *testing.T) {
	for _, address := range []string{"http://me:hush@127.0.0.1:1/keys?token=hush", "http://127.0.0.1:1/keys?token=hush"} {
		var log bytes.Buffer
		_, err := server.NewTokens(t.Context(), server.TokenConfig{
			JWKS: address, RoleClaim: "role", Log: slog.New(slog.NewTextHandler(&log, nil)),
		}, time.Now)
		said := fmt.Sprint(err, log.String())
		if !strings.Contains(said, "http://127.0.0.1:1/keys") || strings.Contains(said, "hush") {
			t.Errorf("of %s is said: %s", address, said)
		}
	}
}
