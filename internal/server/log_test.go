package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// forged is what somebody would like to see in the log as a line of its own, with some control characters for whoever
// reads it on a terminal.
const forged = "x\r\ntime=2026-01-01T00:00:00Z level=ERROR msg=forged\x1b[2J\x00\u0085"

func TestNothingThatPeersSendReachesTheLogRaw(t *testing.T) {
	is := newIssuer(t)
	is.add("k", "RS256")
	quoted, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	quote := string(quoted)
	long := strings.Repeat("long ", 2000)
	head := func(fields string) string {
		return b64([]byte(fields)) + "." + b64([]byte(`{"sub":"c-1","role":"client","exp":9999999999}`)) + ".AAAA"
	}
	tokens := []string{
		forged, forged + "." + forged + "." + forged,
		head(`{"alg":` + quote + `}`), head(`{"alg":"RS256","kid":` + quote + `}`), head(`{"alg":"RS256","typ":` + quote + `}`),
		bySecret(t, jwt.MapClaims{"sub": forged}), bySecret(t, jwt.MapClaims{"role": forged}), bySecret(t, jwt.MapClaims{"exp": forged}),
		bySecret(t, jwt.MapClaims{"nbf": forged}),
		head(`{"alg":"` + long + `"}`), head(`{"alg":"RS256","kid":"` + long + `"}`), bySecret(t, jwt.MapClaims{"sub": long}), long,
	}
	for _, dev := range []bool{true, false} {
		var log bytes.Buffer
		s := guarded(t, server.TokenConfig{Secret: secret, JWKS: is.url}, func(c *servertest.Config) {
			c.Server.Session.Dev, c.Log = dev, &log
			c.Server.Linger = 50 * time.Millisecond // some of these peers never close
		})
		for _, token := range tokens {
			present(s, token).Closed()
			get(t, s.URL+"/order?userId=c-1&token="+url.QueryEscape(token))
		}
		for _, key := range []string{"type", "token", "device", "userId", "role", "leave"} {
			p := s.Dial("/v1/socket")
			p.Text(hello("," + `"` + key + `":` + quote))
			p.Closed()
		}
		for _, key := range []string{"id", "orderId", "type", "x"} {
			p := present(s, bySecret(t, nil))
			p.Text(strings.TrimSuffix(says("o-1", 1005, ""), "}") + `,"` + key + `":` + quote + `}`)
			p.Next()
		}
		get(t, s.URL+"/order?userId="+url.QueryEscape(forged))
		get(t, s.URL+"/"+url.PathEscape(forged))
		for _, value := range []string{"x\x1b[2J", "x\rtime=2026-01-01T00:00:00Z", "x\u0085\u2028\u202etime=2026-01-01T00:00:00Z", long, "\xff\xfe"} {
			for _, name := range []string{
				"Host", "Upgrade", "Connection", "Origin", "User-Agent", "Referer", "Cookie", "Authorization", "X-Forwarded-For",
				"Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Content-Length", "Transfer-Encoding",
			} {
				asked(t, s, handshake("/v1/socket?"+url.QueryEscape(value), "HTTP/1.1", "-"+name, name+": "+value)+string(closeFrame(wire.Done, "")))
			}
			asked(t, s, value+"\r\n\r\n")
			asked(t, s, "GET /"+value+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		}
		dialRaw(t, s, "/v1/socket", closeFrame(wire.Done, forged))
		s.Stop()
		lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
		for _, line := range lines {
			if !strings.HasPrefix(line, "time=") || strings.HasPrefix(line, "time=2026-01-01T00") || strings.ContainsFunc(line, unicode.IsControl) {
				t.Errorf("development mode %v: the log has the line %q", dev, line)
			}
			if len(line) > 1000 {
				t.Errorf("development mode %v: a line has %d bytes", dev, len(line))
			}
		}
		for _, token := range tokens {
			parts := strings.Split(token, ".")
			if signature := parts[len(parts)-1]; len(signature) > 20 && strings.Contains(log.String(), signature) {
				t.Errorf("development mode %v: the log has the token %.60s", dev, token)
			}
		}
		if len(lines) < len(tokens) {
			t.Errorf("development mode %v: the log has only %d lines", dev, len(lines))
		}
	}
}

// asked sends a request and waits until the server has done with it. If it makes a WebSocket, it has to end with a close frame.
func asked(t testing.TB, s *servertest.Server, request string) {
	t.Helper()
	r := dialBytes(t, s)
	r.send([]byte(request))
	if _, err := io.Copy(io.Discard, r.in); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%.60q comes to nothing: %v", request, err)
	}
}
