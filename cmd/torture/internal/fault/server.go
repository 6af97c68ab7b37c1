// Package fault is what goes wrong in the torture: server processes that are killed, stopped and held up, a database that
// goes away, a disk that is full, a clock that is set, a network that fails.
package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// Server keeps a server process running at one address, one after the other. One goroutine uses it.
type Server struct {
	Addr  string
	Args  []string // with which this program is that server
	Log   io.Writer
	Tally *record.Tally // of processes

	present *process
}

const (
	restartAfter = 300 * time.Millisecond
	upWithin     = 3 * time.Second
	drainWithin  = 15 * time.Second
)

// Start starts a process where none runs, and waits a moment for it to serve. One that does not is no error: its database
// may be away.
func (s *Server) Start(ctx context.Context) error {
	p, err := start(ctx, s.Args, s.Log)
	if err != nil {
		return err
	}
	s.present = p
	s.Tally.Add("server processes", 1)
	s.untilUp(ctx, upWithin)
	return nil
}

// StartAgain starts a process if none runs, after a moment, and reports that one had ended by itself.
func (s *Server) StartAgain(ctx context.Context) (ended bool, err error) {
	switch {
	case s.present == nil:
	case !s.present.isOver():
		return false, nil
	case !pause(ctx, restartAfter):
		return true, nil
	}
	return s.present != nil, s.Start(ctx)
}

// Up waits until the server serves, starting it as often as need be.
func (s *Server) Up(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		if _, err := s.StartAgain(ctx); err != nil {
			return err
		}
		if s.ready(ctx) {
			return nil
		}
		if !pause(ctx, 50*time.Millisecond) {
			return errors.New("the server does not serve any more")
		}
	}
}

// Kill is kill -9.
func (s *Server) Kill() { s.present.kill() }

// Drain is SIGTERM.
func (s *Server) Drain() error {
	if err := s.present.drain(drainWithin); err != nil {
		return fmt.Errorf("drain a server: %w", err)
	}
	return nil
}

// TakeOver starts a process that stands by, and then ends the present one; the other has to serve soon after.
func (s *Server) TakeOver(ctx context.Context, end func() error) error {
	next, err := start(ctx, append(slices.Clone(s.Args), "--wait"), s.Log)
	if err != nil {
		return err
	}
	s.Tally.Add("server processes", 1)
	pause(ctx, 300*time.Millisecond)
	err = end()
	s.present = next
	s.untilUp(ctx, upWithin)
	return err
}

// Ended is closed when the present process has ended.
func (s *Server) Ended() <-chan struct{} { return s.present.ended }

// Close ends the process.
func (s *Server) Close() {
	if s.present != nil {
		s.present.kill()
	}
}

// untilUp waits until the server serves, its process ends or the time is up.
func (s *Server) untilUp(ctx context.Context, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for !s.ready(ctx) && !s.present.isOver() && pause(ctx, 20*time.Millisecond) {
	}
}

func (s *Server) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addr+"/readyz", nil)
	if err != nil {
		return false
	}
	request.Close = true // each process is asked on a connection of its own
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
