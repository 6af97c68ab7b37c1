package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// runBench runs `callout bench --json` and reads its one object into v, which has to have a field for each of its keys.
func runBench(t *testing.T, v any, args ...string) {
	t.Helper()
	cmd := exec.Command("callout", append([]string{"bench", "--json"}, args...)...)
	temporary := t.TempDir()
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("callout bench %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil || decoder.More() {
		t.Fatalf("callout bench %s says %s: %v", strings.Join(args, " "), out, err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("callout bench %s leaves %v behind, %v", strings.Join(args, " "), left, err)
	}
}

type percentiles struct{ P50, P90, P99, P999, Max float64 }

func (p percentiles) rise() bool {
	return p.P50 > 0 && p.P50 <= p.P90 && p.P90 <= p.P99 && p.P99 <= p.P999 && p.P999 <= p.Max
}

type cpuShares struct{ Server, Process, Database, Generator *float64 }

// played is what is said of pairs that have played.
type played struct {
	Pairs, Orders, Transitions, SentAgain, Unsent int
	Rate, TransitionsPerSecond, Seconds           float64
	LatencyMs                                     percentiles
	CPUMicros                                     cpuShares
	Group                                         float64
	Checked                                       bool
}

func (p *played) check(t *testing.T) {
	t.Helper()
	if p.Pairs != 4 || p.Seconds != 1 || p.Transitions < 1 || p.TransitionsPerSecond != float64(p.Transitions) || p.Orders < 4 || p.SentAgain != 0 {
		t.Errorf("it says %+v", p)
	}
	if !p.LatencyMs.rise() || !p.Checked {
		t.Errorf("it says %+v", p)
	}
}

func TestBenchOnSQLite(t *testing.T) {
	var p played
	runBench(t, &p, "--pairs", "4", "--for", "1s", "--warm-up", "0s")
	p.check(t)
	if p.Rate != 0 || p.CPUMicros.Database != nil {
		t.Errorf("it says %+v", p)
	}
}

func TestBenchOnPostgreSQL(t *testing.T) {
	var postgres pgtest.Server
	t.Cleanup(func() {
		if err := postgres.Close(); err != nil {
			t.Error(err)
		}
	})
	db := postgres.Database(t)
	dir := t.TempDir()
	cpu, memory := filepath.Join(dir, "cpu"), filepath.Join(dir, "memory")
	var p played
	runBench(t, &p, "--db", db, "--pairs", "4", "--for", "1s", "--warm-up", "100ms", "--rate", "200", "--cpu-profile", cpu, "--memory-profile", memory)
	p.check(t)
	if p.Rate != 200 || p.Transitions > 220 { // the 20 that were due in the warm-up may come late
		t.Errorf("it says %+v", p)
	}
	for _, profile := range []string{cpu, memory} {
		if info, err := os.Stat(profile); err != nil || info.Size() == 0 {
			t.Errorf("the profile is %v, %v", info, err)
		}
	}
	if out, err := exec.Command("callout", "bench", "--db", db, "--for", "1s").CombinedOutput(); err == nil || !strings.Contains(string(out), "holds orders; --loaded") {
		t.Errorf("a database that holds orders: %v: %s", err, out)
	}
	p = played{}
	runBench(t, &p, "--db", db, "--loaded", "--pairs", "4", "--for", "1s", "--warm-up", "0s")
	p.check(t)
}

func TestBenchOfTheLedgerAlone(t *testing.T) {
	var postgres pgtest.Server
	t.Cleanup(func() {
		if err := postgres.Close(); err != nil {
			t.Error(err)
		}
	})
	profile := filepath.Join(t.TempDir(), "cpu")
	for _, db := range []string{filepath.Join(t.TempDir(), "bench.db"), postgres.Database(t)} {
		var p played
		runBench(t, &p, "--ledger", "--db", db, "--pairs", "4", "--for", "1s", "--warm-up", "100ms", "--cpu-profile", profile)
		p.check(t)
		if p.Group < 1 || p.Group > 4 || p.CPUMicros.Server != nil || p.CPUMicros.Generator != nil {
			t.Errorf("on %s it says %+v", db, p)
		}
		if info, err := os.Stat(profile); err != nil || info.Size() == 0 {
			t.Errorf("the profile is %v, %v", info, err)
		}
		if out, err := exec.Command("callout", "bench", "--ledger", "--db", db, "--for", "1s").CombinedOutput(); err == nil || !strings.Contains(string(out), "holds orders; --loaded") {
			t.Errorf("a database that holds orders: %v: %s", err, out)
		}
	}
}

func TestBenchFillsADatabase(t *testing.T) {
	var postgres pgtest.Server
	t.Cleanup(func() {
		if err := postgres.Close(); err != nil {
			t.Error(err)
		}
	})
	type filled struct {
		Events, Added, Pairs     int
		Seconds, EventsPerSecond float64
	}
	for _, db := range []string{filepath.Join(t.TempDir(), "bench.db"), postgres.Database(t)} {
		for _, c := range []struct{ to, events, added, pairs int }{{10, 16, 16, 2}, {600, 16 + 64*16, 64 * 16, 64}, {600, 16 + 64*16, 0, 0}} {
			var f filled
			runBench(t, &f, "--fill", strconv.Itoa(c.to), "--db", db)
			if f.Events != c.events || f.Added != c.added || f.Pairs != c.pairs || (f.EventsPerSecond > 0) != (c.added > 0) {
				t.Errorf("to %d, %s: it says %+v", c.to, db, f)
			}
		}
		var p played
		runBench(t, &p, "--loaded", "--db", db, "--pairs", "4", "--for", "1s", "--warm-up", "0s")
		p.check(t)
	}
}

func TestBenchOfDevicesThatComeBack(t *testing.T) {
	var postgres pgtest.Server
	t.Cleanup(func() {
		if err := postgres.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, args := range [][]string{{}, {"--db", postgres.Database(t)}} {
		var r struct {
			Devices, Unread               int
			WelcomeMs, FirstMs, CatchUpMs percentiles
			EventsPerSecond               float64
		}
		runBench(t, &r, append(args, "--resume", "100")...)
		if r.Devices != 20 || r.Unread != 100 || r.EventsPerSecond <= 0 || !r.WelcomeMs.rise() || !r.FirstMs.rise() || !r.CatchUpMs.rise() {
			t.Errorf("%v: it says %+v", args, r)
		}
	}
}

func TestBenchOfIdleSessions(t *testing.T) {
	var r struct {
		Sessions                                            int
		Seconds, RestSeconds                                float64
		RSSPerSession, HeapPerSession, GoroutinesPerSession *float64
		CPUAtRest                                           *float64
	}
	runBench(t, &r, "--idle", "20", "--rest", "1s")
	if r.Sessions != 20 || r.RestSeconds != 1 || r.Seconds <= 0 || r.HeapPerSession == nil || r.GoroutinesPerSession == nil {
		t.Errorf("it says %+v", r)
	}
}

func TestBenchOfAStorm(t *testing.T) {
	var r struct {
		Sessions, Retries int
		Seconds           float64
		BackMs, DialMs    percentiles
		CPUSeconds        cpuShares
	}
	runBench(t, &r, "--storm", "20")
	if r.Sessions != 20 || r.Seconds <= 0 || !r.BackMs.rise() || !r.DialMs.rise() {
		t.Errorf("it says %+v", r)
	}
}

// TestBenchOfAServerThatRuns lets in whom that server lets in.
func TestBenchOfAServerThatRuns(t *testing.T) {
	dir := t.TempDir()
	open, closed := filepath.Join(dir, "open.db"), filepath.Join(dir, "closed.db")
	addr := serve(t, "--db", open, "--dev", "--command-rate", "0")
	var p played
	runBench(t, &p, "--url", "http://"+addr, "--db", open, "--pairs", "4", "--for", "1s", "--warm-up", "0s")
	p.check(t)
	if p.CPUMicros.Server != nil {
		t.Errorf("it says %+v", p)
	}

	addr = serve(t, "--db", closed, "--command-rate", "0")
	p = played{Checked: true}
	runBench(t, &p, "--url", "ws://"+addr+"/v1/socket", "--secret-file", closed+".secret", "--pairs", "4", "--for", "1s", "--warm-up", "0s")
	if p.Checked || p.Transitions == 0 {
		t.Errorf("without the database it says %+v", p)
	}
	if out, err := exec.Command("callout", "bench", "--url", "ws://"+addr, "--for", "1s").CombinedOutput(); err == nil || !strings.Contains(string(out), "4100") {
		t.Errorf("without a token: %v: %s", err, out)
	}
}

// serve runs `callout serve` until the test ends, and gives its address.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("callout", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if m := servesAt.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }() // until the process ends
			return m[1]
		}
	}
	t.Fatalf("callout serve %s ended before it served", strings.Join(args, " "))
	return ""
}
