package serve

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// lookAgain is how often a server looks whether its clock has been set.
const lookAgain = 20 * time.Millisecond

// SetClock sets the clocks of all servers that read the file ahead of the wall clock, or behind it.
func SetClock(file string, ahead time.Duration) error {
	next := file + ".new"
	if err := os.WriteFile(next, strconv.AppendInt(nil, int64(ahead), 10), 0o600); err != nil {
		return fmt.Errorf("set the servers' clock: %w", err)
	}
	if err := os.Rename(next, file); err != nil {
		return fmt.Errorf("set the servers' clock: %w", err)
	}
	return nil
}

// clock is the wall clock and what a file says to add to it.
type clock struct {
	file  string
	ahead atomic.Int64 // nanoseconds
}

func newClock(file string) (*clock, error) {
	c := &clock{file: file}
	return c, c.look()
}

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) look() error {
	text, err := os.ReadFile(c.file)
	if err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	ahead, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return fmt.Errorf("read the clock in %s: %w", filepath.Base(c.file), err)
	}
	c.ahead.Store(ahead)
	return nil
}

// follow keeps the clock as the file says until ctx ends.
func (c *clock) follow(ctx context.Context) error {
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		if err := c.look(); err != nil {
			return err
		}
	}
}
