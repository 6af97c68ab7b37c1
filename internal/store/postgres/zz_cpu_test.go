package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"context"

	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

func pgCPU(port string) time.Duration {
	var total int64
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		if !strings.Contains(string(b), "postgres: callout") { continue }
		st, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "stat"))
		i := strings.LastIndex(string(st), ")")
		if i < 0 { continue }
		fs := strings.Fields(string(st)[i+2:])
		var u, s int64
		fmt.Sscan(fs[11], &u); fmt.Sscan(fs[12], &s)
		total += u + s
	}
	return time.Duration(total) * 10 * time.Millisecond
}

func TestCPU(t *testing.T) {
	c, err := pgtest.Start(t.Context(), pgtest.Options{Settings: map[string]string{"shared_buffers": "512MB", "max_wal_size": "8GB",
		"shared_preload_libraries": "auto_explain,pg_stat_statements"}})
	if err != nil { t.Fatal(err) }
	defer c.Close()
	for _, size := range []int{1, 64, 256} {
		url, _ := c.CreateDatabase(context.Background())
		db, err := postgres.Open(t.Context(), url, postgres.Options{})
		if err != nil { t.Fatal(err) }
		b := &testing.B{}
		_ = b
		w := &workers{number: 0, orders: make([]life, size)}
		for stage := range lifeMoves {
			var cmds = w.next()[:0]
			_ = stage
			_ = cmds
		}
		w = &workers{number: 1, orders: make([]life, size)}
		for i := 0; i < 20; i++ { mustCommit(t, db, w.next()...) }
		groups := 40000/size
		if size == 1 { groups = 4000 }
		var r0, r1 syscall.Rusage
		syscall.Getrusage(0, &r0); p0 := pgCPU(""); t0 := time.Now()
		for range groups { mustCommit(t, db, w.next()...) }
		el := time.Since(t0)
		syscall.Getrusage(0, &r1); p1 := pgCPU("")
		cpu := time.Duration(r1.Utime.Nano()+r1.Stime.Nano()-r0.Utime.Nano()-r0.Stime.Nano())
		n := groups*size
		t.Logf("size %d: %d moves in %v = %.0f/s; client cpu %v/move; pg cpu %v/move", size, n, el, float64(n)/el.Seconds(), cpu/time.Duration(n), (p1-p0)/time.Duration(n))
		db.Close()
	}
}
