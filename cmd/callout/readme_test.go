package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/terminal"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// block is a code block of the README, and the line of text before it.
type block struct{ above, body string }

// blocks lists the README's code blocks of one language.
func blocks(t *testing.T, language string) []block {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []block
	parts := strings.Split(string(readme), "```")
	for i, part := range parts {
		if body, ok := strings.CutPrefix(part, language+"\n"); ok && i%2 == 1 {
			text := strings.Split(strings.TrimSpace(parts[i-1]), "\n")
			found = append(found, block{text[len(text)-1], body})
		}
	}
	return found
}

// TestTheLinesOfTheReadmePlayAnOrder pastes what the README has one paste, each turn at once, and waits for what it brings.
func TestTheLinesOfTheReadmePlayAnOrder(t *testing.T) {
	server := servertest.Start(t, nil)
	peers := make(map[string]*servertest.Peer)
	var played []callout.Status
	for _, turn := range blocks(t, "json") {
		who, _, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(turn.above, "The "), ":"), " ")
		var brings []callout.Status
		for line := range strings.Lines(turn.body) {
			if peers[who] == nil {
				peers[who] = server.Dial("/v1/socket")
			}
			peers[who].Text(strings.TrimSpace(line))
			switch frame, err := wire.Decode([]byte(line)); f := frame.(type) {
			case wire.Hello:
				if welcome, ok := peers[who].Next().(wire.Welcome); !ok || string(welcome.Role) != who {
					t.Fatalf("the %s is not welcome", who)
				}
			case wire.Command:
				brings = append(brings, f.Status)
			default:
				t.Fatalf("%s is no line to paste: %v", line, err)
			}
		}
		for _, status := range brings {
			for side, p := range peers {
				if e, ok := p.Next().(wire.Event); !ok || e.Status != status {
					t.Fatalf("the turn of the %s brings the %s %+v, not %s", who, side, e, status)
				}
			}
		}
		played = append(played, brings...)
	}
	if len(peers) != 2 || len(played) == 0 || played[len(played)-1] != callout.OrderComplete {
		t.Errorf("%d sides play %v", len(peers), played)
	}
}

// TestTheLinesOfTheReadmeMayBePastedAtOnce: what comes too early is refused, and harms no session.
func TestTheLinesOfTheReadmeMayBePastedAtOnce(t *testing.T) {
	server := servertest.Start(t, nil)
	for _, who := range []string{"client", "serviceman"} {
		p := server.Dial("/v1/socket")
		lines := 0
		for _, turn := range blocks(t, "json") {
			if strings.HasPrefix(turn.above, "The "+who) {
				for line := range strings.Lines(turn.body) {
					p.Text(strings.TrimSpace(line))
					lines++
				}
			}
		}
		for range lines { // each has its answer: a welcome, an event or a refusal
			p.Next()
		}
	}
}

// TestTheWordsOfTheReadmePlayAnOrder has each side say its words when what the other has said before has come.
func TestTheWordsOfTheReadmePlayAnOrder(t *testing.T) {
	words := blocks(t, "text")
	if len(words) != 1 {
		t.Fatalf("the README has %d blocks of words, not 1", len(words))
	}
	server := servertest.Start(t, nil)
	scripts := make(map[string]string)
	var before string
	var said callout.Status
	for text := range strings.Lines(words[0].body) {
		who, what, _ := strings.Cut(text, "> ")
		if before != "" && who != before {
			scripts[who] += "wait " + said.String() + "\n"
		}
		request, err := line.Parse(what)
		if err != nil {
			t.Fatal(err)
		}
		scripts[who] += what
		before, said = who, request.Command.Status
	}
	if said != callout.OrderComplete {
		t.Errorf("it ends with %s", said)
	}
	var both sync.WaitGroup
	for user, role := range map[string]callout.Role{"c-1": callout.Client, "s-9": callout.Serviceman} {
		both.Go(func() {
			var out strings.Builder
			err := terminal.Run(t.Context(), terminal.Options{
				URL: server.URL, Role: role, UserID: user, In: strings.NewReader(scripts[user]), Out: &out, Script: true,
			})
			if err != nil {
				t.Errorf("%s: %v\n%s", user, err, out.String())
			}
		})
	}
	both.Wait()
}

// TestTheProgramOfTheReadmeCompiles builds it as a package of this module.
func TestTheProgramOfTheReadmeCompiles(t *testing.T) {
	programs := blocks(t, "go")
	if len(programs) != 1 {
		t.Fatalf("the README has %d programs, not 1", len(programs))
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(root, "cmd", "readme", "main.go"): program},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string][]byte{program: []byte(programs[0].body), overlay: replace} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", filepath.Join(dir, "program"), "./cmd/readme")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
