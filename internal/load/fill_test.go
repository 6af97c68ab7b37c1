package load

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/calloutd/callout/internal/server/servertest"
)

func TestPairsFillTheirInboxes(t *testing.T) {
	s := servertest.Start(t, nil)
	const events = 3*len(Story) + 2
	var played atomic.Int64
	c := FillConfig{Pairs: 2, Orders: 2, Events: events, Prefix: "x-", Played: func(n int) { played.Add(int64(n)) }}
	if err := Fill(t.Context(), native(s), c); err != nil {
		t.Fatal(err)
	}
	if n := played.Load(); n != int64(2*events) {
		t.Errorf("%d events are said to have been played", n)
	}
	for _, who := range Parties("x-", 2) {
		rows, err := s.DB.Page(t.Context(), who.UserID, 0, 2*events)
		if err != nil {
			t.Fatal(err)
		}
		versions := make(map[string]int64)
		for _, row := range rows {
			if row.Version != versions[row.OrderID]+1 || row.Status != Story[row.Version-1] {
				t.Errorf("%s has version %d of order %s, %s, after version %d", who.UserID, row.Version, row.OrderID, row.Status, versions[row.OrderID])
			}
			versions[row.OrderID] = row.Version
		}
		if len(rows) != events || len(versions) != 4 {
			t.Errorf("%s has %d events of %d orders", who.UserID, len(rows), len(versions))
		}
	}
}

func TestFillingEndsWithWhatIsRefusedAndWithWhoeverAskedForIt(t *testing.T) {
	s := servertest.Start(t, nil)
	c := FillConfig{Pairs: 2, Orders: 1, Events: 1 << 20, Prefix: NewPrefix()}
	if err := Fill(t.Context(), forgetful{native(s)}, c); err == nil || !strings.Contains(err.Error(), "conflict") {
		t.Errorf("what was refused: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c.Prefix, c.Played = NewPrefix(), func(int) { cancel() }
	if err := Fill(ctx, native(s), c); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever asked for it: %v", err)
	}
}
