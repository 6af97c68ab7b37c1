package sim

import (
	"context"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// reads is a real store.Inbox that fares as the storm has it.
type reads struct {
	real  store.Inbox
	storm *storm
	node  *node
}

// meet has a read take its time, before it sees the database or after, and perhaps fail.
func meet[T any](ctx context.Context, n *node, r reading, what string, read func() (T, error)) (T, error) {
	if r != (reading{}) {
		n.note("%s is read after %v, and known %v later (%v)", what, r.before, r.after, r.err)
	}
	var none T
	if err := n.held(ctx, r.before); err != nil {
		return none, err
	}
	seen, err := read()
	if err != nil {
		return none, err
	}
	if err := n.held(ctx, r.after); err != nil {
		return none, err
	}
	if r.err != nil {
		return none, r.err
	}
	return seen, nil
}

// Open implements store.Inbox.
func (r *reads) Open(ctx context.Context, userID, device string, resume *wire.Resume) (store.Snapshot, error) {
	return meet(ctx, r.node, r.storm.read(), "what "+device+" starts from", func() (store.Snapshot, error) {
		return r.real.Open(ctx, userID, device, resume)
	})
}

// Page implements store.Inbox.
func (r *reads) Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error) {
	return meet(ctx, r.node, r.storm.read(), "a page of "+userID+"'s inbox", func() ([]wire.Event, error) {
		return r.real.Page(ctx, userID, after, limit)
	})
}

// Find implements store.Inbox.
func (r *reads) Find(ctx context.Context, w store.Wanted) (row wire.Event, ok bool, err error) {
	row, err = meet(ctx, r.node, r.storm.read(), "an event of "+w.UserID+"'s", func() (found wire.Event, err error) {
		found, ok, err = r.real.Find(ctx, w)
		return found, err
	})
	return row, ok && err == nil, err
}

// Heads implements store.Inbox.
func (r *reads) Heads(ctx context.Context, userIDs []string) (map[string]int64, error) {
	return meet(ctx, r.node, r.storm.read(), "where inboxes end", func() (map[string]int64, error) {
		return r.real.Heads(ctx, userIDs)
	})
}

// Standing implements store.Inbox.
func (r *reads) Standing(ctx context.Context, userID string) (head int64, open int, err error) {
	head, err = meet(ctx, r.node, r.storm.read(), "the standing of "+userID, func() (at int64, err error) {
		at, open, err = r.real.Standing(ctx, userID)
		return at, err
	})
	return head, open, err
}
