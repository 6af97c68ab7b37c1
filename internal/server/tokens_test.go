package server_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// present says hello with a token alone, or with none, which no good client does.
func present(s *servertest.Server, token string) *servertest.Peer {
	p := s.Dial("/v1/socket")
	p.Text(string(wire.Encode(wire.Hello{Device: "d", Token: token})))
	return p
}

// admitted holds the server to letting a token in as who it is.
func admitted(t testing.TB, s *servertest.Server, token, userID string, role callout.Role) *servertest.Peer {
	t.Helper()
	p := present(s, token)
	if w, ok := p.Next().(wire.Welcome); !ok || w.UserID != userID || w.Role != role || w.Dev {
		t.Fatalf("the answer is %+v", w)
	}
	return p
}

func TestATokenThatIsNotGoodEndsTheSession(t *testing.T) {
	is := newIssuer(t)
	is.add("rsa", "RS256")
	is.add("ec", "ES256")
	published := []byte("a secret that the login service publishes by mistake")
	is.publish("oct", nil, map[string]string{"kid": "oct", "kty": "oct", "k": b64(published)})
	s := guarded(t, server.TokenConfig{Secret: secret, JWKS: is.url, Audience: "callout", Issuer: "https://login"}, nil)
	right := jwt.MapClaims{"aud": "callout", "iss": "https://login"}
	with := func(name string, value any) jwt.MapClaims {
		claims := jwt.MapClaims{name: value}
		for k, v := range right {
			if k != name {
				claims[k] = v
			}
		}
		return claims
	}
	past := time.Now().Add(-time.Minute).Unix()
	publicDER, err := x509.MarshalPKIXPublicKey(is.keys["rsa"].Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})
	good := bySecret(t, right)
	parts := strings.Split(good, ".")
	other := newIssuer(t)
	other.add("rsa", "RS256")

	table := map[string]struct {
		token string
		want  wire.CloseCode
	}{
		"none at all":                      {"", wire.Unauthenticated},
		"no token":                         {"let me in", wire.Unauthenticated},
		"two parts":                        {parts[0] + "." + parts[1], wire.Unauthenticated},
		"no signature":                     {parts[0] + "." + parts[1] + ".", wire.Unauthenticated},
		"another's claims":                 {parts[0] + "." + b64([]byte(`{"sub":"c-2","role":"client","exp":9999999999}`)) + "." + parts[2], wire.Unauthenticated},
		"unsigned":                         {signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "", right), wire.Unauthenticated},
		"unsigned, in capitals":            {b64([]byte(`{"alg":"NONE"}`)) + "." + parts[1] + ".", wire.Unauthenticated},
		"an algorithm of its own":          {b64([]byte(`{"alg":"ROT13"}`)) + "." + parts[1] + "." + parts[2], wire.Unauthenticated},
		"another secret":                   {signed(t, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), "", right), wire.Unauthenticated},
		"the secret by HS512":              {signed(t, jwt.SigningMethodHS512, secret, "", right), wire.Unauthenticated},
		"the public key as secret, DER":    {signed(t, jwt.SigningMethodHS256, publicDER, "rsa", right), wire.Unauthenticated},
		"the public key as secret, PEM":    {signed(t, jwt.SigningMethodHS256, publicPEM, "rsa", right), wire.Unauthenticated},
		"the modulus as secret":            {signed(t, jwt.SigningMethodHS256, is.keys["rsa"].Public().(*rsa.PublicKey).N.Bytes(), "rsa", right), wire.Unauthenticated},
		"a secret that was published":      {signed(t, jwt.SigningMethodHS256, published, "oct", right), wire.Unauthenticated},
		"another's key of the same name":   {other.sign("rsa", right), wire.Unauthenticated},
		"the key by another algorithm":     {signed(t, jwt.SigningMethodPS256, is.keys["rsa"], "rsa", right), wire.Unauthenticated},
		"the name of another key":          {signed(t, jwt.SigningMethodRS256, is.keys["rsa"], "ec", right), wire.Unauthenticated},
		"no expiry":                        {bySecret(t, with("exp", nil)), wire.Unauthenticated},
		"an expiry of text":                {bySecret(t, with("exp", "never")), wire.Unauthenticated},
		"not yet":                          {bySecret(t, with("nbf", time.Now().Add(time.Hour).Unix())), wire.Unauthenticated},
		"another audience":                 {bySecret(t, with("aud", "somebody")), wire.Unauthenticated},
		"no audience":                      {bySecret(t, with("aud", nil)), wire.Unauthenticated},
		"another issuer":                   {bySecret(t, with("iss", "https://other")), wire.Unauthenticated},
		"no issuer":                        {bySecret(t, with("iss", nil)), wire.Unauthenticated},
		"another issuer, public key":       {is.sign("rsa", with("iss", "https://other")), wire.Unauthenticated},
		"expired":                          {bySecret(t, with("exp", past)), wire.TokenExpired},
		"expired, public key":              {is.sign("ec", with("exp", past)), wire.TokenExpired},
		"expired, by another secret":       {signed(t, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), "", with("exp", past)), wire.Unauthenticated},
		"a subject 7":                      {bySecret(t, with("sub", 7)), wire.Unauthenticated},
		"no role":                          {bySecret(t, with("role", nil)), wire.Forbidden},
		"a role of its own":                {bySecret(t, with("role", "admin")), wire.Forbidden},
		"the system's role":                {bySecret(t, with("role", "system")), wire.Forbidden},
		"a backend's role":                 {bySecret(t, with("role", "backend")), wire.Forbidden},
		"two roles":                        {bySecret(t, with("role", []string{"client", "operator"})), wire.Forbidden},
		"no subject":                       {bySecret(t, with("sub", nil)), wire.Forbidden},
		"the subject system":               {bySecret(t, with("sub", "system")), wire.Forbidden},
		"a subject with a slash":           {bySecret(t, with("sub", "c/1")), wire.Forbidden},
		"a subject of 65":                  {bySecret(t, with("sub", strings.Repeat("c", 65))), wire.Forbidden},
		"the subject system by public key": {is.sign("rsa", with("sub", "system")), wire.Forbidden},
	}
	for name, test := range table {
		t.Run(name, func(t *testing.T) {
			endsWith(t, present(s.In(t), test.token), test.want)
		})
	}
	admitted(t, s, good, "c-1", callout.Client)
}

func TestTokensBySecretAndByPublicKeysAreTakenAtOnce(t *testing.T) {
	is := newIssuer(t)
	is.add("k1", "RS256")
	is.add("k2", "ES256")
	is.add("k3", "EdDSA")
	s := guarded(t, server.TokenConfig{Secret: secret, JWKS: is.url}, nil)
	admitted(t, s, bySecret(t, nil), "c-1", callout.Client)
	admitted(t, s, is.sign("k1", jwt.MapClaims{"sub": "s-1", "role": "serviceman"}), "s-1", callout.Serviceman)
	admitted(t, s, is.sign("k2", jwt.MapClaims{"sub": "op-1", "role": "operator"}), "op-1", callout.Operator)
	admitted(t, s, is.sign("k3", nil), "c-1", callout.Client)
	admitted(t, s, signed(t, jwt.SigningMethodRS256, is.keys["k1"], "", nil), "c-1", callout.Client) // names no key
}

func TestKeysThatCannotBeAreRefusedAtTheStart(t *testing.T) {
	for name, config := range map[string]server.TokenConfig{
		"a secret of 31 bytes": {Secret: secret[:server.MinSecret-1]},
		"a JWKS at no URL":     {JWKS: "here"},
	} {
		if _, err := server.NewTokens(t.Context(), config, time.Now); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestATokenThatWasMintedIsTaken(t *testing.T) {
	config := server.TokenConfig{Secret: secret, Audience: "callout", Issuer: "https://login", RoleClaim: "duty"}
	tokens, err := server.NewTokens(t.Context(), config, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	me := session.Identity{UserID: "s-1", Role: callout.Serviceman, Expires: time.Now().Add(time.Hour).Truncate(time.Second)}
	token, err := server.Mint(secret, me, config)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tokens.Verify(t.Context(), token); err != nil || got != me {
		t.Errorf("it is taken for %+v (%v), not %+v", got, err, me)
	}
}

func TestTheRoleMayBeInAnotherClaim(t *testing.T) {
	s := guarded(t, server.TokenConfig{}, func(c *servertest.Config) {
		var err error
		tokens := server.TokenConfig{Secret: secret, RoleClaim: "https://example.org/role"}
		if c.Server.Tokens, err = server.NewTokens(t.Context(), tokens, time.Now); err != nil {
			t.Fatal(err)
		}
	})
	admitted(t, s, bySecret(t, jwt.MapClaims{"https://example.org/role": "operator"}), "c-1", callout.Operator)
	endsWith(t, present(s, bySecret(t, nil)), wire.Forbidden)
}

func TestANewTokenKeepsTheSession(t *testing.T) {
	s := guarded(t, server.TokenConfig{Secret: secret}, nil)
	p := admitted(t, s, bySecret(t, nil), "c-1", callout.Client)
	expires := time.Now().Add(time.Hour).Truncate(time.Second)
	p.Send(wire.Token{Token: bySecret(t, jwt.MapClaims{"exp": expires.Unix()})})
	if taken, ok := p.Next().(wire.TokenTaken); !ok || !taken.ExpiresAt.Equal(expires) {
		t.Errorf("the answer is %+v", taken)
	}
	place(p, "p", "o", "s-1")
	p.Event()
	p.Send(wire.Token{Token: bySecret(t, jwt.MapClaims{"sub": "c-2"})})
	endsWith(t, p, wire.Forbidden)
	q := admitted(t, s, bySecret(t, nil), "c-1", callout.Client)
	q.Send(wire.Token{Token: "nonsense"})
	endsWith(t, q, wire.Unauthenticated)
}

func TestASessionEndsWhenItsTokenExpires(t *testing.T) {
	t.Parallel() // it waits
	s := guarded(t, server.TokenConfig{Secret: secret}, func(c *servertest.Config) { c.Server.Session.TokenGrace = time.Second })
	soon := time.Now().Add(5 * time.Second).Unix()
	native := admitted(t, s, bySecret(t, jwt.MapClaims{"exp": soon}), "c-1", callout.Client)
	classic := s.Dial("/order?userId=c-1&token=" + bySecret(t, jwt.MapClaims{"exp": soon}))
	place(native, "p", "o", "s-1")
	if e := native.Event(); e.Status != callout.Placed {
		t.Errorf("the event is %+v", e)
	}
	endsWith(t, native, wire.TokenExpired)
	if code, goodbye := classic.Closed(); code != wire.TokenExpired || goodbye != nil {
		t.Errorf("the classic session ends with %d, %+v", code, goodbye)
	}
	if now := time.Now().Unix(); now < soon {
		t.Errorf("that was %d s before its time", soon-now)
	}
}

func TestDevelopmentModeVerifiesATokenThatThereIs(t *testing.T) {
	s := guarded(t, server.TokenConfig{Secret: secret}, func(c *servertest.Config) { c.Server.Session.Dev = true })
	p := s.Dial("/v1/socket")
	p.Send(wire.Hello{Device: "d", Token: bySecret(t, nil), UserID: "c-2", Role: callout.Operator})
	if w, ok := p.Next().(wire.Welcome); !ok || !w.Dev || w.UserID != "c-1" || w.Role != callout.Client {
		t.Errorf("with a token the answer is %+v", w)
	}
	p = s.Dial("/v1/socket")
	p.Send(wire.Hello{Device: "d", Token: bySecret(t, nil) + "x", UserID: "c-1", Role: callout.Client})
	endsWith(t, p, wire.Unauthenticated)
	if _, w := s.Enter("c-1", callout.Client); !w.Dev {
		t.Errorf("without a token the answer is %+v", w)
	}
}

func TestOutsideDevelopmentModeNobodyIsWhoTheySay(t *testing.T) {
	for name, tokens := range map[string]server.TokenConfig{"with a secret": {Secret: secret}, "with no key": {}} {
		t.Run(name, func(t *testing.T) {
			s := guarded(t, tokens, nil)
			p := s.Dial("/v1/socket")
			p.Send(wire.Hello{Device: "d", UserID: "c-1", Role: callout.Client})
			endsWith(t, p, wire.Unauthenticated)
		})
	}
}

func TestWhatIsWrongWithATokenIsNotTold(t *testing.T) {
	s := guarded(t, server.TokenConfig{Secret: secret, Issuer: "https://login"}, nil)
	reasons := make(map[string]bool)
	for _, token := range []string{"x", bySecret(t, nil), signed(t, jwt.SigningMethodHS384, secret, "", nil)} {
		_, goodbye := present(s, token).Closed()
		reasons[goodbye.Reason] = true
	}
	if len(reasons) != 1 {
		t.Errorf("the reasons are %v", fmt.Sprint(reasons))
	}
}
