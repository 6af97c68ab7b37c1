package main

import (
	"bytes"
	"os"
	"sync"

	"github.com/calloutd/callout/cmd/torture/internal/check"
)

// serverLog keeps what the servers say, and notices when one crashes. It is written by several processes at once.
type serverLog struct {
	file *os.File

	mu      sync.Mutex
	crashed []string
}

// Write never fails: a server is not to notice that nobody keeps what it says.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(p) {
		for _, sign := range []string{"panic:", "fatal error:", "WARNING: DATA RACE"} {
			if bytes.HasPrefix(line, []byte(sign)) {
				l.crashed = append(l.crashed, string(bytes.TrimSpace(line)))
			}
		}
	}
	_, _ = l.file.Write(p)
	return len(p), nil
}

// crashes are the mistakes that servers have died of. None of what is done to them is a reason.
func (s *stage) crashes() []check.Violation {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	var found []check.Violation
	for _, line := range s.log.crashed {
		found = append(found, check.Violation{Kind: check.Wrong, Where: "server", What: line})
	}
	return found
}
