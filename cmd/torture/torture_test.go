package main

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be the server that is tortured.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "node" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// TestAFewSecondsOfTortureBreakNoPromise is the whole thing, small.
func TestAFewSecondsOfTortureBreakNoPromise(t *testing.T) {
	c := torture{runCommand: runCommand{For: 2 * time.Second, DB: "sqlite", Pairs: 4, Seed: uint64(time.Now().UnixNano())}, dir: t.TempDir()}
	t.Logf("seed %d", c.Seed)
	found, err := c.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
	if c.all() == 0 || c.result.events == 0 || c.result.handed < c.result.events {
		t.Errorf("%d faults and %+v: that was no torture", c.all(), c.result)
	}
}

func TestTheCommandLineIsWellFormed(t *testing.T) {
	if err := run(t.Context(), []string{"--db", "paper"}); err == nil {
		t.Error("a database that does not exist is taken")
	}
	if err := run(t.Context(), []string{"node", "--clock", "/no/such/file"}); err == nil {
		t.Error("a server runs without a clock")
	}
}
