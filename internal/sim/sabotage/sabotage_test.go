package sabotage

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	root  = "../../.."
	seeds = 600 // runs in which a breach has to be seen
	step  = 20  // runs after which it is looked whether it was
)

// TestEverySabotageIsCaught: the simulation sees each of the mutants within some seeds.
func TestEverySabotageIsCaught(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			out, caught := simulate(t, m)
			if !caught {
				t.Fatalf("in %d runs nobody has noticed:\n%s", seeds, out)
			}
			t.Log(first(out))
		})
	}
}

// simulate runs the simulation with a mutant compiled in, and reports whether a promise was seen to be broken.
func simulate(t *testing.T, m mutant) (out string, caught bool) {
	program := filepath.Join(t.TempDir(), "sim.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", overlay(t, m), "-o", program, "./internal/sim")
	build.Dir = root
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %v\n%s", err, text)
	}
	for from := 1; from <= seeds; from += step {
		run := exec.CommandContext(t.Context(), program, "-test.run=^TestEveryPromise", "-test.failfast",
			fmt.Sprintf("-sim.first=%d", from), fmt.Sprintf("-sim.seeds=%d", step))
		run.Dir = t.TempDir()
		text, err := run.CombinedOutput()
		if err != nil {
			return string(text), strings.Contains(string(text), "BROKEN: ")
		}
	}
	return "", false
}

// overlay has the compiler read the mutant's files instead of ours.
func overlay(t *testing.T, m mutant) string {
	replace := make(map[string]string)
	for i, file := range m.files() {
		path, err := filepath.Abs(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		replace[path] = filepath.Join(t.TempDir(), fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(replace[path], []byte(m.mutate(t, file, string(source))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (m *mutant) mutate(t *testing.T, file, source string) string {
	for _, e := range m.edits {
		if e.file != file {
			continue
		}
		if n := strings.Count(source, e.from); n != 1 {
			t.Fatalf("%s has %d times, and not once:\n%s", file, n, e.from)
		}
		source = strings.Replace(source, e.from, e.to, 1)
	}
	return source
}

// files lists those that the mutant changes, each once.
func (m *mutant) files() (files []string) {
	seen := make(map[string]bool)
	for _, e := range m.edits {
		if !seen[e.file] {
			files = append(files, e.file)
		}
		seen[e.file] = true
	}
	return files
}

// first is the line that says which seed broke which promise.
func first(out string) string {
	for line := range strings.Lines(out) {
		if strings.HasPrefix(strings.TrimSpace(line), "seed ") {
			return strings.TrimSpace(line)
		}
	}
	return "no seed is named"
}
