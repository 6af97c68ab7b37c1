// Package web_test runs the tests of what is written in JavaScript, against real servers.
package web_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

// copied is a copy of a directory, so that nothing is left behind beside the original.
func copied(t *testing.T, of string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	from, err := os.OpenRoot(of)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	if err := os.CopyFS(dir, from.FS()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// TestTheJavaScriptSDK needs Node.js 20 or newer. What goes over its sockets is held to docs/asyncapi.yaml.
func TestTheJavaScriptSDK(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "callout")
	run(t, "..", "go", "build", "-o", program, "./cmd/callout")
	tests, err := filepath.Glob("sdk/test/*.test.js")
	if err != nil || len(tests) == 0 {
		t.Fatalf("there are %d tests, %v", len(tests), err)
	}
	cmd := exec.Command("node", append([]string{"--experimental-websocket", "--test"}, tests...)...)
	frames := filepath.Join(t.TempDir(), "frames")
	cmd.Env = append(os.Environ(), "CALLOUT="+program, "CALLOUT_FRAMES="+frames)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	holdToThePage(t, frames)
}

// holdToThePage holds the frames in a file, which are lines of JSON, to docs/asyncapi.yaml. A command of a client's may break
// the page if the server has refused it as invalid.
func holdToThePage(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	held, invalid, wrong := make(map[string]int), make(map[string]bool), make(map[string]error)
	for line := range bytes.Lines(data) {
		var said struct{ From, Frame string }
		if err := json.Unmarshal(line, &said); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		held[said.From]++
		if said.From == "client" {
			if err := wiretest.Native.FromClient([]byte(said.Frame)); err != nil {
				wrong[idOf(said.Frame)] = err
			}
			continue
		}
		if err := wiretest.Native.FromServer([]byte(said.Frame)); err != nil {
			t.Error(err)
		}
		if frame, _ := wire.DecodeServer([]byte(said.Frame)); frame != nil {
			if refusal, ok := frame.(wire.Error); ok && refusal.Code == callout.Invalid {
				invalid[refusal.ID] = true
			}
		}
	}
	for id, err := range wrong {
		if !invalid[id] {
			t.Error(err)
		}
	}
	if held["client"] == 0 || held["server"] == 0 || len(held) != 2 {
		t.Errorf("of these frames there are %v", held)
	}
}

// idOf is the id of a command, empty for any other frame.
func idOf(frame string) string {
	f, _ := wire.Decode([]byte(frame))
	switch f := f.(type) {
	case wire.Command:
		return f.ID
	case wire.BadCommand:
		return f.ID
	}
	return ""
}

// TestTheTypesOfTheJavaScriptSDK, strictly, and those that its package declares.
func TestTheTypesOfTheJavaScriptSDK(t *testing.T) {
	t.Parallel()
	dir := copied(t, "sdk")
	run(t, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	run(t, dir, "npm", "run", "check")
	run(t, dir, "npm", "pack", "--pack-destination", t.TempDir())
	for _, name := range []string{"types/callout.d.ts", "types/socket.d.ts"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
