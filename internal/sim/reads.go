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

// meet has a read take its time, and perhaps fail.
func (r *reads) meet(ctx context.Context, what string) error {
	slow, fault := r.storm.read()
	if slow > 0 || fault != nil {
		r.node.note("%s takes %v (%v)", what, slow, fault)
	}
	if err := held(ctx, r.node.dead, slow); err != nil {
		return err
	}
	return fault
}

// Open implements store.Inbox.
func (r *reads) Open(ctx context.Context, userID, device string, resume *wire.Resume) (store.Snapshot, error) {
	if err := r.meet(ctx, "opening an inbox"); err != nil {
		return store.Snapshot{}, err
	}
	return r.real.Open(ctx, userID, device, resume)
}

// Page implements store.Inbox.
func (r *reads) Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error) {
	if err := r.meet(ctx, "reading a page"); err != nil {
		return nil, err
	}
	return r.real.Page(ctx, userID, after, limit)
}

// Find implements store.Inbox.
func (r *reads) Find(ctx context.Context, w store.Wanted) (wire.Event, bool, error) {
	if err := r.meet(ctx, "finding an event"); err != nil {
		return wire.Event{}, false, err
	}
	return r.real.Find(ctx, w)
}

// Heads implements store.Inbox.
func (r *reads) Heads(ctx context.Context, userIDs []string) (map[string]int64, error) {
	if err := r.meet(ctx, "reading the heads"); err != nil {
		return nil, err
	}
	return r.real.Heads(ctx, userIDs)
}

// Standing implements store.Inbox.
func (r *reads) Standing(ctx context.Context, userID string) (int64, int, error) {
	if err := r.meet(ctx, "reading a standing"); err != nil {
		return 0, 0, err
	}
	return r.real.Standing(ctx, userID)
}
