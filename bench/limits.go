package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/bench/internal/report"
	"github.com/calloutd/callout/internal/load"
)

// limit is a part of the work whose speed the machine limits. It gives how much it could do of it a second.
type limit struct {
	name    string
	measure func(b *bench, ctx context.Context) (float64, error)
}

var limits = []limit{
	{report.PGBench, (*bench).pgbench},
	{report.Sync, (*bench).sync},
	{report.Ledger, (*bench).ledger},
}

func (b *bench) limit(ctx context.Context, l limit, round int) error {
	perSecond, err := l.measure(b, ctx)
	if err != nil {
		return err
	}
	b.results.Limits = append(b.results.Limits, report.Limit{Name: l.name, Round: round, PerSecond: rounded(perSecond)})
	return nil
}

// The transaction of the peers, on orders that are there, as pgbench runs it.
var (
	//go:embed pgbench.sql
	pgbenchScript string
	//go:embed pgbench_orders.sql
	pgbenchOrders string

	pgbenchRate = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)
)

// pgbench runs the transaction of the peers with as many clients as there are in the smaller comparison.
func (b *bench) pgbench(ctx context.Context) (_ float64, err error) {
	database, err := newDatabase(ctx, b.cluster, stack{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, database.remove()) }()
	if _, err := database.conn.Exec(ctx, pgbenchOrders, load.Extra(callout.Placed)); err != nil {
		return 0, err
	}
	for _, sql := range []string{"VACUUM ANALYZE orders", "CHECKPOINT"} {
		if _, err := database.conn.Exec(ctx, sql); err != nil {
			return 0, err
		}
	}
	script := filepath.Join(b.programs.dir, "pgbench.sql")
	if err := os.WriteFile(script, []byte(pgbenchScript), 0o600); err != nil {
		return 0, err
	}
	// The warm-up is a run of its own, whose figure does not count.
	var out []byte
	for _, span := range []time.Duration{b.WarmUp, b.For} {
		cmd := exec.CommandContext(ctx, b.programs.pgbench, "-n", "-M", "prepared", "-c", "64", "-j", "2",
			"-T", strconv.Itoa(max(int(span.Seconds()), 1)), "-D", "body="+pgbenchBody(), "-f", script, database.name)
		if out, err = cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("pgbench: %w\n%s", err, out)
		}
	}
	found := pgbenchRate.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench says nothing of its speed:\n%s", out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// pgbenchBody is an event as the peers store it.
func pgbenchBody() string {
	const id = "01a3c5e7-9b1d-7f2a-8c4e-000000000000"
	return `{"orderId":"` + id + `","version":5,"statusCode":1005,"senderId":"abcdefgh-c-000000","at":"2026-11-24T18:00:00.000Z",` +
		`"order":{"id":"` + id + `","version":5,"statusCode":1005,"clientId":"abcdefgh-c-000000","servicemanId":"abcdefgh-s-000000",` +
		strings.TrimSuffix(strings.TrimPrefix(load.Extra(callout.Placed), "{"), "}") + `,"placedAt":"2026-11-24T18:00:00.000Z"},"extra":{}}`
}

// sync overwrites the same 8 KiB, as much as a page, of a file and waits each time until the disk has them.
func (b *bench) sync(ctx context.Context) (_ float64, err error) {
	const page, pages = 8 << 10, 1024
	file, err := os.CreateTemp("", "callout-sync-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	if _, err := file.Write(make([]byte, page*pages)); err != nil {
		return 0, err
	}
	if err := file.Sync(); err != nil {
		return 0, err
	}
	data := []byte(strings.Repeat("callout ", page/8))
	began := time.Now()
	for n := 1; ; n++ {
		if _, err := file.WriteAt(data, int64(n%pages*page)); err != nil {
			return 0, err
		}
		if err := syncData(file); err != nil {
			return 0, err
		}
		if took := time.Since(began); took >= min(b.For, 3*time.Second) || ctx.Err() != nil {
			return float64(n) / took.Seconds(), ctx.Err()
		}
	}
}

// ledger has Callout commit commands without any sockets.
func (b *bench) ledger(ctx context.Context) (_ float64, err error) {
	database, err := newDatabase(ctx, b.cluster, stack{ours: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, database.remove()) }()
	var answer struct {
		TransitionsPerSecond float64 `json:"transitionsPerSecond"`
	}
	err = b.callout(ctx, &answer, "--ledger", "--db="+database.name, "--for="+b.For.String(), "--warm-up="+b.WarmUp.String())
	return answer.TransitionsPerSecond, err
}

// callout has `callout bench` measure something and reads its answer.
func (b *bench) callout(ctx context.Context, answer any, args ...string) error {
	cmd := exec.CommandContext(ctx, b.programs.callout, append([]string{"bench", "--json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("callout bench %s: %w", strings.Join(args, " "), err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return fmt.Errorf("read what callout bench %s says: %w", strings.Join(args, " "), err)
	}
	return nil
}
