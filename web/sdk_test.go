// Package web_test runs the tests of what is written in JavaScript, against real servers.
package web_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
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

// TestTheJavaScriptSDK needs Node.js 20 or newer.
func TestTheJavaScriptSDK(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "callout")
	run(t, "..", "go", "build", "-o", program, "./cmd/callout")
	tests, err := filepath.Glob("sdk/test/*.test.js")
	if err != nil || len(tests) == 0 {
		t.Fatalf("there are %d tests, %v", len(tests), err)
	}
	cmd := exec.Command("node", append([]string{"--experimental-websocket", "--test"}, tests...)...)
	cmd.Env = append(os.Environ(), "CALLOUT="+program)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
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
