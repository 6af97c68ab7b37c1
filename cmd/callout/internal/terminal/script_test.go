package terminal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestAScriptEndsAtTheLineThatComesToNothing(t *testing.T) {
	s := servertest.Start(t, nil)
	for _, c := range []struct{ name, script, err, shown string }{
		{"an unknown word", "# first\n\nplace to s-1\nplaec to s-1", "line 4: \"plaec\" is no word", "You offer an order to s-1"},
		{"a refused move", "place to s-1\ndone\norders", "line 2: conflict: the order is PLACED", "Refused (conflict): the order is PLACED; ORDER_COMPLETE follows"},
		{"somebody else's move", "place to s-1\naccept", "line 2: forbidden: ACCEPTED is not yours", "Refused (forbidden)"},
		{"a wrong command", "place to c-7", "line 1: invalid: to names the client", "Refused (invalid)"},
		{"a wrong service", `place to s-1 tap 1 0 washer 0 0`, "line 1: invalid: how many of service 2 is 0", "Refused (invalid)"},
		{"a wrong raw command", `raw 1001 to c-7 on o-1`, "line 1: invalid: receivers names the client", "Refused (invalid)"},
		{"a wrong prefix", "place to s-1\ncancel on x", "line 2: no order of yours begins with \"x\"", ""},
		{"no order at all", "start", "line 1: there is no order yet", ""},
		{"nothing to wait for", "place to s-1\nwait ACCEPTED 1", "line 2: ACCEPTED has not happened within 1s", ""},
		{"no text", `cancel because "`, "line 1: a text begins with a quote", ""},
		{"no extra", `raw 1010 {"method":7}`, "line 1: invalid: extra.method is of the wrong type", ""},
		{"no such order", `raw 1005 on nobodys`, "line 1: not_found: there is no order nobodys of yours", "Refused (not_found)"},
		{"no such status", `place to s-1` + "\n" + `raw 2000`, "line 2: invalid: statusCode 2000", "Refused (invalid)"},
		{"an old version", "place to s-1,s-2\nwait BROADCASTED\nraw 1008 version 1", "line 3: conflict: the order is at version 2, not 1", "you can: cancel"},
		{"a long line", "place to s-1\n#" + strings.Repeat("x", 1<<17), "line 2: read a line: bufio.Scanner: token too long", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown, err := play(t, s, callout.Client, "c-7", c.script+"\n")
			if err == nil || !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("the error is %v, not %s…", err, c.err)
			}
			if !strings.Contains(shown, c.shown) {
				t.Errorf("%q was not shown:\n%s", c.shown, shown)
			}
			// What is open is in the way of the next.
			for _, o := range open(t, s) {
				if _, err := play(t, s, callout.Client, "c-7", "cancel on "+o); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func open(t *testing.T, s *servertest.Server) []string {
	t.Helper()
	socket, err := client.NewSocket(client.Config{URL: s.URL, UserID: "c-7", Role: callout.Client})
	if err != nil {
		t.Fatal(err)
	}
	if err := socket.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, o := range socket.Orders() {
		ids = append(ids, o.ID)
	}
	if err := socket.Close(); err != nil {
		t.Error(err)
	}
	return ids
}

func TestALineWithADashMayComeToNothing(t *testing.T) {
	s := servertest.Start(t, nil)
	shown, err := play(t, s, callout.Client, "c-7", "-nonsense\n- start\n-wait ACCEPTED 1\nplace to s-1 as o-1\n  -done\n-cancel\n")
	if err != nil {
		t.Error(err)
	}
	for _, text := range []string{"\"nonsense\" is no word", "there is no order yet", "ACCEPTED has not happened within 1s", "Refused (conflict)", "You call the order off"} {
		if !strings.Contains(shown, text) {
			t.Errorf("%q was not shown:\n%s", text, shown)
		}
	}
}

func TestSeveralOrdersAreToldApart(t *testing.T) {
	s := servertest.Start(t, nil)
	_, err := play(t, s, callout.Client, "c-7", "place to s-1 as tap-1\nplace to s-1 as tap-2\nplace to s-1 as zip-3\n")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := play(t, s, callout.Serviceman, "s-1", `
		-accept
		-accept on tap
		-accept on tap-3
		accept on z
		use tap-1
		decline
		-accept
		accept on tap-2
		orders
		show zip-3`)
	if err != nil {
		t.Error(err)
	}
	for _, text := range []string{
		"which order? `use` one of tap-1, tap-2, zip-3", `"tap" may be tap-1 or tap-2`, `no order of yours begins with "tap-3"`,
		"zip-3  You accept the order", "tap-1  You decline the offer", "tap-2  You accept the order",
		"  tap-1 is no longer on offer to you\n", "zip-3 is ACCEPTED, version 2\n",
	} {
		if !strings.Contains(shown, text) {
			t.Errorf("%q was not shown:\n%s", text, shown)
		}
	}
}

func TestAPartySeesWhatHappenedWhileItWasAway(t *testing.T) {
	s := servertest.Start(t, nil)
	cursor := filepath.Join(t.TempDir(), "cursor")
	run := func(script string) string {
		var out strings.Builder
		o := options(s, callout.Client, "c-7", strings.NewReader(script), &out)
		o.Cursor = cursor
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	run("place to s-1 as o-1")
	if _, err := play(t, s, callout.Serviceman, "s-1", "accept\ncancel because \"no time\""); err != nil {
		t.Fatal(err)
	}
	shown := run("wait ACCEPTED\nwait CANCELLED")
	if !strings.Contains(shown, "s-1 accepts the order") || !strings.Contains(shown, "s-1 calls the order off — no time") {
		t.Errorf("this was shown:\n%s", shown)
	}
	if shown := run("orders"); strings.Contains(shown, "s-1") {
		t.Errorf("what was seen is shown again:\n%s", shown)
	}
}

func TestAScriptGoesOnWhenTheServerIsBack(t *testing.T) {
	s := servertest.Start(t, nil)
	c := start(t, s, callout.Client, "c-7", nil)
	c.says("place to s-1 as o-1")
	c.until("You offer an order to s-1")
	s.Stop()
	c.until("The connection is gone: the server is closing. Coming back by itself.")
	c.says("cancel")
	c.until("There is no connection; this is sent as soon as it is back.")
	s.Again()
	c.until("The connection is back.")
	c.until("You call the order off")
	c.says("quit")
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

func TestAnswersHaveToComeInTime(t *testing.T) {
	s := servertest.Start(t, nil)
	c := start(t, s, callout.Client, "c-7", func(o *Options) { o.Patience = 3 * time.Second })
	c.says("place to s-1 as o-1")
	c.until("you can: cancel")
	s.Stop()
	c.says("cancel")
	err := c.end()
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "line 2: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestAPartyStartsAnewWithARestoredServer(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Path = filepath.Join(t.TempDir(), "callout.db") })
	c := start(t, s, callout.Client, "c-7", nil)
	c.says("place to s-1 as o-1\ncancel\nplace to s-1 as o-2")
	c.until("o-2  You offer an order to s-1")
	s.Stop()
	for _, name := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(s.Config.Path + name); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	s.Again()
	c.until("The server has lost what this terminal knew. This is how things stand:\nYou have no open orders.")
	c.says("place to s-1 as o-3\ncancel on o-3\n-cancel on o-2\nquit")
	c.until("o-3  You call the order off")
	c.until(`no order of yours begins with "o-2"`)
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

func TestAScriptThatIsInterruptedHasNotCome(t *testing.T) {
	s := servertest.Start(t, nil)
	c := start(t, s, callout.Client, "c-7", nil)
	c.says("wait ACCEPTED")
	c.until("> wait ACCEPTED")
	c.leave()
	if err := c.end(); err == nil || err.Error() != "line 1: the script was interrupted" {
		t.Errorf("the error is %v", err)
	}
}
