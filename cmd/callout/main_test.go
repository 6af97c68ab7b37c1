package main

import (
	"context"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the callout command, for scripts and for tests that kill it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"callout": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

func TestTheCommandLineIsWellFormed(t *testing.T) {
	if err := run(context.Background(), []string{"version"}); err != nil {
		t.Error(err)
	}
	if err := run(context.Background(), []string{"no-such-command"}); err == nil {
		t.Error("a command that does not exist is taken")
	}
}
