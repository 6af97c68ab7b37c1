package load

import (
	"testing"
	"time"

	"github.com/calloutd/callout/internal/server/servertest"
)

func TestACrowdStays(t *testing.T) {
	s := servertest.Start(t, nil)
	sources := Sources("127.0.0.1")
	crowd := NewCrowd(native(s), NewPrefix(), sources)
	defer crowd.Close()
	for _, n := range []int{4, 21, 21} {
		if err := crowd.Grow(t.Context(), n); err != nil || len(crowd.conns) != n {
			t.Fatalf("%d of %d: %v", len(crowd.conns), n, err)
		}
	}
	if err := crowd.Lost(); err != nil {
		t.Error(err)
	}
	s.Stop()
	crowd.receiving.Wait()
	if crowd.Lost() == nil {
		t.Error("nobody notices that the server has stopped")
	}
}

func TestACrowdThatCannotConnectSaysSo(t *testing.T) {
	crowd := NewCrowd(&Native{URL: "ws://127.0.0.1:1/"}, NewPrefix(), nil)
	defer crowd.Close()
	if err := crowd.Grow(t.Context(), 10); err == nil {
		t.Error("nobody serves there")
	}
}

func TestAfterAStormAllResume(t *testing.T) {
	s := servertest.Start(t, nil)
	for _, n := range []int{1, 7, 40} {
		marks := 0
		mark := func() error { marks++; return nil }
		r, err := Storm(t.Context(), native(s), StormConfig{
			Sessions: n, Prefix: NewPrefix(), Sources: Sources("127.0.0.1"), Begin: mark, End: mark,
		})
		if err != nil {
			t.Fatal(err)
		}
		if r.Back.TotalCount() != int64(n) || r.Dial.TotalCount() != int64(n) || r.Time <= 0 || r.Time > time.Minute || marks != 2 {
			t.Errorf("%d sessions: %+v, %d marks", n, r, marks)
		}
	}
}

func TestAStormThatAServerDoesNotOutliveIsAnError(t *testing.T) {
	s := servertest.Start(t, nil)
	_, err := Storm(t.Context(), native(s), StormConfig{Sessions: 2, Prefix: NewPrefix(), Begin: func() error { s.Stop(); return nil }})
	if err == nil {
		t.Error("they have come back")
	}
}

func TestWhereToConnectFrom(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": true, "192.0.2.1": false, "::1": false, "example.org": false, "": false} {
		if got := len(Sources(host)) > 1; got && !want {
			t.Errorf("%q is reached from %v", host, Sources(host))
		}
	}
}
