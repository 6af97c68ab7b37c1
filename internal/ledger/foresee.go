package ledger

import (
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// foreseen is what becomes of a command if its order still is as it was remembered when the command came. A lane has no more
// to do then than to see that it is: what is decided and encoded here is not waited for by all others.
type foreseen struct {
	before  *callout.Order // nil: there was none
	at      time.Time
	records []store.Record
}

// foresightLasts is how old a command may be that takes effect as foreseen: its event has the time at which it came.
const foresightLasts = time.Second

// foreseenBytes is how much may be kept of an event that is foreseen.
const foreseenBytes = 8 << 10

// foresee decides a command, unless it is refused, or so many wait already that it may wait for nothing.
func (l *lane) foresee(it *item) {
	if len(l.queue) > cap(l.queue)/4 {
		return
	}
	before, at := l.store.Remembered(it.cmd.OrderID)
	if at.IsZero() || before == nil && it.cmd.Status != callout.Placed {
		return
	}
	records, err := it.apply(l.config.Rules, before, at)
	if err != nil {
		return
	}
	for i := range records {
		if r := &records[i]; len(r.Party)+len(r.Offer)+len(r.Extra) > foreseenBytes {
			return
		}
	}
	it.foreseen = &foreseen{before, at, records}
}

// holds reports whether a command takes effect as foreseen. Of an offer whose time has been up meanwhile, the order is another
// by now: see expire.
func (f *foreseen) holds(order *callout.Order, now time.Time) bool {
	return f != nil && order == f.before && !now.Before(f.at) && now.Sub(f.at) <= foresightLasts
}

// apply decides a command on its order and encodes what happened.
func (it *item) apply(rules callout.Rules, order *callout.Order, now time.Time) ([]store.Record, error) {
	events, err := rules.Apply(order, it.cmd, now)
	if err != nil {
		return nil, err
	}
	records := make([]store.Record, len(events))
	digest := it.digest
	for i, event := range events {
		if records[i], err = store.NewRecord(event, digest); err != nil {
			return nil, err
		}
		digest = [16]byte{} // what follows is the system's, and no command's content
	}
	return records, nil
}
