package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/calloutd/callout/web"
)

func serve(dev bool) http.Handler {
	mux := http.NewServeMux()
	web.Mount(mux.Handle, dev)
	return mux
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	for _, path := range []string{"/demo", "/console", "/docs", "/pages/shared/look.css", "/pages/demo/demo.js", "/sdk/callout.js", "/pages/shared/icon.svg"} {
		res := get(serve(true), path)
		if res.Code != http.StatusOK {
			t.Errorf("%s: %d", path, res.Code)
		}
		policy := res.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		if got := res.Header().Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options is %q", path, got)
		}
	}
}

func TestTypesOfPages(t *testing.T) {
	for path, want := range map[string]string{
		"/demo":                  "text/html; charset=utf-8",
		"/pages/shared/look.css": "text/css; charset=utf-8",
		"/sdk/callout.js":        "text/javascript; charset=utf-8",
		"/pages/shared/icon.svg": "image/svg+xml",
	} {
		if got := get(serve(true), path).Header().Get("Content-Type"); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestAPageThatHasNotChangedIsNotSentAgain(t *testing.T) {
	h := serve(true)
	tag := get(h, "/console").Header().Get("ETag")
	if res := get(h, "/console", "If-None-Match", tag); tag == "" || res.Code != http.StatusNotModified {
		t.Errorf("ETag %q: %d", tag, res.Code)
	}
	if other := get(serve(false), "/console").Header().Get("ETag"); other == tag {
		t.Error("the page is the same in development mode, which offers to sign in without a token")
	}
}

func TestWhatIsThereInDevelopmentModeAlone(t *testing.T) {
	for _, c := range []struct {
		dev  bool
		path string
		want int
		to   string
	}{
		{true, "/", http.StatusFound, "/demo"},
		{false, "/", http.StatusFound, "/console"},
		{true, "/demo", http.StatusOK, ""},
		{false, "/demo", http.StatusNotFound, ""},
		{false, "/console", http.StatusOK, ""},
		{true, "/pages/demo/index.html", http.StatusNotFound, ""},
		{true, "/pages/demo/", http.StatusNotFound, ""},
		{true, "/sdk/package.json", http.StatusNotFound, ""},
		{true, "/sdk/test/socket.test.js", http.StatusNotFound, ""},
	} {
		res := get(serve(c.dev), c.path)
		if res.Code != c.want || c.to != "" && res.Header().Get("Location") != c.to {
			t.Errorf("%s with dev %v: %d to %q", c.path, c.dev, res.Code, res.Header().Get("Location"))
		}
	}
}
