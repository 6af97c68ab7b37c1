package api_test

import (
	"net/http"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

// asked is what a browser is told when a page of an origin asks for something.
func asked(t *testing.T, url, method, origin string) (status int, allowed string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url+"/v1/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", origin)
	if method == http.MethodOptions {
		r.Header.Set("Access-Control-Request-Method", http.MethodGet)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Access-Control-Allow-Origin")
}

func TestPagesThatMayOpenTheSocketMayCallTheAPI(t *testing.T) {
	const ours, others = "https://app.example", "https://evil.example"
	c := start(t, func(c *servertest.Config) { c.Server.Origins = []string{ours} })
	for _, method := range []string{http.MethodGet, http.MethodOptions} {
		if _, allowed := asked(t, c.s.URL, method, ours); allowed != ours {
			t.Errorf("%s from %s: %q is allowed", method, ours, allowed)
		}
		if _, allowed := asked(t, c.s.URL, method, others); allowed != "" {
			t.Errorf("%s from %s: %q is allowed", method, others, allowed)
		}
	}
	if status, _ := asked(t, c.s.URL, http.MethodOptions, ours); status != http.StatusNoContent {
		t.Errorf("a preflight is answered with %d", status)
	}
}

func TestAFilterThatThereIsNotIsRefused(t *testing.T) {
	c := start(t, nil)
	if a := c.as("o-1", callout.Operator).ask(http.MethodGet, "/v1/orders?statuss=1001", ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("%+v", a)
	}
}
