package bus_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/wire"
)

// ear writes down the seqs that it was woken for.
type ear struct {
	mu   sync.Mutex
	seqs []int64
}

func (e *ear) wake(row *wire.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seqs = append(e.seqs, row.Seq)
}

func (e *ear) heard(t *testing.T, want ...int64) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.seqs, want) {
		t.Errorf("it was woken for %v, not %v", e.seqs, want)
	}
}

func row(user string, seq int64) wire.Event { return wire.Event{ReceiverID: user, Seq: seq} }

func TestEverySubscriberOfAUserIsWokenForThatUsersRowsAlone(t *testing.T) {
	var b bus.Local
	var phone, tablet, other ear
	b.Subscribe("ana", phone.wake)
	b.Subscribe("ana", tablet.wake)
	b.Subscribe("ben", other.wake)
	b.Announce([]wire.Event{row("ana", 1), row("ben", 7), row("ana", 2), row("nobody", 1)})
	phone.heard(t, 1, 2)
	tablet.heard(t, 1, 2)
	other.heard(t, 7)
}

func TestWhoHasCancelledIsNotWokenAndOthersStillAre(t *testing.T) {
	var b bus.Local
	var gone, stays ear
	cancel := b.Subscribe("ana", gone.wake)
	b.Subscribe("ana", stays.wake)
	cancel()
	cancel() // once more does no harm
	b.Announce([]wire.Event{row("ana", 1)})
	gone.heard(t)
	stays.heard(t, 1)
}

func TestSubscribersComeAndGoWhileRowsAreAnnounced(t *testing.T) {
	var b bus.Local
	var always ear
	b.Subscribe("ana", always.wake)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				b.Subscribe("ana", func(*wire.Event) {})()
			}
		})
	}
	for seq := range int64(500) {
		b.Announce([]wire.Event{row("ana", seq)})
	}
	all.Wait()
	if len(always.seqs) != 500 {
		t.Errorf("it was woken %d times, not 500", len(always.seqs))
	}
}
