package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// server is a server under measurement, in a process of its own. It says in one line of JSON where it listens, and ends when
// its input does. One goroutine uses it.
type server struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr string
}

const (
	startWithin = 30 * time.Second
	stopWithin  = 20 * time.Second
)

// startServer starts a server. What it complains of goes to this program's own standard error.
func startServer(ctx context.Context, name string, cmd *exec.Cmd) (*server, error) {
	cmd.Stderr = os.Stderr
	s := &server{name: name, cmd: cmd}
	var err error
	if s.in, err = cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	var hello struct {
		Addr string `json:"addr"`
	}
	if err := s.read(&hello); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.addr = hello.Addr
	return s, nil
}

// tell says a word to the server, and reads its answer.
func (s *server) tell(word string, answer any) error {
	if _, err := io.WriteString(s.in, word+"\n"); err != nil {
		return fmt.Errorf("tell %s to %s: %w", s.name, word, err)
	}
	return s.read(answer)
}

func (s *server) read(v any) error {
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s has ended, or does not answer", s.name)
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("read the answer of %s: %w", s.name, err)
	}
	return nil
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// stop has the server end, and waits for it. One that takes too long is killed.
func (s *server) stop() error {
	_ = s.in.Close()
	kill := time.AfterFunc(stopWithin, func() { _ = s.cmd.Process.Kill() })
	defer kill.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("%s has ended with: %w", s.name, err)
	}
	return nil
}
