package load

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/calloutd/callout/internal/server/servertest"
)

func TestDevicesComeBackToWhatTheyHaveNotRead(t *testing.T) {
	s := servertest.Start(t, nil)
	const unread = 200 // more than a window
	if err := Fill(t.Context(), native(s), FillConfig{Pairs: 2, Orders: 4, Events: unread, Prefix: "x-"}); err != nil {
		t.Fatal(err)
	}
	r, err := Resume(t.Context(), native(s), ResumeConfig{Who: Parties("x-", 2), Unread: unread, Times: 3})
	if err != nil {
		t.Fatal(err)
	}
	if r.Welcome.TotalCount() != 12 || r.First.TotalCount() != 12 || r.CatchUp.TotalCount() != 4 || r.Time <= 0 {
		t.Errorf("it says %d, %d and %d, in %v", r.Welcome.TotalCount(), r.First.TotalCount(), r.CatchUp.TotalCount(), r.Time)
	}
	if r.First.Min() < r.Welcome.Min() || r.CatchUp.Min() < r.First.Min() {
		t.Errorf("it says %d, %d and %d µs", r.Welcome.Min(), r.First.Min(), r.CatchUp.Min())
	}

	if _, err := Resume(t.Context(), native(s), ResumeConfig{Who: Parties("x-", 1), Unread: unread + 1}); err == nil || !strings.Contains(err.Error(), "of 201 events, is welcomed with reset false, from 0, seq 200") {
		t.Errorf("with an event that is missing: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Resume(ctx, native(s), ResumeConfig{Who: Parties("x-", 1), Unread: unread}); !errors.Is(err, context.Canceled) {
		t.Errorf("with nobody who wants it: %v", err)
	}
}
