package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

func TestStacksAreToldApart(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range stacks {
		if seen[s.Name] || seen[s.Label] {
			t.Errorf("two stacks are called %s or %s", s.Name, s.Label)
		}
		seen[s.Name], seen[s.Label] = true, true
		if len(s.Label) > 22 {
			t.Errorf("a plot has no room for %q", s.Label)
		}
	}
}

func TestPGBenchStoresAnEvent(t *testing.T) {
	var event struct {
		OrderID string
		Order   struct {
			ID       string
			Services []json.RawMessage
			PlacedAt time.Time
		}
	}
	if err := json.Unmarshal([]byte(pgbenchBody()), &event); err != nil {
		t.Fatal(err)
	}
	if event.OrderID == "" || event.OrderID != event.Order.ID || len(event.Order.Services) == 0 || event.Order.PlacedAt.IsZero() {
		t.Errorf("it stores %+v", event)
	}
}

func TestServersSayWhereTheyAreAndEndWithTheirInput(t *testing.T) {
	s, err := startServer(t.Context(), "it", exec.Command("sh", "-c", `echo '{"addr":"127.0.0.1:1"}'; read word; echo "{\"said\":\"$word\"}"; cat`))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Said string }
	if err := s.tell("collect", &answer); err != nil || answer.Said != "collect" || s.addr != "127.0.0.1:1" {
		t.Errorf("at %s it answers %+v (%v)", s.addr, answer, err)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

func TestServersThatDoNotStartAreAnError(t *testing.T) {
	for _, script := range []string{"exit 3", "echo no JSON", "cat >/dev/null & exec >&-; wait"} {
		s, err := startServer(t.Context(), "it", exec.Command("sh", "-c", script))
		if err == nil {
			t.Errorf("%s: it is at %s", script, s.addr)
			_ = s.stop()
		} else if !strings.Contains(err.Error(), "it") {
			t.Errorf("%s: %v", script, err)
		}
	}
}

func TestFlags(t *testing.T) {
	t.Chdir("..")
	docs := t.TempDir()
	if err := os.WriteFile(filepath.Join(docs, "performance.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := flags{Rounds: 1, For: time.Second, Pairs: []int{1}, Docs: docs}
	for _, c := range []struct {
		change func(*flags)
		ok     bool
	}{
		{func(*flags) {}, true},
		{func(f *flags) { f.Stacks = []string{"ws"} }, true},
		{func(f *flags) { f.Stacks = []string{"nobody's"} }, false},
		{func(f *flags) { f.Rounds = 0 }, false},
		{func(f *flags) { f.Pairs = []int{64, 0} }, false},
		{func(f *flags) { f.For = 0 }, false},
		{func(f *flags) { f.Docs = "nowhere" }, false},
		{func(f *flags) { f.Docs, f.Smoke = "nowhere", true }, true},
		{func(f *flags) { f.For, f.Smoke = 0, true }, true},
		{func(f *flags) { f.Grow = []int{10, 0} }, true},
		{func(f *flags) { f.Grow = []int{10, -1} }, false},
		{func(f *flags) { f.Grow = []int{2_000_000_000} }, false},
	} {
		f := good
		c.change(&f)
		if err := f.check(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestDatabasesGrowFromTheFewestEventsToTheMost(t *testing.T) {
	t.Chdir("..")
	for _, c := range []struct {
		args []string
		want []int
	}{
		{nil, []int{0, 1_000_000, 10_000_000}},
		{[]string{"--grow="}, nil},
		{[]string{"--grow=30,0,10,30"}, []int{0, 10, 30}},
		{[]string{"--smoke"}, []int{0, 400}},
	} {
		var f flags
		parser, err := kong.New(&f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if err := f.check(); err != nil || !slices.Equal(f.Grow, c.want) {
			t.Errorf("%v: it grows to %v (%v)", c.args, f.Grow, err)
		}
	}
}

func TestADiskHasToHaveRoomForTheEvents(t *testing.T) {
	d := &database{dir: t.TempDir()}
	if _, known, err := room(d.dir); err != nil || !known {
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err := d.checkRoom(t.Context(), 1); err != nil {
		t.Error(err)
	}
	err := d.checkRoom(t.Context(), 1<<48)
	if err == nil || !strings.Contains(err.Error(), "281474976710656 more events take ") || !strings.Contains(err.Error(), d.dir+" has room for ") {
		t.Errorf("for more than any disk holds: %v", err)
	}
}

func TestTheCommandCanBeTypedAgain(t *testing.T) {
	if got := quoted([]string{"--grow", "", "--stacks", "a b"}); got != ` --grow "" --stacks "a b"` {
		t.Errorf("it is%s", got)
	}
}
