package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/calloutd/callout/internal/store"
)

// stream sends groups that can be decided on memory. What a group writes is remembered when it is sent, so that the next can be
// decided on that, and forgotten if it comes to nothing; then so does the next.
type stream struct {
	db       *DB
	ctx      context.Context // of all that is done
	patience time.Duration
	link     *link      // nil until something is sent
	last     []*writing // what has been sent last, as many as can be under way
	unwatch  func() bool
	failed   time.Time // when there was no connecting
}

// Stream implements [store.Streamer].
func (db *DB) Stream(ctx context.Context, patience time.Duration) store.Stream {
	return &stream{db: db, ctx: ctx, patience: patience}
}

// Send implements [store.Stream].
func (s *stream) Send(g store.Group, decide func(store.Loaded) []store.Record) bool {
	if s.db.seat == nil || s.db.seat.taken.Load() != nil || !s.connect() {
		return false
	}
	m := s.db.memory.Load()
	if !s.link.server.Equal(m.server) || m.wary.Load() > 0 { // how often it is left alone, Commit counts
		return false
	}
	w, err := m.decide(&g, s.db.clock, decide)
	if err != nil || w == nil || !w.delivery.known {
		return false
	}
	s.link.send(w)
	m.put(w)
	if len(s.last) == store.MostAhead {
		s.last = s.last[1:]
	}
	s.last = append(s.last, w)
	return true
}

// dialEvery is how soon it is tried again to connect, when that was not possible.
const dialEvery = 5 * time.Second

// connect reports whether there is a link. A new one begins with nothing remembered. One that has ended stays until nothing is under
// way any more, whose outcome it tells.
func (s *stream) connect() bool {
	if s.link != nil {
		return !s.link.dead()
	}
	if time.Since(s.failed) < dialEvery {
		return false
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.patience)
	defer cancel()
	link, err := s.db.dial(ctx, s.patience)
	if err != nil {
		s.failed = time.Now()
		s.db.log.Warn("no group can be sent before the last is durable", "err", err, "again in", dialEvery)
		return false
	}
	s.link, s.unwatch = link, context.AfterFunc(s.ctx, func() { link.conn.Close() })
	return true
}

// Outcomes implements [store.Stream].
func (s *stream) Outcomes() <-chan store.Outcome { return s.link.outcomes }

// Fail implements [store.Stream].
func (s *stream) Fail(err error) {
	if errors.Is(err, store.TryAgain) || errors.Is(err, store.BadData) {
		m := s.db.memory.Load()
		for _, w := range s.last {
			m.drop(w)
		}
		if isMoved(err) {
			m.leaveAlone()
		}
	} else { // something may have been written
		s.db.forget()
	}
	s.last = nil
	s.link.restart()
	s.clear()
}

// Rest implements [store.Stream].
func (s *stream) Rest() {
	if s.link != nil {
		s.link.rest()
		s.clear()
	}
}

// clear drops a link that has ended, and with it the connections of Commit, which may have ended as well; and one to a server that is not
// the newest any more.
func (s *stream) clear() {
	switch {
	case s.link.dead():
		s.Close()
		if s.ctx.Err() == nil {
			s.db.commits.Reset()
		}
	case !s.link.server.Equal(s.db.memory.Load().server):
		s.Close()
	}
}

// Close implements [store.Stream].
func (s *stream) Close() {
	if s.link != nil {
		s.unwatch()
		s.link.close()
		s.link = nil
	}
}
