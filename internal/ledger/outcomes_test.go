package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// together submits commands so that they are committed in one group.
func (b *bench) together(cmds ...callout.Command) []ledger.Answer {
	release := b.faulty.hold()
	b.submit(say("warm-"+cmds[0].ID, ana, "nothing", callout.Started))
	<-b.faulty.entered
	var answers []<-chan ledger.Answer
	for _, cmd := range cmds {
		answers = append(answers, b.submit(cmd))
	}
	release()
	var got []ledger.Answer
	for _, answer := range answers {
		got = append(got, <-answer)
	}
	return got
}

func TestOneCommandThatTheDatabaseRefusesFailsAlone(t *testing.T) {
	b := start(t, fresh(t), nil)
	b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
		if names(g, ana, "culprit") {
			return nil, store.BadData
		}
		return commit()
	})
	answers := b.together(
		place("p1", "o1", sam), place("p2", "o2", sam), place("culprit", "o3", sam), place("p4", "o4", sam), place("p5", "o5", sam),
	)
	for i, a := range answers {
		if i == 2 {
			wantRefusal(t, a, callout.Internal)
		} else if a.Err != nil {
			t.Errorf("command %d is refused: %v", i, a.Err)
		}
	}
	if got := len(b.inbox(sam.ID)); got != 4 {
		t.Errorf("the serviceman was told of %d orders, not 4", got)
	}
}

func TestAGroupThatLostAgainstAnotherIsRunAgainWhole(t *testing.T) {
	b := start(t, fresh(t), nil)
	lost := 0
	b.faulty.failing(func(_ store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
		if lost++; lost <= 3 {
			return nil, store.TryAgain
		}
		return commit()
	})
	for _, a := range b.together(place("p1", "o1", sam), place("p2", "o2", sam)) {
		if a.Err != nil || a.Repeated {
			t.Errorf("the answer is %+v", a)
		}
	}
}

func TestAnUnknownOutcomeIsLookedUpBeforeAnythingIsDoneAgain(t *testing.T) {
	for _, committed := range []bool{true, false} {
		b := start(t, fresh(t), nil)
		failed := false
		b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
			if !names(g, ana, "p1") || failed {
				return commit()
			}
			failed = true
			if committed {
				if _, err := commit(); err != nil {
					return nil, err
				}
			}
			return nil, errLost
		})
		for _, a := range b.together(place("p1", "o1", sam), place("p2", "o2", sam)) {
			if a.Err != nil || a.Repeated != committed {
				t.Errorf("committed %v: the answer is %+v", committed, a)
			}
		}
		if got := len(b.inbox(sam.ID)); got != 2 {
			t.Errorf("committed %v: the serviceman was told %d times, not 2", committed, got)
		}
		b.mu.Lock()
		if b.missed != 1 {
			t.Errorf("committed %v: that something may have been missed was said %d times", committed, b.missed)
		}
		b.mu.Unlock()
		if err := b.end(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhileTheDatabaseIsAwayNothingIsSaidOfTheOutcomeAndWorkGoesOnAfterwards(t *testing.T) {
	b := start(t, fresh(t), nil)
	b.faulty.failing(func(store.Group, func() ([]wire.Event, error)) ([]wire.Event, error) { return nil, errLost })
	wantRefusal(t, b.do(place("p", "o", sam)), callout.Unavailable)
	b.faulty.failing(nil)
	if a := b.must(place("p", "o", sam)); a.Repeated {
		t.Errorf("the answer is %+v", a)
	}
}

func TestAcknowledgementsOutliveAFailedCommit(t *testing.T) {
	path := fresh(t)
	b := start(t, path, func(c *ledger.Config) { c.AckEvery = time.Nanosecond })
	tried := make(chan struct{}, 1)
	b.faulty.failing(func(g store.Group, _ func() ([]wire.Event, error)) ([]wire.Event, error) {
		if len(g.Acks) > 0 {
			select {
			case tried <- struct{}{}:
			default:
			}
		}
		return nil, errLost
	})
	b.ledger.Ack(store.Ack{UserID: sam.ID, Device: "phone", Seq: 0, SeenAt: time.Now(), New: true})
	<-tried
	b.faulty.failing(nil)
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	b = start(t, path, nil)
	if snap, err := b.db.Open(t.Context(), sam.ID, "phone", nil); err != nil || !snap.Known {
		t.Errorf("the device is %+v (%v)", snap, err)
	}
}

func TestABrokenDatabaseEndsTheLedger(t *testing.T) {
	b := start(t, fresh(t), nil)
	b.faulty.failing(func(store.Group, func() ([]wire.Event, error)) ([]wire.Event, error) { return nil, store.Broken })
	wantRefusal(t, b.do(place("p", "o", sam)), callout.Unavailable)
	if err := b.end(); !errors.Is(err, store.Broken) {
		t.Errorf("Run returned %v", err)
	}
}

func TestARegistrationThatTheDatabaseRefusesLeavesTheAcknowledgementsWhole(t *testing.T) {
	path := fresh(t)
	b := start(t, path, func(c *ledger.Config) { c.AckEvery = time.Nanosecond })
	var met atomic.Bool
	b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
		bad, phone := acks(g, "bad"), acks(g, "phone")
		if bad && phone {
			met.Store(true)
		}
		switch {
		case bad:
			return nil, store.BadData
		case phone && !met.Load(): // it is to be there when the culprit is
			return nil, errLost
		}
		return commit()
	})
	b.ledger.Ack(store.Ack{UserID: sam.ID, Device: "phone", SeenAt: time.Now(), New: true})
	for !met.Load() {
		if err := b.register("bad"); err == nil {
			t.Fatal("a device is registered that the database refuses")
		}
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	b = start(t, path, nil)
	if snap, err := b.db.Open(t.Context(), sam.ID, "phone", nil); err != nil || !snap.Known {
		t.Errorf("the device is %+v (%v)", snap, err)
	}
}

// TestCommandsAndAcknowledgementsDoNotWaitForEachOther where the database does not have them wait.
func TestCommandsAndAcknowledgementsDoNotWaitForEachOther(t *testing.T) {
	for _, held := range []string{"commands", "acknowledgements"} {
		t.Run(held, func(t *testing.T) {
			b := start(t, fresh(t), func(c *ledger.Config) { c.AckEvery = time.Hour })
			entered, leave := make(chan struct{}), make(chan struct{})
			enter, release := sync.OnceFunc(func() { close(entered) }), sync.OnceFunc(func() { close(leave) })
			defer release()
			b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
				if g.Commands > 0 && len(g.Acks) > 0 {
					t.Error("commands and acknowledgements are in one transaction")
				}
				if (g.Commands > 0) == (held == "commands") {
					enter()
					<-leave
				}
				return commit()
			})
			registered := make(chan *callout.Error, 1)
			register := func() {
				b.ledger.Register(store.Ack{UserID: sam.ID, Device: "phone", SeenAt: time.Now()}, func(err *callout.Error) { registered <- err })
			}
			if held == "commands" {
				answered := b.submit(place("p", "o", sam))
				<-entered
				register()
				within(t, registered)
				release()
				within(t, answered)
				return
			}
			register()
			<-entered
			within(t, b.submit(place("p", "o", sam)))
			release()
			within(t, registered)
		})
	}
}

// within has something come soon.
func within[T any](t *testing.T, c <-chan T) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing comes")
	}
}

// TestAllAcknowledgementsThatAreDueAreWritten, however many there are: 1,000 are more than one transaction takes.
func TestAllAcknowledgementsThatAreDueAreWritten(t *testing.T) {
	b := start(t, fresh(t), func(c *ledger.Config) { c.AckEvery = time.Hour })
	var most, written atomic.Int32
	b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
		n := int32(len(g.Acks))
		most.Store(max(most.Load(), n))
		written.Add(n)
		return commit()
	})
	for n := range 1000 {
		b.ledger.Ack(store.Ack{UserID: fmt.Sprint("u-", n), Device: "phone", SeenAt: time.Now(), New: true})
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	if written.Load() != 1000 || most.Load() == 1000 {
		t.Errorf("%d are written, up to %d at once", written.Load(), most.Load())
	}
}

func acks(g store.Group, device string) bool {
	return slices.ContainsFunc(g.Acks, func(a store.Ack) bool { return a.Device == device })
}

func TestADatabaseThatBreaksWhileAGroupIsSplitEndsTheLedger(t *testing.T) {
	b := start(t, fresh(t), nil)
	tries := 0
	b.faulty.failing(func(store.Group, func() ([]wire.Event, error)) ([]wire.Event, error) {
		if tries++; tries == 1 {
			return nil, store.BadData
		}
		return nil, store.Broken
	})
	wantRefusal(t, b.do(place("p", "o", sam)), callout.Unavailable)
	if err := b.end(); !errors.Is(err, store.Broken) {
		t.Errorf("Run returned %v", err)
	}
}

func TestWhoWaitsBehindAGroupThatCameToNothingIsNotKeptWaiting(t *testing.T) {
	b := start(t, fresh(t), func(c *ledger.Config) { c.Group = 1 })
	b.faulty.failing(func(store.Group, func() ([]wire.Event, error)) ([]wire.Event, error) { return nil, errLost })
	answers := b.together(place("p1", "o1", sam), place("p2", "o2", sam), place("p3", "o3", sam))
	for _, a := range answers {
		wantRefusal(t, a, callout.Unavailable)
	}
	if got := b.faulty.commits(); got > 4 {
		t.Errorf("a database that is away was tried %d times", got)
	}
}

func TestEverybodyIsAnsweredOnceWhenTheDatabaseGoesAwayWhileAGroupIsSplit(t *testing.T) {
	b := start(t, fresh(t), nil)
	answered := make(chan string, 100)
	submit := func(id string) {
		b.ledger.Submit(place(id, "o-"+id, sam), func(ledger.Answer) { answered <- id })
	}
	tries := 0
	b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
		switch tries++; {
		case !names(g, ana, "p1") && tries == 1:
			return commit() // what keeps the others together
		case names(g, ana, "p1") && names(g, ana, "p4"):
			for _, id := range []string{"late1", "late2"} {
				submit(id)
			}
			return nil, store.BadData
		case names(g, ana, "p1"):
			return nil, errLost
		}
		return commit()
	})
	release := b.faulty.hold()
	submit("first")
	<-b.faulty.entered
	want := []string{"first", "late1", "late2", "p1", "p2", "p3", "p4"}
	for _, id := range want[3:] {
		submit(id)
	}
	release()
	var got []string
	for !slices.Contains(got, "late2") {
		got = append(got, <-answered)
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	close(answered)
	for id := range answered {
		got = append(got, id)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("answered are %v, not %v", got, want)
	}
}

func TestAnAcknowledgementThatIsRefusedCostsNoOther(t *testing.T) {
	path := fresh(t)
	b := start(t, path, func(c *ledger.Config) { c.AckEvery = time.Hour })
	b.faulty.failing(func(g store.Group, commit func() ([]wire.Event, error)) ([]wire.Event, error) {
		if acks(g, "bad") {
			return nil, store.BadData
		}
		return commit()
	})
	devices := []string{"d-1", "d-2", "bad", "d-3", "d-4"}
	for _, device := range devices {
		b.ledger.Ack(store.Ack{UserID: sam.ID, Device: device, SeenAt: time.Now(), New: true})
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	again := start(t, path, nil)
	for _, device := range devices {
		if snap, err := again.db.Open(t.Context(), sam.ID, device, nil); err != nil || snap.Known != (device != "bad") {
			t.Errorf("%s is known: %t (%v)", device, snap.Known, err)
		}
	}
}
