package main

import (
	"fmt"
	"net/url"
	"strings"
)

// origins are the values of --origin as browsers write them in a request, where they are compared letter by letter.
func origins(given []string) ([]string, error) {
	list := make([]string, len(given))
	for i, text := range given {
		origin, ok := asOrigin(text)
		if !ok {
			return nil, fmt.Errorf("--origin is %q, which is the origin of no page; it is like https://app.example.org or http://localhost:5173, or * for any", text)
		}
		list[i] = origin
	}
	return list, nil
}

// asOrigin writes an origin as RFC 6454, section 6.2, has it: in lower case, without the scheme's own port.
func asOrigin(text string) (string, bool) {
	if text == "*" {
		return text, true
	}
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Scheme == "" || u.Hostname() == "" || strings.ContainsFunc(u.Host, notOfHosts) {
		return "", false
	}
	if *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) { // a path, a user, a query, …
		return "", false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Host, ":"))
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host, true
}

// notOfHosts finds what a browser does not write as part of a host: it encodes names in other letters, and knows no
// wildcards.
func notOfHosts(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:[]", r)
}
