package server_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout/internal/server"
)

// How a fuzzed token is signed. What is none of these is by the signature that comes with it.
const (
	byTheSecret = 1 + iota
	byTheRSAKey
	byTheECKey
	byAnotherKey         // of a good key's name
	byThePublicKey       // taken for a secret
	byTheSecretAndSHA512 // with the good secret, but not by HS256
	signers
)

// FuzzVerify: no header, claims or signature make a token good but those that the secret or a public key has signed by the
// algorithm that it is for, and whose claims say so; and then it is whose it says.
func FuzzVerify(f *testing.F) {
	is, evil := newIssuer(f), newIssuer(f)
	is.add("rsa", "RS256")
	is.add("ec", "ES256")
	evil.add("rsa", "RS256")
	ctx, cancel := context.WithCancel(context.Background())
	f.Cleanup(cancel)
	tokens, err := server.NewTokens(ctx, server.TokenConfig{
		Secret: secret, JWKS: is.url, Audience: audience, Issuer: origin, RoleClaim: "role", Log: slog.New(slog.DiscardHandler),
	}, func() time.Time { return fuzzNow })
	if err != nil {
		f.Fatal(err)
	}
	good := `{"sub":"c-1","role":"client","aud":"callout","iss":"https://login","exp":1800000000}`
	for signer := range uint8(signers) {
		for _, header := range []string{
			`{"alg":"HS256"}`, `{"alg":"RS256","kid":"rsa"}`, `{"alg":"RS256"}`, `{"alg":"ES256","kid":"ec"}`, `{"alg":"HS256","kid":"rsa"}`, `{"alg":"none"}`,
			`{"alg":"HS512"}`, `{"alg":"RS256","kid":"../x","jku":"http://127.0.0.1:1/"}`, `{"alg":"PS256","kid":"rsa"}`, `{"alg":"ES256","kid":"rsa"}`,
		} {
			f.Add([]byte(header), []byte(good), []byte{}, signer)
		}
	}
	for _, claims := range []string{
		`{"sub":"c-1","role":"operator","aud":["x","callout"],"iss":"https://login","exp":1.8e9,"nbf":1700000000}`, `{"exp":1e300}`, `{"exp":-1e300}`,
		`{"sub":"system","role":"system","aud":"callout","iss":"https://login","exp":1800000000}`, `{"sub":"c-1","sub":"c/2"}`, `{}`, `null`, `[]`, ``,
		strings.Replace(good, `,"exp":1800000000`, "", 1), strings.Replace(good, "1800000000", "1700000000", 1), strings.Replace(good, "callout", "CALLOUT", 1), strings.Replace(good, "sub", "SUB", 1),
		strings.Replace(good, "1800000000", "99999999999999999999", 1), strings.Replace(good, "{", `{"nbf":1790000000,`, 1),
	} {
		f.Add([]byte(`{"alg":"HS256"}`), []byte(claims), []byte{}, uint8(byTheSecret))
	}
	f.Fuzz(func(t *testing.T, header, claims, signature []byte, signer uint8) {
		text := b64(header) + "." + b64(claims)
		text += "." + b64(is.signAs(t, evil, signer, text, signature))
		me, err := tokens.Verify(t.Context(), text)
		if err != nil {
			return
		}
		if !is.hasSigned(text) {
			t.Fatalf("%s . %s by signer %d is taken for %+v", header, claims, signer, me)
		}
		var says struct {
			Sub, Role string
			Exp       float64
			Nbf       *float64
			Iss       string
			Aud       any
		}
		if err := json.Unmarshal(exactKeys(t, claims), &says); err != nil {
			t.Fatalf("%s is taken for %+v, and is none (%v)", claims, me, err)
		}
		named := says.Aud == audience
		if list, ok := says.Aud.([]any); ok {
			named = slices.Contains(list, any(audience))
		}
		now := float64(fuzzNow.Unix())
		if me.UserID != says.Sub || string(me.Role) != says.Role || me.Expires.Unix() != int64(says.Exp) || says.Exp <= now || !named ||
			says.Iss != origin || says.Nbf != nil && *says.Nbf >= now+1 {
			t.Fatalf("%s is taken for %+v", claims, me)
		}
	})
}

// fuzzNow is the moment at which fuzzed tokens are judged.
var fuzzNow = time.Unix(1_750_000_000, 0)

// signAs signs in the way that signer says.
func (is *issuer) signAs(t testing.TB, evil *issuer, signer uint8, text string, given []byte) []byte {
	t.Helper()
	sign := func(method jwt.SigningMethod, key any) []byte {
		signature, err := method.Sign(text, key)
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	switch signer {
	case byTheSecret:
		return sign(jwt.SigningMethodHS256, secret)
	case byTheRSAKey:
		return sign(jwt.SigningMethodRS256, is.keys["rsa"])
	case byTheECKey:
		return sign(jwt.SigningMethodES256, is.keys["ec"])
	case byAnotherKey:
		return sign(jwt.SigningMethodRS256, evil.keys["rsa"])
	case byThePublicKey:
		return sign(jwt.SigningMethodHS256, is.keys["rsa"].Public().(*rsa.PublicKey).N.Bytes())
	case byTheSecretAndSHA512:
		return sign(jwt.SigningMethodHS512, secret)
	}
	return given
}

// hasSigned looks for itself whether a token is by the secret or one of the keys, and by the algorithm that its header names.
func (is *issuer) hasSigned(token string) bool {
	parts := strings.Split(token, ".")
	var head struct{ Alg string }
	header, headerErr := base64.RawURLEncoding.DecodeString(parts[0])
	signature, signatureErr := base64.RawURLEncoding.DecodeString(parts[2])
	if headerErr != nil || signatureErr != nil || json.Unmarshal(header, &head) != nil {
		return false
	}
	text := parts[0] + "." + parts[1]
	sum := sha256.Sum256([]byte(text))
	switch head.Alg {
	case "HS256":
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return hmac.Equal(mac.Sum(nil), signature)
	case "RS256":
		return rsa.VerifyPKCS1v15(is.keys["rsa"].Public().(*rsa.PublicKey), crypto.SHA256, sum[:], signature) == nil
	case "ES256":
		r, s := new(big.Int).SetBytes(signature[:len(signature)/2]), new(big.Int).SetBytes(signature[len(signature)/2:])
		return len(signature) == 64 && ecdsa.Verify(is.keys["ec"].Public().(*ecdsa.PublicKey), sum[:], r, s)
	}
	return false
}

// exactKeys is an object with those keys alone that are registered to the letter: encoding/json would take "SUB" for "sub".
func exactKeys(t testing.TB, claims []byte) []byte {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(claims, &all); err != nil {
		t.Fatalf("%s is taken, and is no object: %v", claims, err)
	}
	exact := make(map[string]json.RawMessage)
	for _, key := range []string{"sub", "role", "exp", "nbf", "iss", "aud"} {
		if value, ok := all[key]; ok {
			exact[key] = value
		}
	}
	data, err := json.Marshal(exact)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
