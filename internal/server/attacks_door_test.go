package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

// dialBytes opens a connection on which nothing has been said yet.
func dialBytes(t testing.TB, s *servertest.Server) *raw {
	t.Helper()
	conn, err := net.Dial("tcp", s.Config.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &raw{t, conn, bufio.NewReader(conn), wiretest.Native}
}

// handshake is the request for a WebSocket under the name call.example.org, with more lines in its head. A line of what it
// has anyway is replaced by one without a value: "-Host".
func handshake(path, version string, more ...string) string {
	lines := []string{
		"Host: call.example.org", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}
	for _, line := range more {
		if name, left := strings.CutPrefix(line, "-"); left {
			lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+":") })
			continue
		}
		lines = append(lines, line)
	}
	return "GET " + path + " " + version + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// metricsToo is a request that a proxy in front may have taken for part of the one before it.
const metricsToo = "GET /metrics HTTP/1.1\r\nHost: call.example.org\r\n\r\n"

// answeredOnce reads the one answer to what was sent, and holds the server to answering nothing else and to closing the
// connection.
func (r *raw) answeredOnce(want int) {
	r.t.Helper()
	r.patience()
	response, err := http.ReadResponse(r.in, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		r.t.Fatalf("the answer is %s, not %d", response.Status, want)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		rest, _ := r.in.Peek(r.in.Buffered())
		r.t.Fatalf("behind the answer comes %.60q (%v)", rest, err)
	}
}

// TestARequestThatIsReadInTwoWaysOpensNothing: what a proxy in front and this server might understand differently is refused,
// and the connection with it, so that nothing which is smuggled behind it is answered.
func TestARequestThatIsReadInTwoWaysOpensNothing(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	length := fmt.Sprintf("Content-Length: %d", len(metricsToo))
	chunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(metricsToo), metricsToo)
	const version, chunked = "HTTP/1.1", "Transfer-Encoding: chunked"
	for name, test := range map[string]struct {
		request string
		want    int
	}{
		"a body by its length":            {handshake("/v1/socket", version, length), 400},
		"a body in chunks":                {handshake("/v1/socket", version, chunked) + chunk, 400},
		"a length and chunks":             {handshake("/v1/socket", version, length, chunked) + chunk, 400},
		"chunks and a length of 0":        {handshake("/v1/socket", version, chunked, "Content-Length: 0") + chunk, 400},
		"two lengths":                     {handshake("/v1/socket", version, "Content-Length: 0", length), 400},
		"two lengths in one":              {handshake("/v1/socket", version, "Content-Length: 0, 60"), 400},
		"a length with a sign":            {handshake("/v1/socket", version, "Content-Length: +60"), 400},
		"a length of 2^64":                {handshake("/v1/socket", version, "Content-Length: 18446744073709551616"), 400},
		"chunks twice":                    {handshake("/v1/socket", version, chunked, chunked) + chunk, 501},
		"chunks that are none":            {handshake("/v1/socket", version, "Transfer-Encoding: xchunked", length), 501},
		"chunks and identity":             {handshake("/v1/socket", version, "Transfer-Encoding: chunked, identity", length), 501},
		"a blank before the colon":        {handshake("/v1/socket", version, "Transfer-Encoding : chunked") + chunk, 400},
		"a header without a colon":        {handshake("/v1/socket", version, "X"), 400},
		"a header without a name":         {handshake("/v1/socket", version, ": x"), 400},
		"NUL in a header":                 {handshake("/v1/socket", version, "X: a\x00b"), 400},
		"a bare CR in a header":           {handshake("/v1/socket", version, "X: a\rOrigin: https://evil.example"), 400},
		"a bare LF in a header, a header": {handshake("/v1/socket", version, "X: a\nOrigin: https://evil.example"), 403},
		"a bare LF in a header, chunks":   {handshake("/v1/socket", version, "X: a\n"+chunked) + chunk, 400},
		"a bare LF in a header, a host":   {handshake("/v1/socket", version, "X: a\nHost: evil.example"), 400},
		"two hosts":                       {handshake("/v1/socket", version, "Host: evil.example"), 400},
		"no host":                         {handshake("/v1/socket", version, "-Host"), 400},
		"a host with a path":              {handshake("/v1/socket", version, "-Host", "Host: call.example.org/x"), 400},
		"two origins":                     {handshake("/v1/socket", version, "Origin: http://call.example.org", "Origin: https://evil.example"), 400},
		"two keys":                        {handshake("/v1/socket", version, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), 400},
		"two versions":                    {handshake("/v1/socket", version, "Sec-WebSocket-Version: 8"), 400},
		"a version that is none":          {handshake("/v1/socket", version, "-Sec-WebSocket-Version", "Sec-WebSocket-Version: 777"), 426},
		"an upgrade to HTTP/2":            {handshake("/v1/socket", version, "-Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), 426},
		"an upgrade to either":            {handshake("/v1/socket", version, "-Upgrade", "Upgrade: h2c", "Upgrade: websocket"), 426},
		"a connection that is not upgraded": {
			handshake("/v1/socket", version, "-Connection", "Connection: keep-alive"), 400,
		},
		"HTTP/1.0":                    {handshake("/v1/socket", "HTTP/1.0"), 505},
		"HTTP/2":                      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
		"HTTP/0.9":                    {"GET /v1/socket\r\n\r\n", 400},
		"a POST":                      {strings.Replace(handshake("/v1/socket", version), "GET", "POST", 1), 405},
		"a method in small":           {strings.Replace(handshake("/v1/socket", version), "GET", "get", 1), 405},
		"no such user":                {handshake("/order?userId=", version), 400},
		"a head of 64 KiB":            {handshake("/v1/socket", version, "X: "+strings.Repeat("x", 64<<10)), 431},
		"ten thousand headers":        {handshake("/v1/socket", version, slices.Repeat([]string{"X: x"}, 10_000)...), 431},
		"a path of 64 KiB":            {handshake("/"+strings.Repeat("x", 64<<10), version), 431},
		"a page of another site":      {handshake("/v1/socket", version, "Origin: https://evil.example"), 403},
		"a page, of another protocol": {handshake("/v1/socket", version, "Sec-WebSocket-Protocol: graphql-ws"), 400},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			r := dialBytes(t, s.Server)
			r.send([]byte(test.request + metricsToo))
			r.answeredOnce(test.want)
			s.unharmed(before)
		})
	}
}

// send writes what the server may refuse to read to the end.
func (r *raw) send(data []byte) {
	r.patience()
	_, _ = r.conn.Write(data)
}

// TestWhatFollowsTheHandshakeIsNoHTTP: requests behind it are frames, and bad ones.
func TestWhatFollowsTheHandshakeIsNoHTTP(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	for name, behind := range map[string]string{
		"a request":             metricsToo,
		"another handshake":     handshake("/order?userId=c-1", "HTTP/1.1"),
		"half a request":        "GET /metr",
		"the beginning of TLS":  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"HTTP/2":                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"a frame that is unzip": string(masked(fin|0x40|text, "\xaa\x56\x4a\x04\x00")),
	} {
		for _, path := range []string{"/v1/socket", "/order?userId=c-8"} {
			t.Run(name+" at "+path, func(t *testing.T) {
				s := s.in(t)
				r := dialBytes(t, s.Server)
				r.write([]byte(handshake(path, "HTTP/1.1", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits") + behind))
				r.upgraded()
				if code := r.closed(); code != wire.ProtocolFault {
					t.Errorf("the session ends with %d", code)
				}
				r.gone()
				s.unharmed(before)
			})
		}
	}
}

// TestCompressionIsNeverAgreedTo so that there is nothing to blow up, nor to guess secrets by.
func TestCompressionIsNeverAgreedTo(t *testing.T) {
	s := servertest.Start(t, nil)
	for _, offer := range []string{
		"permessage-deflate", "permessage-deflate; client_max_window_bits=15; server_max_window_bits=15",
		"permessage-deflate; client_no_context_takeover, permessage-deflate", "x-webkit-deflate-frame", "permessage-bzip2",
	} {
		for _, path := range []string{"/v1/socket", "/order?userId=c-1"} {
			status, answer := upgrade(t, s.URL+path, "Sec-WebSocket-Extensions", offer, "Accept-Encoding", "gzip")
			if status != 101 || len(answer.Values("Sec-WebSocket-Extensions")) > 0 || answer.Get("Content-Encoding") != "" {
				t.Errorf("%s at %s is answered with %d %v", offer, path, status, answer)
			}
		}
	}
}

// TestAPageThatPassesForOursIsRefused: the origins that are not in http_test.go, and the names of a server in development mode.
func TestAPageThatPassesForOursIsRefused(t *testing.T) {
	s := servertest.Start(t, nil)
	local := servertest.Start(t, func(c *servertest.Config) { c.Server.LocalOnly = true })
	const ours = "call.example.org"
	for _, origin := range []string{
		"https://call.example.org.evil.example", "https://evilcall.example.org", "https://evil.example/call.example.org",
		"https://x.call.example.org", "https://example.org", "https://call.example.org.", "https://call.example.org:8443", "https://call.example.org:443",
		"https://call.example.org@evil.example", "https://call.example.org:443@evil.example", "https://call.example.org%40evil.example",
		`https://call.example.org\@evil.example`, "https://call.example.org%00.evil.example", "https://evil.example#call.example.org",
		"https://evil.example?call.example.org", "https://evil.example, https://call.example.org", "https://call.example.org https://evil.example",
		"//evil.example", "call.example.org", "null", "file://", "data:text/html", "about:blank", "https://", "https://саll.example.org",
	} {
		for _, path := range []string{"/v1/socket", "/order?userId=c-1"} {
			if status, _ := upgrade(t, s.URL+path, "Host", ours, "Origin", origin); status != http.StatusForbidden {
				t.Errorf("a page of %s at %s is answered with %d", origin, path, status)
			}
		}
	}
	for _, host := range []string{
		"localhost.evil.example", "127.0.0.1.nip.example", "127.0.0.1:8080.evil.example", "localhost.", "localhost:x", "0.0.0.0", "2130706433", "127.1",
		"0x7f.0.0.1", "[::]", "[::2]:80", "192.168.0.1", "xn--localhost", "",
	} {
		for _, target := range []string{"/v1/socket", "http://" + host + "/order?userId=c-1"} {
			r := dialBytes(t, local)
			r.write([]byte(handshake(target, "HTTP/1.1", "-Host", "Host: "+host, "Origin: http://"+host)))
			r.patience()
			response, err := http.ReadResponse(r.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode/100 != 4 {
				t.Errorf("by the name %q at %s the answer is %s", host, target, response.Status)
			}
		}
	}
	local.Enter("c-1", callout.Client)
}
