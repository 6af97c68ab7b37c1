package main

import (
	"context"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the callout command, for scripts and for tests that kill it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"callout": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"keep": keep,
	}})
}

// keep NAME REGEXP sets a variable of the script to the one group of what the last standard output has.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME REGEXP")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("%s finds no group", args[1])
	}
	ts.Setenv(args[0], found[1])
}

func TestTheCommandLineIsWellFormed(t *testing.T) {
	if err := run(context.Background(), []string{"version"}); err != nil {
		t.Error(err)
	}
	if err := run(context.Background(), []string{"no-such-command"}); err == nil {
		t.Error("a command that does not exist is taken")
	}
}
