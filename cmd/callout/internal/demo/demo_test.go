package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// postgres is the PostgreSQL of these tests; it starts when the first asks for a database.
var postgres pgtest.Server

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(postgres.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// begun is how every order of the original begins: C client, S serviceman, K server, D database.
const begun = "C→K connect · S→K connect · C→K 1001 · K→D 1001 · K→S 1001 · S→K 1004 · K→D 1004 · K→C 1004 · "

// The arrows of the original, with its numbering: where the order goes on, and where it is cancelled.
const (
	goesOn = begun +
		"C→K 1005 · K→D 1005 · K→S 1005 · S→K 1006 · K→D 1006 · K→C 1006 · C→K 1007 · K→D 1007 · K→S 1007 · " +
		"C→K 1010 · K→D 1010 · K→S 1010 · S→K 1011 · K→D 1011 · K→C 1011 · C→K 1009 · K→D 1009 · K→S 1009 · " +
		"K→S disconnect · K→C disconnect"
	cancelled = begun + "C→K 1008 · K→D 1008 · K→S 1008 · K→S disconnect · K→C disconnect"
)

func TestOnEachDatabase(t *testing.T) {
	for _, kind := range []string{"SQLite", "PostgreSQL"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := newDatabase(t, kind)
			for _, classic := range []bool{false, true} {
				for _, cancel := range []bool{false, true} {
					o := Options{Database: d, Classic: classic, Cancel: cancel}
					t.Run(fmt.Sprintf("arrows/classic=%v/cancel=%v", classic, cancel), func(t *testing.T) { testArrows(t, o) })
				}
				o := Options{Database: d, Classic: classic, Cancel: classic, Terminal: classic, Colours: classic}
				t.Run(fmt.Sprintf("many/classic=%v", classic), func(t *testing.T) { testMany(t, o) })
			}
		})
	}
}

func testArrows(t *testing.T, o Options) {
	o.Trace = filepath.Join(t.TempDir(), "trace.jsonl")
	out := runDemo(t, o)
	want, arrows := goesOn, 28
	if o.Cancel {
		want, arrows = cancelled, 13
	}
	got := readTrace(t, o.Trace)
	if diff := cmp.Diff(strings.Split(want, " · "), got); diff != "" {
		t.Errorf("the arrows (-original +recorded):\n%s", diff)
	}
	if len(got) != arrows {
		t.Errorf("%d arrows; the original has %d", len(got), arrows)
	}
	if !strings.Contains(out, "It rests in "+end(o.Cancel).String()) {
		t.Errorf("the output does not tell the order's end:\n%s", out)
	}
}

func newDatabase(t *testing.T, kind string) string {
	if kind == "PostgreSQL" {
		return postgres.Database(t)
	}
	return filepath.Join(t.TempDir(), "demo.db")
}

func runDemo(t *testing.T, o Options) string {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.Log = &out, slog.New(slog.NewTextHandler(t.Output(), nil))
	if err := Run(t.Context(), o); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

func testMany(t *testing.T, o Options) {
	n := 20
	o.Orders = &n
	out := runDemo(t, o)
	events := "events committed   160\n"
	if o.Cancel {
		events = "events committed   60\n"
	}
	for _, want := range []string{"orders             20\n", events, "rests in " + end(o.Cancel).String()} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not have %q:\n%s", want, out)
		}
	}
}

// readTrace gives the arrows of a trace in the short form of the lists above, and holds their numbers to 1, 2, 3, …
func readTrace(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	letters := map[string]string{"client": "C", "serviceman": "S", "server": "K", "database": "D"}
	var arrows []string
	for line := range strings.Lines(string(data)) {
		var a struct {
			N              int
			From, To, What string
			Code           *int
		}
		if err := json.Unmarshal([]byte(line), &a); err != nil || a.Code == nil {
			t.Fatalf("%q: %v", line, err)
		}
		if a.N != len(arrows)+1 {
			t.Errorf("arrow %d is numbered %d", len(arrows)+1, a.N)
		}
		what := a.What
		if what == "order" {
			what = fmt.Sprint(*a.Code)
		} else if *a.Code != 0 {
			t.Errorf("arrow %d, %s, has code %d", a.N, what, *a.Code)
		}
		arrows = append(arrows, letters[a.From]+"→"+letters[a.To]+" "+what)
	}
	return arrows
}

func TestTraceLine(t *testing.T) {
	var out bytes.Buffer
	if err := traceTo(&out)(arrow{N: 1, From: clientLane, To: serverLane, What: connects}); err != nil {
		t.Fatal(err)
	}
	if want := `{"n":1,"from":"client","to":"server","what":"connect","code":0}` + "\n"; out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}

func TestHistoryIsOfTheDatabase(t *testing.T) {
	d := newDatabase(t, "SQLite")
	out := runDemo(t, Options{Database: d})
	_, rest, found := strings.Cut(out, "\nOrder ")
	orderID, _, _ := strings.Cut(rest, ",")
	if !found {
		t.Fatalf("no order is named:\n%s", out)
	}
	events, err := node.Events(t.Context(), node.Database{Name: d}, orderID)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 8 {
		t.Errorf("the database has %d events of order %s, want 8", len(events), orderID)
	}
	for _, e := range events {
		line := fmt.Sprintf("%d  %s", e.Version, e.At.Local().Format("15:04:05.000"))
		if !strings.Contains(out, line) {
			t.Errorf("the output does not have %q:\n%s", line, out)
		}
	}
}

func TestMermaidIsAllThatIsWritten(t *testing.T) {
	out := runDemo(t, Options{Mermaid: true, Cancel: true})
	if want := golden(t, "cancelled.mmd", out); out != want {
		t.Errorf("got:\n%s\nwant:\n%s", out, want)
	}
}

func TestRefusedFlags(t *testing.T) {
	number := func(n int) *int { return &n }
	for want, o := range map[string]Options{
		"--orders is 0; it is 1 to 10000":           {Orders: number(0)},
		"--orders is 10001; it is 1 to 10000":       {Orders: number(10_001)},
		"--trace and --orders do not go together":   {Orders: number(2), Trace: "trace"},
		"--mermaid and --orders do not go together": {Orders: number(2), Mermaid: true},
		"--web goes with --db alone: ":              {Web: true, Cancel: true},
		"make the trace: ":                          {Trace: filepath.Join(t.TempDir(), "no", "trace")},
	} {
		var out bytes.Buffer
		o.Out = &out
		err := Run(t.Context(), o)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if out.Len() > 0 {
			t.Errorf("%s: something was written: %s", want, out.String())
		}
	}
}

// interrupting ends a context when arrow 5 is drawn.
type interrupting struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (w *interrupting) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("  5")) {
		w.cancel()
	}
	return w.Buffer.Write(p)
}

func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithCancel(t.Context())
	out := &interrupting{cancel: cancel}
	err := Run(ctx, Options{Out: out, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err == nil || err.Error() != "interrupted" {
		t.Errorf("got %v, want interrupted", err)
	}
	if strings.Contains(out.String(), "disconnect") {
		t.Errorf("it went on to the end:\n%s", out.String())
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// tired takes no more once arrow 5 has come.
type tired struct{ over bool }

func (w *tired) Write(p []byte) (int, error) {
	if w.over = w.over || bytes.HasPrefix(p, []byte("  5")); w.over {
		return 0, errors.New("enough")
	}
	return len(p), nil
}

func TestNobodyReads(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	err := Run(t.Context(), Options{Out: &tired{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err == nil || err.Error() != "show what happens: enough" {
		t.Errorf("got %v, want that nothing more can be shown", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// visitor opens the page that the demo names, by its own name and by one that a page of another site may have, and has it end.
type visitor struct {
	leave  context.CancelFunc
	status []int
	err    error
}

func (v *visitor) Write(p []byte) (int, error) {
	for _, word := range strings.Fields(string(p)) {
		if strings.HasSuffix(word, "/demo") {
			v.visit(word)
			v.leave()
		}
	}
	return len(p), nil
}

func (v *visitor) visit(url string) {
	for _, host := range []string{"", "evil.example"} {
		r, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			v.err = err
			return
		}
		r.Host = host
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			v.err = err
			return
		}
		v.status = append(v.status, res.StatusCode)
		v.err = errors.Join(v.err, res.Body.Close())
	}
}

func TestTwoPhonesInTheBrowser(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	v := &visitor{leave: leave}
	if err := Run(ctx, Options{Web: true, Out: v, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Error(err)
	}
	if v.err != nil || !slices.Equal(v.status, []int{http.StatusOK, http.StatusForbidden}) {
		t.Errorf("the page: %d, %v", v.status, v.err)
	}
}
