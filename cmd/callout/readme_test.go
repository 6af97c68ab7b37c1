package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// blocks lists the README's code blocks of one language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i, part := range strings.Split(string(readme), "```") {
		if body, ok := strings.CutPrefix(part, language+"\n"); ok && i%2 == 1 {
			found = append(found, body)
		}
	}
	return found
}

// TestTheLinesOfTheReadmePlayAnOrder pastes what the README has one paste, in the order that it says.
func TestTheLinesOfTheReadmePlayAnOrder(t *testing.T) {
	sides := blocks(t, "json")
	if len(sides) != 2 {
		t.Fatalf("the README has %d blocks to paste, not 2", len(sides))
	}
	server := servertest.Start(t, nil)
	var lines [2][]string
	var peers [2]*servertest.Peer
	for i, side := range sides {
		lines[i] = strings.Split(strings.TrimSpace(side), "\n")
		peers[i] = server.Dial("/v1/socket")
		peers[i].Text(lines[i][0])
		if _, ok := peers[i].Next().(wire.Welcome); !ok {
			t.Fatal("no welcome")
		}
	}
	for _, paste := range []struct {
		side, line int
		brings     callout.Status
	}{
		{0, 1, callout.Placed}, {1, 1, callout.Accepted}, {0, 2, callout.Started}, {1, 2, 0},
		{0, 3, callout.Payment}, {1, 3, callout.PaymentVerification}, {0, 4, callout.OrderComplete}, {1, 4, 0},
	} {
		peers[paste.side].Text(lines[paste.side][paste.line])
		if paste.brings == 0 {
			continue // an acknowledgement
		}
		for _, p := range peers {
			if e, ok := p.Next().(wire.Event); !ok || e.Status != paste.brings {
				t.Fatalf("line %d of side %d brings %+v, not %s", paste.line+1, paste.side+1, e, paste.brings)
			}
		}
	}
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
	for path, data := range map[string][]byte{program: []byte(programs[0]), overlay: replace} {
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
