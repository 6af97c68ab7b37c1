package demo

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/store"
)

// playBeside plays what make makes against a server of its own.
func playBeside(ctx context.Context, t *testing.T, d string, make func(url string) (*play, error)) (*play, error) {
	t.Helper()
	var p *play
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	err := besideServer(ctx, node.Database{Name: d}, log, func([]store.Record) {}, func(ctx context.Context, url string) (err error) {
		if p, err = make(url); err != nil {
			return err
		}
		return p.run(ctx)
	})
	return p, err
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	d := newDatabase(t, "SQLite")
	p, err := playBeside(t.Context(), t, d, func(url string) (*play, error) { return newPlay(url, hexID(), true, false, newRecorder(time.Now)) })
	if err != nil {
		t.Fatal(err)
	}
	good := played{orderID: p.orderID, parties: [2]receipts{{p.client.id, p.client.inbox}, {p.serviceman.id, p.serviceman.inbox}}}
	missed, twice, other := good, good, good
	missed.parties[1].inbox = missed.parties[1].inbox[1:]
	twice.parties[0].inbox = append(twice.parties[0].inbox[:2:2], twice.parties[0].inbox[1:]...)
	other.orderID = "no-such-order"
	for name, c := range map[string]struct {
		played played
		cancel bool
		want   string
	}{
		"good":             {good, true, ""},
		"one missed":       {missed, true, "has received"},
		"one twice":        {twice, true, "has received"},
		"no order":         {other, true, "has 0 events"},
		"of another story": {good, false, "has 3 events in the database; 8 moves were made"},
	} {
		err := verify(t.Context(), node.Database{Name: d}, c.cancel, []played{c.played})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestFailureNamesTheStep(t *testing.T) {
	_, err := playBeside(t.Context(), t, newDatabase(t, "SQLite"), func(url string) (*play, error) {
		p, err := newPlay(url, hexID(), true, false, newRecorder(time.Now))
		p.moves = []move{{clientLane, callout.Placed, job}, {clientLane, callout.Payment, payment}}
		return p, err
	})
	if want := "step 2, 1010 PAYMENT by the client: conflict: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s…", err, want)
	}
}

func TestStuck(t *testing.T) {
	ctx, progress, stop := watched(t.Context(), time.Nanosecond)
	defer stop()
	_, err := playBeside(ctx, t, newDatabase(t, "SQLite"), func(url string) (*play, error) {
		return newPlay(url, hexID(), true, false, newRecorder(time.Now, progress))
	})
	if want := "nothing has happened for 1ns"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s…", err, want)
	}
}

func TestOtherOrdersOfTheDatabaseAreNoArrows(t *testing.T) {
	r := newRecorder(time.Now)
	of := func(orderID string, s callout.Status, by callout.Role) store.Record {
		return store.Record{Event: callout.Event{OrderID: orderID, Status: s, Sender: callout.Actor{Role: by}}}
	}
	group := []store.Record{of("old", callout.Expired, callout.System), of("new", callout.Placed, callout.Client)}
	r.commits("new")(group)
	if arrows, _ := r.recorded(); len(arrows) != 1 || arrows[0].Code != callout.Placed {
		t.Errorf("recorded %v; want the one that is of the order", arrows)
	}
	var c counts
	if c.committed(group); c.events.Load() != 1 {
		t.Errorf("%d events are counted, want 1", c.events.Load())
	}
}

func TestPercentile(t *testing.T) {
	var times []time.Duration
	for i := range 200 {
		times = append(times, time.Duration(i+1))
	}
	if p := percentile(times, 50); p != 100 {
		t.Errorf("the median of 1 to 200 is %d", p)
	}
	if p := percentile(times, 99); p != 198 {
		t.Errorf("the 99th percentile of 1 to 200 is %d", p)
	}
	if p := percentile(times[:1], 50); p != 1 {
		t.Errorf("the median of 1 is %d", p)
	}
}
