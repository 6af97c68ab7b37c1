package server_test

import (
	"fmt"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

func TestAnOperatorWatchesWhatHappensToOthersOrders(t *testing.T) {
	s := servertest.Start(t, nil)
	op, _ := s.Enter("o-1", callout.Operator, func(h *wire.Hello) { h.Watch = true })
	c, _ := s.Enter("c-1", callout.Client)
	var want, got []string
	for i := range 3 {
		c.Command(fmt.Sprint("k-", i), fmt.Sprint("o-", i), callout.Placed, func(c *callout.Command) { c.Receivers = []string{"s-9", "s-8"} })
		want = append(want, fmt.Sprintf("o-%d/1 PLACED", i), fmt.Sprintf("o-%d/2 BROADCASTED", i))
	}
	for len(got) < len(want) {
		watched, ok := op.Next().(wire.Watched)
		if !ok || watched.Missed {
			t.Fatalf("an operator is told %+v", watched)
		}
		for _, e := range watched.Events {
			got = append(got, fmt.Sprintf("%s/%d %s", e.OrderID, e.Version, e.Status))
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("an operator is told of %v, not %v", got, want)
	}
}
