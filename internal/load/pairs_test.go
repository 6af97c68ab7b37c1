package load

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

func TestPairsPlayWholeOrders(t *testing.T) {
	for name, rate := range map[string]float64{"closed loop": 0, "open loop": 200} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.Start(t, nil)
			marks := 0
			mark := func() error { marks++; return nil }
			r, err := Pairs(t.Context(), native(s), Config{
				Pairs: 3, Rate: rate, WarmUp: 100 * time.Millisecond, For: 500 * time.Millisecond, Prefix: NewPrefix(), Begin: mark, End: mark,
			})
			if err != nil {
				t.Fatal(err)
			}
			checkResult(t, r, 3)
			if marks != 2 {
				t.Errorf("%d marks", marks)
			}
			// 20 more were due before, and may have been late.
			if n := r.Latency.TotalCount(); rate > 0 && (n != 100 || r.Transitions > 120) {
				t.Errorf("%d transitions, %d latencies of 100 commands that were due", r.Transitions, n)
			} else if rate == 0 && (n < r.Transitions-3 || n > r.Transitions+3) {
				t.Errorf("%d transitions, %d latencies", r.Transitions, n)
			}
			if err := Check(t.Context(), s.DB, r.Orders); err != nil {
				t.Error(err)
			}
		})
	}
}

func checkResult(t *testing.T, r *Result, pairs int) {
	t.Helper()
	events, open := 0, 0
	for _, o := range r.Orders {
		events += o.Events
		if o.Events < len(Story) {
			open++
		}
	}
	if r.Transitions == 0 || int64(events) < r.Transitions {
		t.Errorf("%d transitions, %d events of all orders", r.Transitions, events)
	}
	if open > pairs || r.Latency.Max() < r.Latency.Min() || r.Again != 0 {
		t.Errorf("%d open orders, %d sent again", open, r.Again)
	}
}

// TestACommandThatWasNotTakenIsSentAgain until it is.
func TestACommandThatWasNotTakenIsSentAgain(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.Rate, c.Server.Session.Burst = 30, 1 })
	r, err := Pairs(t.Context(), native(s), Config{Pairs: 2, For: 600 * time.Millisecond, Prefix: NewPrefix()})
	if err != nil {
		t.Fatal(err)
	}
	if r.Again == 0 || r.Transitions == 0 {
		t.Errorf("%d sent again, %d transitions", r.Again, r.Transitions)
	}
	if err := Check(t.Context(), s.DB, r.Orders); err != nil {
		t.Error(err)
	}
}

// TestWhatIsDueCountsAlthoughThereIsNoTimeForIt so that a server that does not keep up shows in the latencies.
func TestWhatIsDueCountsAlthoughThereIsNoTimeForIt(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.Rate, c.Server.Session.Burst = 30, 1 })
	r, err := Pairs(t.Context(), native(s), Config{Pairs: 2, Rate: 200, For: 200 * time.Millisecond, Prefix: NewPrefix()})
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Latency.TotalCount(); n != 40 || r.Unsent == 0 || r.Unsent >= 40 || r.Transitions+r.Unsent > 40 {
		t.Errorf("%d transitions, %d commands that were not sent, %d latencies of 40 that were due", r.Transitions, r.Unsent, n)
	}
	if err := Check(t.Context(), s.DB, r.Orders); err != nil {
		t.Error(err)
	}
}

func TestWhatEndsThePlayIsTold(t *testing.T) {
	s := servertest.Start(t, nil)
	broken := errors.New("broken")
	ctx, cancel := context.WithCancelCause(t.Context())
	for name, c := range map[string]struct {
		dialect Dialect
		begin   func() error
		want    string
	}{
		"a mark that fails":    {native(s), func() error { return broken }, "broken"},
		"no server":            {&Native{URL: "ws://127.0.0.1:1/"}, nil, "refused"},
		"whoever asked for it": {native(s), func() error { cancel(broken); return nil }, "broken"},
		"a final refusal":      {forgetful{native(s)}, nil, "conflict"},
	} {
		r, err := Pairs(ctx, c.dialect, Config{Pairs: 2, For: time.Minute, Prefix: NewPrefix(), Begin: c.begin})
		if name == "whoever asked for it" {
			ctx, cancel = context.WithCancelCause(t.Context())
		}
		if r != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	s.Stop()
	_, err := Pairs(ctx, native(s), Config{Pairs: 2, For: time.Minute, Prefix: NewPrefix()})
	if err == nil {
		t.Error("a server that has stopped plays")
	}
	cancel(nil)
}

func TestAServerThatStopsEndsThePlay(t *testing.T) {
	s := servertest.Start(t, nil)
	_, err := Pairs(t.Context(), native(s), Config{
		Pairs: 4, For: time.Minute, Prefix: NewPrefix(), Begin: func() error { s.Stop(); return nil },
	})
	if err == nil {
		t.Error("the play went on")
	}
}

// forgetful sends each command based on a version that is not the order's.
type forgetful struct{ *Native }

func (f forgetful) Dial(ctx context.Context, who Party, from netip.Addr) (Conn, error) {
	s, err := f.Enter(ctx, who, from, nil)
	return wrongVersions{s}, err
}

type wrongVersions struct{ *Session }

func (w wrongVersions) Send(c *Command) error {
	wrong := *c
	wrong.Version += 5
	return w.Session.Send(&wrong)
}

func TestEveryStatusHasAnExtraOfItsOwn(t *testing.T) {
	for _, status := range Story {
		e, err := callout.ParseExtra(status, []byte(Extra(status)))
		if err != nil || len(e.More) > 0 {
			t.Errorf("%s carries %s: %v", status, Extra(status), err)
		}
	}
}
