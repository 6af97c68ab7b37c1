package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestABeginningOfSeveralIdsNamesThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "callout.db")
	s := servertest.Start(t, func(c *servertest.Config) { c.Path = path })
	client, _ := s.Enter("c-1", callout.Client)
	for _, id := range []string{"tap-1", "tap-2", "tap"} {
		client.Command(id, id, callout.Placed, func(c *callout.Command) { c.Receivers = []string{"s-9"} })
		client.Event()
	}
	for id, want := range map[string]string{"ta": "ta may be tap, tap-1, tap-2", "tap": "", "tap-2": "", "tap-3": "there is no order tap-3 in "} {
		err := run(t.Context(), []string{"order", "--db", path, id})
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("order %s: %v, not %s", id, err, want)
		}
	}
}
