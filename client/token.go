package client

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/calloutd/callout/internal/wire"
)

const (
	tokenAhead = time.Minute     // how long before a token expires the next one is asked for, or a tenth of its life
	tokenRetry = 5 * time.Second // how long after that once more, when there is none
)

// keepToken says a new token before the one that the connection was opened with expires, as often as it takes, until stop is
// called.
func (s *Socket) keepToken(ctx context.Context, l *life, link *link, w wire.Welcome) (stop func()) {
	if s.config.Token == nil || w.ExpiresAt.IsZero() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	behind := time.Since(w.Now) // of the server's clock, and what the welcome took
	var keeping sync.WaitGroup
	keeping.Go(func() {
		for expires := w.ExpiresAt.Add(behind); ; {
			next, err := s.nextToken(ctx, l, link, expires)
			if err != nil {
				return // the connection is over, or will be: then the next one asks anew
			}
			expires = next.Add(behind)
		}
	})
	return func() {
		cancel()
		keeping.Wait()
	}
}

// nextToken waits until it is time for another token, says it, and gives the time at which the server takes it to expire.
func (s *Socket) nextToken(ctx context.Context, l *life, link *link, expires time.Time) (time.Time, error) {
	left := time.Until(expires)
	for wait := left - min(tokenAhead, left/10); ; wait = tokenRetry {
		select {
		case <-time.After(max(wait, 0)):
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
		token, err := s.config.Token(ctx)
		if err != nil || token == l.token {
			s.config.Logger.Warn("there is no new token yet", "url", s.URL, "err", err)
			continue
		}
		l.token = token
		if err := link.write(ctx, wire.Encode(wire.Token{Token: token})); err != nil {
			return time.Time{}, fmt.Errorf("say a new token: %w", err)
		}
		select {
		case next := <-link.renewed:
			return next, nil
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

// tokenTaken notes that the server goes by a new token.
func (l *link) tokenTaken(expires time.Time) {
	select {
	case l.renewed <- expires:
	default: // nobody has said one
	}
}
