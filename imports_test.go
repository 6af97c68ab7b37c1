package callout_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/calloutd/callout"

// mayImport is the picture of ARCHITECTURE.md: which rooms of the module each room may import, itself and what is below
// it aside. The root is "."; a room that ends in "/" is a folder of rooms. cmd may import everything. A room whose name
// ends in "test" is there for tests alone, as are internal/sim, cmd/torture and bench: it may import everything but cmd, and only
// tests and its like import it.
var mayImport = map[string][]string{
	".":                {},
	"internal/wire":    {"."},
	"client":           {".", "internal/wire"},
	"internal/session": {".", "internal/wire"},
	"internal/store":   {".", "internal/wire"},
	"internal/bus":     {".", "internal/wire"},
	"internal/ledger":  {".", "internal/wire", "internal/store"},
	"internal/load":    {".", "internal/wire", "internal/store"},
	"internal/server":  {".", "internal/wire", "internal/store", "internal/ledger", "internal/session", "internal/bus"},
	"internal/api":     {".", "internal/wire", "internal/store", "internal/ledger", "internal/session", "internal/figures"},
	"internal/figures": {"."},
	"web":              {},
	"docs":             {},
}

// noHome are names that say nothing of what is behind them.
var noHome = []string{"pkg", "util", "utils", "model", "models", "common", "helper", "helpers", "misc", "shared"}

// goFile is what one file imports.
type goFile struct {
	path, room string
	test       bool
	pkg        string
	imports    []string
}

func TestRoomsImportWhatThePictureAllows(t *testing.T) {
	for _, f := range goFiles(t) {
		if slices.Contains(noHome, f.pkg) || slices.ContainsFunc(strings.Split(f.room, "/"), func(dir string) bool { return slices.Contains(noHome, dir) }) {
			t.Errorf("%s: a package is not called that here", f.path)
		}
		if _, home := allowance(f.room); home == "" && !isFor(f.room, "cmd") && !isHarness(f.room) {
			t.Errorf("%s: there is no room %s in the picture: draw it in ARCHITECTURE.md and in mayImport", f.path, f.room)
			continue
		}
		for _, imported := range f.imports {
			if why := refusal(f, imported); why != "" {
				t.Errorf("%s imports %s: %s", f.path, imported, why)
			}
		}
	}
}

// refusal says why f may not import a package, or nothing.
func refusal(f goFile, imported string) string {
	standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
	to, ours := strings.CutPrefix(imported, module)
	to = strings.TrimPrefix(to, "/")
	if to == "" {
		to = "."
	}
	switch {
	case f.room == "." && !f.test && !standard:
		return "the rules use the standard library only"
	case f.room == "." && !f.test && slices.ContainsFunc(outside, func(p string) bool { return isFor(imported, p) }):
		return "the rules are pure"
	case f.room == "internal/session" && !f.test && slices.ContainsFunc(outside, func(p string) bool { return isFor(imported, p) }):
		return "a session does no I/O of its own"
	case !ours:
		return ""
	case isFor(to, "cmd") && !isFor(f.room, "cmd"):
		return "cmd is nobody's library"
	case isHarness(to) && !f.test && !isHarness(f.room):
		return "it is there for tests alone"
	case f.room == "." && f.test && to != ".":
		return "tests of the rules need the rules alone"
	case f.test || isHarness(f.room) || isFor(f.room, "cmd") || isFor(to, f.room):
		return ""
	}
	allowed, home := allowance(f.room)
	for _, a := range append(allowed, home) {
		if to == a || strings.HasSuffix(a, "/") && strings.HasPrefix(to, a) {
			return ""
		}
	}
	return "the picture has no such arrow"
}

// outside are the packages of the standard library that reach beyond the program.
var outside = []string{"os", "io", "net", "log", "syscall", "database", "embed", "math/rand", "crypto/rand", "testing"}

func TestTheRulesReadNoClock(t *testing.T) {
	for _, f := range goFiles(t) {
		pure := f.room == "." || f.room == "internal/session" || f.room == "internal/wire"
		if !pure || f.test {
			continue
		}
		source, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"time.Now(", "time.Since(", "time.Until(", "time.After(", "time.NewTimer(", "time.NewTicker(", "time.Sleep("} {
			if strings.Contains(string(source), call) {
				t.Errorf("%s calls %s…): the time is passed in", f.path, call)
			}
		}
	}
}

func TestThePictureRefusesWhatItDoesNotDraw(t *testing.T) {
	for _, c := range []struct {
		room, imported string
		test, ok       bool
	}{
		{".", "encoding/json", false, true},
		{".", "github.com/google/uuid", false, false},
		{".", "net/http", false, false},
		{".", module + "/internal/wire", false, false},
		{".", module + "/internal/wire", true, false},
		{".", "pgregory.net/rapid", true, true},
		{"client", module + "/internal/wire", false, true},
		{"client", module + "/internal/session", false, false},
		{"client", module + "/internal/server", true, true},
		{"internal/wire", module + "/internal/session", false, false},
		{"internal/session", module + "/internal/store", false, false},
		{"internal/session", "net", false, false},
		{"internal/store", module + "/internal/ledger", false, false},
		{"internal/store/sqlite", module + "/internal/store", false, true},
		{"internal/store/sqlite", module + "/internal/store/postgres", false, false},
		{"internal/store/sqlite", module + "/internal/store/storetest", true, true},
		{"internal/store/sqlite", module + "/internal/store/storetest", false, false},
		{"internal/store/storetest", module + "/internal/ledger", false, true},
		{"internal/bus/nats", module + "/internal/bus", false, true},
		{"internal/bus", module + "/internal/store", false, false},
		{"internal/ledger", module + "/internal/store/sqlite", false, false},
		{"internal/server", module + "/internal/store/sqlite", false, false},
		{"internal/server", module + "/internal/session", false, true},
		{"internal/server", module + "/cmd/callout", true, false},
		{"internal/sim", module + "/internal/store/sqlite", false, true},
		{"internal/server", module + "/internal/sim", false, false},
		{"cmd/torture", module + "/internal/store/postgres/pgtest", false, true},
		{"cmd/callout", module + "/internal/store/postgres/pgtest", false, false},
		{"internal/elsewhere", module, false, false},
		{"cmd/callout", module + "/internal/store/postgres", false, true},
		{"cmd/callout/internal/demo", module + "/client", false, true},
	} {
		f := goFile{room: c.room, test: c.test}
		if why := refusal(f, c.imported); (why == "") != c.ok {
			t.Errorf("%s imports %s (test: %v): %q", c.room, c.imported, c.test, why)
		}
	}
}

// allowance is what a room may import, which is what the nearest room above it in the picture may, and that room.
func allowance(room string) (allowed []string, home string) {
	for home = room; ; home = path.Dir(home) {
		if allowed, known := mayImport[home]; known && (home != "." || room == ".") {
			return slices.Clone(allowed), home
		}
		if home == "." {
			return nil, ""
		}
	}
}

func isFor(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// isHarness reports whether a room is there for tests alone; what it imports from others like it is no part of the server.
func isHarness(room string) bool {
	return strings.HasSuffix(room, "test") || isFor(room, "internal/sim") || isFor(room, "cmd/torture") || isFor(room, "bench")
}

// goFiles reads the imports of every Go file of this module.
func goFiles(t *testing.T) []goFile {
	var files []goFile
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, otherModule := os.Stat(filepath.Join(name, "go.mod"))
			skipped := strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata" || d.Name() == "node_modules"
			if name != "." && (skipped || otherModule == nil) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := goFile{
			path: name, room: filepath.ToSlash(filepath.Dir(name)), test: strings.HasSuffix(name, "_test.go"),
			pkg: strings.TrimSuffix(parsed.Name.Name, "_test"),
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}
