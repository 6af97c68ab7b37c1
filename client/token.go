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
	tokenRetry = 5 * time.Second // how long after that once more, when there is none or the server has not taken it
	tokenPause = time.Second     // how long at least from one to the next
)

// keepToken says a new token before the one that the connection was opened with expires, as often as it takes, until stop is
// called. A token that the server does not answer, such as while it cannot have the keys, is asked for and said once more.
func (s *Socket) keepToken(ctx context.Context, l *life, link *link, w wire.Welcome) (stop func()) {
	if s.config.Token == nil || w.ExpiresAt.IsZero() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	behind := time.Since(w.Now) // of the server's clock, and what the welcome took
	var keeping sync.WaitGroup
	keeping.Go(func() {
		for wait := untilNextToken(w.ExpiresAt.Add(behind)); ; {
			select {
			case <-time.After(wait):
				wait = tokenRetry
				if err := s.sayToken(ctx, l, link); err != nil {
					return // the connection is over, or will be: then the next one asks anew
				}
			case expires := <-link.renewed:
				wait = untilNextToken(expires.Add(behind))
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		keeping.Wait()
	}
}

// untilNextToken is how long to wait for the token that takes the place of one that expires then.
func untilNextToken(expires time.Time) time.Duration {
	left := time.Until(expires)
	return max(left-min(tokenAhead, left/10), tokenPause)
}

// sayToken says a token, if there is another than the one that the server goes by.
func (s *Socket) sayToken(ctx context.Context, l *life, link *link) error {
	token, err := s.config.Token(ctx)
	if err != nil || !s.toSay(l, token) {
		s.config.Logger.Warn("there is no new token yet", "url", s.URL, "err", err)
		return nil
	}
	if err := link.write(ctx, wire.Encode(wire.Token{Token: token})); err != nil {
		return fmt.Errorf("say a new token: %w", err)
	}
	return nil
}

// toSay notes a token that is about to be said. It reports false for the one that the server goes by.
func (s *Socket) toSay(l *life, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token == l.token {
		return false
	}
	l.said = append(l.said, token)
	return true
}

// tokenTaken notes that the server goes by a new token. Which one, it does not say. The first of those that have no answer
// is the safe guess: an older token that counts as expired costs nothing, and a good one would end the socket.
func (s *Socket) tokenTaken(l *life, link *link, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(l.said) == 0 {
		return // nobody has said one
	}
	l.token, l.said = l.said[0], l.said[1:]
	select {
	case <-link.renewed:
	default:
	}
	link.renewed <- expires // one goroutine reads the connection, so there is room
}
