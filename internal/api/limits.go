package api

import (
	"context"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// readsAtOnce is how many reads of the database may be under way for requests, all told; more wait. It leaves sessions most of what
	// the databases' pools of connections hold.
	readsAtOnce = 6
	sweepPace   = 10 * time.Second // how often users who have been quiet are forgotten
)

// within is a context for one read of the database, which waits for its turn.
func (a *API) within(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	select {
	case a.reads <- struct{}{}:
		return ctx, func() {
			<-a.reads
			cancel()
		}
	case <-ctx.Done(): // the read fails for that
		return ctx, cancel
	}
}

// pace is how many requests users make.
type pace struct {
	perSecond float64 // 0: as many as come
	burst     int

	mu    sync.Mutex
	users map[string]*rate.Limiter
	swept time.Time
}

// allows counts a request of a user, and reports whether it may be answered now.
func (p *pace) allows(userID string, now time.Time) bool {
	if p.perSecond <= 0 {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.swept) >= sweepPace {
		p.swept = now
		maps.DeleteFunc(p.users, func(_ string, l *rate.Limiter) bool { return l.TokensAt(now) >= float64(p.burst) })
	}
	limiter := p.users[userID]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(p.perSecond), p.burst)
		p.users[userID] = limiter
	}
	return limiter.AllowN(now, 1)
}
