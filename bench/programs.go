package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// programs are the paths of what is run.
type programs struct {
	dir        string // of those that are built here; to be removed
	callout    string
	centrifuge string
	node       string
	pgbench    string
}

// buildPrograms builds what is built, and installs what the peers need.
func buildPrograms(ctx context.Context) (p programs, err error) {
	if p.dir, err = os.MkdirTemp("", "callout-peers-"); err != nil {
		return p, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.remove())
		}
	}()
	if p.node, err = exec.LookPath("node"); err != nil {
		return p, fmt.Errorf("the peers need Node.js 20 or later, with npm: %w", err)
	}
	if p.pgbench, err = findPGBench(); err != nil {
		return p, err
	}
	p.callout, p.centrifuge = filepath.Join(p.dir, "callout"), filepath.Join(p.dir, "centrifuge")
	if err := do(ctx, ".", "go", "build", "-o", p.callout, "./cmd/callout"); err != nil {
		return p, err
	}
	if err := do(ctx, filepath.Join(peersDir, "centrifuge"), "go", "build", "-o", p.centrifuge, "."); err != nil {
		return p, err
	}
	for _, name := range []string{"socketio", "ws"} {
		if err := install(ctx, filepath.Join(peersDir, name)); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p programs) remove() error { return os.RemoveAll(p.dir) }

// install has npm bring what a peer needs, unless it is there as the lock file has it.
func install(ctx context.Context, dir string) error {
	wanted, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	installed, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if err == nil && installed.ModTime().After(wanted.ModTime()) {
		return nil
	}
	// The one script that would run compiles bufferutil where there is no binary of it for the machine; ws does without.
	return do(ctx, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
}

func do(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s in %s: %w\n%s", cmd, dir, err, out)
	}
	return nil
}

// findPGBench finds pgbench in PATH, or where distributions put it.
func findPGBench() (string, error) {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path, nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/pgbench", "/usr/pgsql-*/bin/pgbench", "/opt/homebrew/opt/postgresql@*/bin/pgbench"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", errors.New("pgbench is not installed; it comes with PostgreSQL")
}
