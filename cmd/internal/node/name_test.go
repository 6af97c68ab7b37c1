package node

import (
	"errors"
	"strings"
	"testing"
)

func TestADatabaseIsNamedAgainWithoutItsSecrets(t *testing.T) {
	for name, want := range map[string]struct {
		shown string
		whole bool
	}{
		"callout.db": {"callout.db", true},
		"it's.db":    {"it's.db", true},
		"postgres://me@db.example.org:5433/shop?sslmode=disable":                   {"postgres://me@db.example.org:5433/shop?sslmode=disable", true},
		"postgres://me:hunter2@db.example.org/shop?sslmode=disable":                {"postgres://me@db.example.org/shop?sslmode=disable", false},
		"postgresql:///shop?host=/run/pg&user=me&password=hunter2":                 {"postgresql:///shop?host=/run/pg&user=me", false},
		"postgres://db/shop?p%61ssword=hunter2&sslpassword=hunter2&passfile=/x/.p": {"postgres://db/shop?passfile=/x/.p", false},
		"postgres://me:hunter2@db:x/shop":                                          {"", false},
	} {
		shown, whole := Retype(name)
		if shown != want.shown || whole != want.whole {
			t.Errorf("%s is shown as %q, %v", name, shown, whole)
		}
		if strings.Contains(Redact(name), "hunter2") || strings.Contains(Redact(name), "me@") {
			t.Errorf("%s is logged as %q", name, Redact(name))
		}
	}
}

func TestAnErrorOfSeveralLinesIsToldInOne(t *testing.T) {
	several := errors.New("failed to connect to `user=u`:\n\t[::1]:1: refused\n\t127.0.0.1:1: refused\n\t[::1]:1: refused")
	err := Database{Name: "postgres://u:hunter2@db/x"}.Failure(several)
	if want := "open the database postgres://db/x: failed to connect to `user=u`: [::1]:1: refused; 127.0.0.1:1: refused"; err.Error() != want {
		t.Errorf("got %s", err)
	}
	if !errors.Is(err, several) {
		t.Error("the error itself is lost")
	}
}
