package postgres_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

func TestScratch(t *testing.T) {
	c, err := pgtest.Start(t.Context(), pgtest.Options{Settings: map[string]string{"log_min_duration_statement": "0", "shared_buffers": "512MB", "max_wal_size": "4GB", "log_parameter_max_length": "0", "log_statement_stats":"off"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	url, _ := c.CreateDatabase(t.Context())
	db, err := postgres.Open(t.Context(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &workers{number: 1, orders: make([]life, 256)}
	for range 8 {
		var cmds = w.next()
		mustCommit(t, db, cmds...)
	}
	for i := 0; i < 160; i++ {
		mustCommit(t, db, w.next()...)
	}
	db.Close()
	logs, _ := filepath.Glob("/tmp/callout-pg-*/log")
	for _, l := range logs {
		b, _ := os.ReadFile(l)
		if len(b) > 200000 {
			os.WriteFile("/tmp/plans.log", b, 0o644)
		}
	}
}
