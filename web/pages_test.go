package web_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestThePages in a browser, against real servers. It needs Node.js 20 or newer, and Chromium. What goes over the sockets
// of the pages is held to docs/asyncapi.yaml.
func TestThePages(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "callout")
	run(t, "..", "go", "build", "-o", program, "./cmd/callout")
	dir := copied(t, ".")
	run(t, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	run(t, dir, "npm", "run", "check")
	tests, err := filepath.Glob(filepath.Join(dir, "test", "*.test.js"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("there are %d tests, %v", len(tests), err)
	}
	cmd := exec.Command("node", append([]string{"--test", "--test-concurrency=2"}, tests...)...)
	cmd.Dir = dir
	frames := filepath.Join(t.TempDir(), "frames")
	cmd.Env = append(os.Environ(), "CALLOUT="+program, "CALLOUT_FRAMES="+frames)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	holdToThePage(t, frames)
}
