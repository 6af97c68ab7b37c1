//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestBenchStopsInOrder when it is interrupted by a Ctrl-C, or its terminal is closed, of which its server hears, too.
func TestBenchStopsInOrder(t *testing.T) {
	for _, ending := range []syscall.Signal{syscall.SIGINT, syscall.SIGHUP} {
		t.Run(ending.String(), func(t *testing.T) { benchStopsInOrder(t, ending) })
	}
}

func benchStopsInOrder(t *testing.T, ending syscall.Signal) {
	temporary := t.TempDir()
	profile := filepath.Join(t.TempDir(), "profile") // a pipe, which is opened once orders are played
	if err := syscall.Mkfifo(profile, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("callout", "bench", "--for", "1h", "--warm-up", "0s", "--cpu-profile", profile)
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := syscall.Kill(-cmd.Process.Pid, ending); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, pipe); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil || stderr.String() != "callout: interrupted\n" {
		t.Errorf("it ended with %v: %s", err, stderr.String())
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v behind, %v", left, err)
	}
}
