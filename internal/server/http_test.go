package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/server/servertest"
)

// get asks for a page, with headers as "Name", "value", …. Of a WebSocket it opens no more than the handshake.
func get(t testing.TB, url string, headers ...string) (status int, body string, answer http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
		request.Header.Add(headers[i], headers[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return response.StatusCode, "", response.Header
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data), response.Header
}

// upgrade tries a WebSocket handshake.
func upgrade(t testing.TB, url string, headers ...string) (status int, answer http.Header) {
	t.Helper()
	headers = append([]string{
		"Connection", "Upgrade", "Upgrade", "websocket",
		"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
	}, headers...)
	status, _, answer = get(t, url, headers...)
	return status, answer
}

func TestPagesOfOtherSitesMayNotConnect(t *testing.T) {
	plain := servertest.Start(t, nil)
	listed := servertest.Start(t, func(c *servertest.Config) {
		c.Server.Origins = []string{"https://app.example.org", "capacitor://localhost"}
	})
	anybody := servertest.Start(t, func(c *servertest.Config) { c.Server.Origins = []string{"*"} })
	for name, test := range map[string]struct {
		server  *servertest.Server
		headers []string
		want    int
	}{
		"no origin":                   {plain, nil, 101},
		"the same host":               {plain, []string{"Origin", plain.URL}, 101},
		"the same host by name":       {plain, []string{"Origin", "https://Call.example.org", "Host", "call.example.org"}, 101},
		"another host":                {plain, []string{"Origin", "https://evil.example.org"}, 403},
		"another port":                {plain, []string{"Origin", "http://127.0.0.1:1"}, 403},
		"the host in the user's name": {plain, []string{"Origin", "http://" + plain.Config.Addr + "@evil.example.org"}, 403},
		"the host in the path":        {plain, []string{"Origin", "http://evil.example.org/" + plain.Config.Addr}, 403},
		"null":                        {plain, []string{"Origin", "null"}, 403},
		"what is none":                {plain, []string{"Origin", "::"}, 403},
		"listed":                      {listed, []string{"Origin", "https://app.example.org"}, 101},
		"listed, not of the web":      {listed, []string{"Origin", "capacitor://localhost"}, 101},
		"the same host beside a list": {listed, []string{"Origin", listed.URL}, 101},
		"listed by another scheme":    {listed, []string{"Origin", "http://app.example.org"}, 403},
		"below the one listed":        {listed, []string{"Origin", "https://x.app.example.org"}, 403},
		"anybody":                     {anybody, []string{"Origin", "https://evil.example.org"}, 101},
		"anybody, null":               {anybody, []string{"Origin", "null"}, 101},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/v1/socket", "/order?userId=c-1"} {
				if status, _ := upgrade(t, test.server.URL+path, test.headers...); status != test.want {
					t.Errorf("%s answers %d, not %d", path, status, test.want)
				}
			}
		})
	}
}

func TestTheSubprotocolIsOursOrNone(t *testing.T) {
	s := servertest.Start(t, nil)
	const name = "Sec-WebSocket-Protocol"
	for offer, test := range map[string]struct {
		headers []string
		want    int
		chosen  string
	}{
		"none":              {nil, 101, ""},
		"ours":              {[]string{name, "callout.v1"}, 101, "callout.v1"},
		"ours among others": {[]string{name, "graphql-ws, callout.v1"}, 101, "callout.v1"},
		"ours on its own":   {[]string{name, "graphql-ws", name, "callout.v1"}, 101, "callout.v1"},
		"another":           {[]string{name, "graphql-ws"}, 400, ""},
		"a later version":   {[]string{name, "callout.v2"}, 400, ""},
		"nothing":           {[]string{name, ""}, 400, ""},
	} {
		t.Run(offer, func(t *testing.T) {
			status, answer := upgrade(t, s.URL+"/v1/socket", test.headers...)
			if status != test.want || answer.Get(name) != test.chosen {
				t.Errorf("the answer is %d %q, not %d %q", status, answer.Get(name), test.want, test.chosen)
			}
		})
	}
}

func TestAHandshakeThatIsNoneIsRefused(t *testing.T) {
	s := servertest.Start(t, nil)
	for name, test := range map[string]struct {
		headers []string
		want    int
	}{
		"a page":            {nil, 426},
		"another protocol":  {[]string{"Connection", "Upgrade", "Upgrade", "h2c"}, 426},
		"no key":            {[]string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13"}, 400},
		"an old version":    {[]string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "8", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}, 426},
		"no connection key": {[]string{"Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/v1/socket", "/order?userId=c-1"} {
				if status, _, _ := get(t, s.URL+path, test.headers...); status != test.want {
					t.Errorf("%s answers %d, not %d", path, status, test.want)
				}
			}
		})
	}
	if status, _, answer := get(t, s.URL+"/v1/socket"); !strings.EqualFold(answer.Get("Upgrade"), "websocket") {
		t.Errorf("%d names %q", status, answer.Get("Upgrade"))
	}
	if status, _, _ := get(t, s.URL+"/nowhere"); status != 404 {
		t.Errorf("a page that there is not answers %d", status)
	}
}

func TestReadySaysWhetherTheDatabaseAnswers(t *testing.T) {
	var f faulty
	s := servertest.Start(t, f.wrap)
	for _, step := range []struct {
		away bool
		want int
	}{{false, 200}, {true, 503}, {false, 200}} {
		f.goAway(step.away)
		if status, body, _ := get(t, s.URL+"/readyz"); status != step.want {
			t.Errorf("away %v: /readyz answers %d %s", step.away, status, body)
		}
		if status, body, _ := get(t, s.URL+"/healthz"); status != 200 || body != "ok\n" {
			t.Errorf("away %v: /healthz answers %d %s", step.away, status, body)
		}
	}
}
