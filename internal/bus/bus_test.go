package bus_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/wire"
)

// ear writes down the seqs that it was woken for, and the versions that it has receipts of.
type ear struct {
	mu       sync.Mutex
	seqs     []int64
	versions []int64
}

func (e *ear) Receipt(r *wire.Receipt) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.versions = append(e.versions, r.Version)
}

func (e *ear) Hint(row *wire.Event) {
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
	b.Subscribe("ana", false, &phone)
	b.Subscribe("ana", false, &tablet)
	b.Subscribe("ben", false, &other)
	b.Announce([]wire.Event{row("ana", 1), row("ben", 7), row("ana", 2), row("nobody", 1)})
	phone.heard(t, 1, 2)
	tablet.heard(t, 1, 2)
	other.heard(t, 7)
}

func TestWhoHasUnsubscribedIsNotWokenAndOthersStillAre(t *testing.T) {
	var b bus.Local
	var first, second, third ear
	ears := []*ear{&first, &second, &third}
	var subscriptions []*bus.Subscription
	for _, e := range ears {
		subscriptions = append(subscriptions, b.Subscribe("ana", false, e))
	}
	for i, s := range []int{1, 2, 0} { // the middle one, the newest, the only one
		b.Unsubscribe(subscriptions[s])
		b.Announce([]wire.Event{row("ana", int64(i+1))})
	}
	first.heard(t, 1, 2)
	second.heard(t)
	third.heard(t, 1)
}

func TestWhoAsksForReceiptsGetsThoseOfTheirUser(t *testing.T) {
	var b bus.Local
	var asks, doesNot, other ear
	b.Subscribe("ana", true, &asks)
	b.Subscribe("ana", false, &doesNot)
	b.Subscribe("ben", true, &other)
	b.Tell("ana", &wire.Receipt{Version: 3})
	if !slices.Equal(asks.versions, []int64{3}) || len(doesNot.versions)+len(other.versions) > 0 {
		t.Errorf("the receipts went to %v, %v and %v", asks.versions, doesNot.versions, other.versions)
	}
}

func TestSubscribersComeAndGoWhileRowsAreAnnounced(t *testing.T) {
	var b bus.Local
	var always ear
	b.Subscribe("ana", false, &always)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				b.Unsubscribe(b.Subscribe("ana", false, new(ear)))
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

// watcher writes down what it is told.
type watcher struct {
	versions []int64
	missed   int
}

func (w *watcher) Happened(e wire.Happened) { w.versions = append(w.versions, e.Version) }
func (w *watcher) Missed()                  { w.missed++ }

func TestWatchersHearOfEachEventOnceWhoeverItConcerns(t *testing.T) {
	var b bus.Local
	var all, gone watcher
	b.Watch(&all)
	b.Watch(&gone)
	b.Unwatch(&gone)
	of := func(user, order string, version int64) wire.Event {
		return wire.Event{ReceiverID: user, OrderID: order, Version: version}
	}
	b.Announce([]wire.Event{of("ana", "o-1", 1), of("ben", "o-1", 1), of("ana", "o-1", 2), of("ana", "o-2", 2), of("ben", "o-2", 3)})
	b.Missed()
	if want := []int64{1, 2, 2, 3}; !slices.Equal(all.versions, want) || all.missed != 1 {
		t.Errorf("it was told of versions %v, not %v, and %d times that it missed some", all.versions, want, all.missed)
	}
	if len(gone.versions)+gone.missed > 0 {
		t.Errorf("one who is gone was told of %v", gone.versions)
	}
}
