package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/calloutd/callout/internal/session"
)

// headsAtOnce is how many users' heads are read in one query.
const headsAtOnce = 1000

// compare looks, every ping interval and whenever something may have been missed, whether the inboxes of the users here
// hold more than their sessions have sent. So a wake-up that was lost costs seconds, never an event.
func (s *Server) compare(ctx context.Context) {
	ticker := time.NewTicker(s.config.Session.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-s.hub.missed:
		}
		next := s.config.Session.PingEvery
		if err := s.compareOnce(ctx); err != nil && ctx.Err() == nil {
			s.config.Log.Warn("inboxes could not be compared with what was sent", "err", err)
			next = s.config.Session.Retry
		}
		ticker.Reset(next)
	}
}

func (s *Server) compareOnce(ctx context.Context) error {
	users := s.hub.byUser()
	for ids := range slices.Chunk(slices.Collect(maps.Keys(users)), headsAtOnce) {
		if err := s.compareUsers(ctx, ids, users); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) compareUsers(ctx context.Context, ids []string, users map[string][]*conn) error {
	reading, cancel := context.WithTimeout(ctx, s.config.ReadTimeout)
	defer cancel()
	before := make(map[*conn]int64)
	for _, id := range ids {
		for _, c := range users[id] {
			before[c] = c.sent.Load()
		}
	}
	heads, err := s.db.Heads(reading, ids)
	if err != nil {
		return fmt.Errorf("read the heads of %d inboxes: %w", len(ids), err)
	}
	for _, id := range ids {
		for _, c := range users[id] {
			head, lost := heads[id], heads[id] < before[c]
			if !lost && head <= c.sent.Load() {
				continue
			}
			c.post(func(time.Time) session.Actions {
				switch {
				case lost:
					return c.session.Lost()
				case head > c.session.Sent():
					return c.session.Behind()
				}
				return session.Actions{}
			})
		}
	}
	return nil
}
