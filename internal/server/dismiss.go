package server

import (
	"context"
	"fmt"
	"time"

	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store"
)

// lastDismissal is the one after which dismissals concern the sessions of this server. It is read before any is let in.
func (s *Server) lastDismissal(ctx context.Context) (int64, error) {
	reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ReadTimeout)
	defer cancel()
	return s.db.LastDismissal(reading)
}

// dismiss ends, until ctx ends, the sessions of those who are to be here no more.
func (s *Server) dismiss(ctx context.Context, after int64) {
	ticker := time.NewTicker(s.config.DismissEvery)
	defer ticker.Stop()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		last, err := s.dismissOnce(ctx, after)
		if err != nil && !failing && ctx.Err() == nil {
			s.config.Log.Warn("whose sessions are to end could not be read; trying on", "err", err)
		}
		after, failing = last, err != nil
	}
}

func (s *Server) dismissOnce(ctx context.Context, after int64) (last int64, err error) {
	reading, cancel := context.WithTimeout(ctx, s.config.ReadTimeout)
	defer cancel()
	list, err := s.db.Dismissals(reading, after)
	if err != nil {
		return after, fmt.Errorf("read dismissals: %w", err)
	}
	for _, d := range list {
		conns := s.hub.of(d)
		s.config.Log.Info("sessions are ended", "user", d.UserID, "device", d.Device, "barred", d.Barred, "sessions", len(conns))
		for _, c := range conns {
			c.post(func(time.Time) session.Actions { return c.session.Dismissed(d.Barred) })
		}
		after = d.N
	}
	return after, nil
}

// of lists the connections whose sessions a dismissal ends.
func (h *hub) of(d store.Dismissal) []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.Device != "" {
		if c := h.devices[device{d.UserID, d.Device}]; c != nil {
			return []*conn{c}
		}
		return nil
	}
	var conns []*conn
	for who, c := range h.devices {
		if who.userID == d.UserID {
			conns = append(conns, c)
		}
	}
	return conns
}
