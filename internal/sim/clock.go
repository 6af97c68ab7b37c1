package sim

import (
	"context"
	"sync/atomic"
	"time"
)

// clock is the server's: the bubble's time, set wrong.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// set makes the clock wrong by that much.
func (c *clock) set(offset time.Duration) { c.offset.Store(int64(offset)) }

// pause waits, and reports false when ctx has ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
