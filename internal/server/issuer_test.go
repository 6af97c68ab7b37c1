package server_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
)

// secret is of the HS256 tokens that servers under test take.
var secret = []byte("a secret of at least thirty-two bytes")

// issuer signs tokens and serves its public keys, as a login service does.
type issuer struct {
	t     testing.TB
	url   string
	asked chan struct{} // told of each request for the keys

	mu      sync.Mutex
	keys    map[string]crypto.Signer // by kid
	public  map[string]map[string]string
	fetches int
	away    bool
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	is := &issuer{t: t, asked: make(chan struct{}, 100), keys: make(map[string]crypto.Signer), public: make(map[string]map[string]string)}
	web := httptest.NewServer(is)
	t.Cleanup(web.Close)
	is.url = web.URL
	return is
}

func (is *issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	is.asked <- struct{}{}
	is.mu.Lock()
	defer is.mu.Unlock()
	is.fetches++
	if is.away {
		http.Error(w, "come back later", http.StatusServiceUnavailable)
		return
	}
	set := struct {
		Keys []map[string]string `json:"keys"`
	}{Keys: []map[string]string{}}
	for _, key := range is.public {
		set.Keys = append(set.Keys, key)
	}
	_ = json.NewEncoder(w).Encode(set)
}

func (is *issuer) leave(away bool) {
	is.mu.Lock()
	defer is.mu.Unlock()
	is.away = away
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// add publishes a new key of an algorithm.
func (is *issuer) add(kid, alg string) {
	is.t.Helper()
	public := map[string]string{"kid": kid, "alg": alg, "use": "sig"}
	var key crypto.Signer
	var err error
	switch alg {
	case "RS256":
		var made *rsa.PrivateKey
		made, err = rsa.GenerateKey(rand.Reader, 2048)
		if err == nil {
			key = made
			maps.Copy(public, map[string]string{"kty": "RSA", "n": b64(made.N.Bytes()), "e": b64(big.NewInt(int64(made.E)).Bytes())})
		}
	case "ES256":
		var made *ecdsa.PrivateKey
		made, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err == nil {
			key = made
			point, pointErr := made.PublicKey.Bytes()
			err = pointErr
			maps.Copy(public, map[string]string{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])})
		}
	case "EdDSA":
		var made ed25519.PrivateKey
		_, made, err = ed25519.GenerateKey(rand.Reader)
		key = made
		if err == nil {
			maps.Copy(public, map[string]string{"kty": "OKP", "crv": "Ed25519", "x": b64(made.Public().(ed25519.PublicKey))})
		}
	}
	if err != nil {
		is.t.Fatal(err)
	}
	is.publish(kid, key, public)
}

// publish publishes a key as it is.
func (is *issuer) publish(kid string, key crypto.Signer, public map[string]string) {
	is.mu.Lock()
	defer is.mu.Unlock()
	is.keys[kid], is.public[kid] = key, public
}

// withdraw no longer publishes a key.
func (is *issuer) withdraw(kid string) {
	is.mu.Lock()
	defer is.mu.Unlock()
	delete(is.public, kid)
}

// sign makes a token with one of the keys, by the algorithm that it is for.
func (is *issuer) sign(kid string, change jwt.MapClaims) string {
	is.t.Helper()
	is.mu.Lock()
	key, alg := is.keys[kid], is.public[kid]["alg"]
	is.mu.Unlock()
	return signed(is.t, jwt.GetSigningMethod(alg), key, kid, change)
}

// signed makes a token of c-1, a client, that holds for an hour, with some claims changed; nil takes one away.
func signed(t testing.TB, method jwt.SigningMethod, key any, kid string, change jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": "c-1", "role": "client", "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range change {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// bySecret is signed with the secret.
func bySecret(t testing.TB, change jwt.MapClaims) string {
	t.Helper()
	return signed(t, jwt.SigningMethodHS256, secret, "", change)
}

// guarded runs a server that takes these tokens and, unless change says so, no development mode.
func guarded(t testing.TB, tokens server.TokenConfig, change func(*servertest.Config)) *servertest.Server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	tokens.RoleClaim = "role"
	tokens.Log = slog.New(slog.DiscardHandler)
	return servertest.Start(t, func(c *servertest.Config) {
		var err error
		if c.Server.Tokens, err = server.NewTokens(ctx, tokens, time.Now); err != nil {
			t.Fatal(err)
		}
		c.Server.Session.Dev = false
		if change != nil {
			change(c)
		}
	})
}
