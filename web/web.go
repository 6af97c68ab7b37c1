// Package web serves the pages that come with Callout: the two phones, the console and the page of the HTTP API. They are written by
// hand and served as they are; none loads anything from elsewhere.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed pages sdk/*.js
var files embed.FS

// policy lets a page run what is served beside it, talk to the server that it is from, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'"

// Mount has the pages served under their patterns of [http.ServeMux]. The phones, with which anybody is anybody, are there in development
// mode alone; and in that mode the console offers to sign in without a token.
func Mount(mount func(pattern string, h http.Handler), dev bool) {
	home, demo := "console", http.Handler(http.HandlerFunc(noPhones))
	if dev {
		home, demo = "demo", page("demo", dev)
	}
	mount("GET /demo", demo)
	mount("GET /console", page("console", dev))
	mount("GET /docs", page("docs", dev))
	mount("GET /{$}", http.RedirectHandler(home, http.StatusFound))
	mount("GET /pages/", http.HandlerFunc(asset))
	mount("GET /sdk/", http.HandlerFunc(asset))
}

func noPhones(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "The phones are there in development mode alone: callout demo --web, or callout serve --dev.", http.StatusNotFound)
}

// page answers with the page of a directory.
func page(name string, dev bool) http.Handler {
	content := mustRead("pages/" + name + "/index.html")
	if dev {
		content = bytes.Replace(content, []byte("<html "), []byte("<html data-dev "), 1)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { write(w, r, "index.html", content) })
}

// asset answers with a file that a page is made of.
func asset(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[1:]
	content, err := files.ReadFile(name)
	if err != nil || path.Ext(name) == ".html" {
		http.NotFound(w, r)
		return
	}
	write(w, r, name, content)
}

func write(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	sum := sha256.Sum256(content)
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache") // asks whether it has changed
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// contentType is by the name alone: what the machine thinks of it is of no interest.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".html":
		return "text/html; charset=utf-8"
	}
	return "application/octet-stream"
}

func mustRead(name string) []byte {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err) // it was built without it
	}
	return content
}
