package demo

import (
	"context"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// watchedLedger tells of what a ledger's store has committed, once that is durable and before anybody hears of it.
type watchedLedger struct {
	store.Ledger
	committed func([]store.Record)
}

// Commit is that of the store.
func (l watchedLedger) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	var records []store.Record
	rows, err := l.Ledger.Commit(ctx, g, func(loaded store.Loaded) []store.Record {
		records = decide(loaded)
		return records
	})
	if err == nil && len(records) > 0 {
		l.committed(records)
	}
	return rows, err
}
