package node

import (
	"net/url"
	"strings"
)

// Redact is a database's name as it may be logged: a path, or where a server is, without user, password and parameters.
func Redact(name string) string {
	if !(Database{Name: name}).IsPostgres() {
		return name
	}
	u, err := url.Parse(name)
	if err != nil {
		return "postgres://(a URL that cannot be read)"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// Retype is a database's name for whoever has given it, to give it again: without a secret, and whole says whether there
// was none. It is empty when the name cannot be read.
func Retype(name string) (shown string, whole bool) {
	if !(Database{Name: name}).IsPostgres() {
		return name, true
	}
	u, err := url.Parse(name)
	if err != nil {
		return "", false
	}
	whole = true
	if _, set := u.User.Password(); set {
		u.User, whole = url.User(u.User.Username()), false
	}
	var parameters []string
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		if isSecret(p) {
			whole = false
		} else {
			parameters = append(parameters, p)
		}
	}
	u.RawQuery = strings.Join(parameters, "&")
	return u.String(), whole
}

// isSecret reports whether a parameter of a URL may be one. The path of a file with a secret is none.
func isSecret(parameter string) bool {
	key, _, _ := strings.Cut(parameter, "=")
	key, err := url.QueryUnescape(strings.ToLower(key))
	if err != nil {
		return true
	}
	for _, part := range []string{"password", "secret", "token", "scram"} {
		if strings.Contains(key, part) {
			return true
		}
	}
	return false
}
