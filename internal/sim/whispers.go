package sim

import (
	"slices"
	"sync"

	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/wire"
)

// whispers is a real bus on the way to which rows are lost, repeated and overtaken, as a hint may be.
type whispers struct {
	bus   *bus.Local
	dice  *dice
	trust float64 // the part of all groups that gets there as it should

	mu   sync.Mutex
	late []wire.Event // told with the next group
}

// announce is what the ledger calls after a commit.
func (w *whispers) announce(rows []wire.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rows, w.late = append(slices.Clone(rows), w.late...), nil
	if w.dice.chance(w.trust) {
		w.bus.Announce(rows)
		return
	}
	switch cut := w.dice.below(len(rows) + 1); w.dice.below(3) {
	case 0:
		w.bus.Announce(rows[:cut])
	case 1:
		w.bus.Announce(rows)
		w.bus.Announce(rows[cut:])
	case 2:
		w.bus.Announce(rows[:cut])
		w.late = rows[cut:]
	}
}
