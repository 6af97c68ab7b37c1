package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sample makes results of three rounds, with figures such as there are.
func sample() *Results {
	r := &Results{
		Began: time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC), Command: "make bench-peers", PostgreSQL: []string{"shared_buffers=1GB"},
		Machine: Machine{CPU: "Some CPU", Cores: 2, Virtual: true, Memory: 24 << 30, Kernel: "Linux 6.1", Versions: []Version{{"Go", "1.26"}, {"ws", "8.23.0"}}},
		Stacks: []Stack{{Callout, "Callout, PostgreSQL"}, {CalloutSQLite, "Callout, SQLite"}, {OneByOne, "Callout, one by one"},
			{SocketIO, "socket.io + pg"}, {"ws", "ws + pg"}, {"centrifuge", "centrifuge + pgx"}},
		Limits: []Limit{{PGBench, 1, 5000}, {PGBench, 2, 6000}, {Ledger, 1, 55000}, {Sync, 1, 7000}},
		Idle:   []Idle{{Label: "Callout", Sessions: 19000, RSSPerSession: 1536, Goroutines: 0}},
		Storm:  &Storm{Sessions: 10000, Seconds: 3.25},
	}
	database := 300.0
	for round, noise := range []float64{1, 0.9, 1.2} {
		for _, s := range []struct {
			stack         string
			pairs         int
			rate          float64
			p50, p99, cpu float64
			database      *float64
		}{
			{Callout, 64, 20000, 3, 8, 30, &database}, {Callout, 500, 25000, 18, 40, 28, &database},
			{CalloutSQLite, 64, 15000, 4, 9, 60, nil}, {CalloutSQLite, 500, 19000, 25, 52, 50, nil},
			{OneByOne, 64, 4000, 15, 40, 170, &database}, {OneByOne, 500, 3900, 130, 220, 160, &database},
			{SocketIO, 64, 2000, 30, 42, 290, &database}, {SocketIO, 500, 2100, 230, 300, 290, &database},
			{"ws", 64, 3000, 21, 41, 180, &database}, {"ws", 500, 2700, 190, 265, 220, &database},
			{"centrifuge", 64, 4000, 15, 45, 180, &database},
		} {
			r.Samples = append(r.Samples, Sample{
				Stack: s.stack, Pairs: s.pairs, Round: round + 1, TransitionsPerSecond: s.rate * noise,
				LatencyMs: Latency{P50: s.p50 / noise, P99: s.p99 / noise, P999: 2 * s.p99}, CPUMicros: CPU{Server: s.cpu, Database: s.database, Generator: 20},
			})
		}
		for _, events := range []int{1_000_000, 0} {
			for _, empty := range []bool{true, false} {
				slower := 1.0
				if events > 0 && !empty {
					slower = 0.5
				}
				r.Grown = append(r.Grown, Grown{Events: events, Empty: empty, Bytes: int64(events) << 11, Sample: Sample{
					Stack: Callout, Pairs: 64, Round: round + 1, TransitionsPerSecond: 20000 * noise * slower, LatencyMs: Latency{P99: 8 / slower},
				}})
				for _, unread := range []int{1, 10000} {
					r.Resumes = append(r.Resumes, Resume{
						Stack: CalloutSQLite, Events: events, Empty: empty, Round: round + 1, Unread: unread, WelcomeMs: Latency{P50: 0.5, P99: 2.5},
						FirstMs: Latency{P50: 0.75 / slower, P99: 3}, EventsPerSecond: 100000 * noise * slower,
					})
				}
			}
		}
	}
	return r
}

func TestFiguresAreMediansAndRatiosOfThem(t *testing.T) {
	f := sample().Figures()
	for name, wants := range map[string][]string{
		"stacks": {
			"| Callout, PostgreSQL | 64 | 20,000 | 18,000–24,000 | 3.0 | 8.0 | 16.0 | 30 | 300 | 20 | 10.0 × |",
			"| Callout, SQLite | 64 | 15,000 | 13,500–18,000 | 4.0 | 9.0 | 18.0 | 60 | – | 20 | 7.5 × |",
		},
		"ratios": {
			"| transitions/s, PostgreSQL, 500 pairs | socket.io + pg | 11.9 × |",
			"| p99, 64 pairs | socket.io + pg | 1/5.2 |",
			"| transitions/s, PostgreSQL, 64 pairs | Callout, one by one | 5.0 × |",
			"| transitions/s, SQLite, 500 pairs | Callout, PostgreSQL | 0.76 × |",
			"| the ledger alone, transitions/s | pgbench | 10.0 × |",
		},
		"limits": {"transactions | 5,500 |", "`fdatasync`, one after the other | 7,000 |"},
		"idle":   {"| Callout | 19,000 | 1.50 | 0.00 | – |", "10,000 sessions of Callout that all dropped at once had resumed within 3.2 s."},
		"growth": {
			"| PostgreSQL | 0 | 0.00 | 64 | 20,000 | 20,000 | 1.00 × | 8.0 | 8.0 |\n| PostgreSQL | 1,000,000 | 1.91 | 64 | 10,000 | 20,000 | 0.50 × | 16.0 | 8.0 |",
			"| SQLite | 1,000,000 | 1 | 0.50 | 2.5 | 1.50 | 3.0 | 0.75 | 2.0 × | – | – | – |\n" +
				"| SQLite | 1,000,000 | 10,000 | 0.50 | 2.5 | 1.50 | 3.0 | 0.75 | 2.0 × | 50,000 | 100,000 | 0.50 × |",
		},
		"machine": {"2 cores (virtual) of Some CPU, 24 GiB, Linux 6.1. Go 1.26, ws 8.23.0.", "`make bench-peers`, on 24 November 2026", "`shared_buffers=1GB`"},
	} {
		for _, want := range wants {
			if !strings.Contains(f[name], want) {
				t.Errorf("%s lacks %q:\n%s", name, want, f[name])
			}
		}
	}
}

func TestWhatWasNotMeasuredIsSaid(t *testing.T) {
	r := &Results{}
	for name, text := range r.Figures() {
		if name != "machine" && text != "Not measured yet." {
			t.Errorf("%s: %q", name, text)
		}
	}
	if plots := r.Plots(); len(plots) != 0 {
		t.Errorf("%d plots of nothing", len(plots))
	}
}

func TestResultsAreReadAsTheyWereWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	want := sample()
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	got, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPageIsFilledBetweenItsMarkers(t *testing.T) {
	page := "# Fast\n<!-- figures:one -->\nold\nolder\n<!-- end -->\nkept\n<!-- figures:two -->\n<!-- end -->\n"
	filled, err := Fill(page, map[string]string{"one": "1 $1", "two": "2", "three": "3"})
	if err != nil {
		t.Fatal(err)
	}
	want := "# Fast\n<!-- figures:one -->\n1 $1\n<!-- end -->\nkept\n<!-- figures:two -->\n2\n<!-- end -->\n"
	if filled != want {
		t.Errorf("got %s", filled)
	}
	if again, err := Fill(filled, map[string]string{"one": "1 $1", "two": "2"}); err != nil || again != filled {
		t.Errorf("filled again: %v, %s", err, again)
	}
	for _, bad := range []string{"nothing", page + "<!-- figures:four -->\n<!-- end -->"} {
		if _, err := Fill(bad, map[string]string{"one": "", "two": ""}); err == nil {
			t.Errorf("%q was filled", bad)
		}
	}
}

// TestPlotsAreWellFormed also writes them to the directory that the variable PLOTS names, to be looked at.
func TestPlotsAreWellFormed(t *testing.T) {
	for name, plot := range sample().Plots() {
		decoder := xml.NewDecoder(bytes.NewReader(plot))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, want := range []string{"Callout, SQLite", "500 pairs", "prefers-color-scheme: dark", "<title"} {
			if !bytes.Contains(plot, []byte(want)) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		if bytes.Contains(plot, []byte("NaN")) || bytes.Contains(plot, []byte("Inf")) {
			t.Errorf("%s holds what is no number", name)
		}
		if dir := os.Getenv("PLOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name), plot, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAxesHoldWhatIsShown(t *testing.T) {
	for _, most := range []float64{0, 1, 7, 999, 1000, 24000, 61234} {
		a := linear(0, 100, most)
		if a.high < most || len(a.ticks) < 2 || len(a.ticks) > 8 || a.at(0) != 0 || a.at(a.high) != 100 {
			t.Errorf("to %v: %+v", most, a)
		}
	}
	for _, span := range [][2]float64{{0.2, 0.3}, {1, 10}, {3, 8}, {1.5, 412}} {
		a := logarithmic(0, 100, span[0], span[1])
		if a.low > span[0] || a.high < span[1] || len(a.ticks) < 2 || a.at(span[0]) < 0 || a.at(span[1]) > 100.001 {
			t.Errorf("of %v: %+v", span, a)
		}
	}
}
