package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

func TestNoMoreConnectionsThanTheLimit(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Limits.Connections = 2 })
	first := enterRaw(t, s, "c-1", "client")
	dialRaw(t, s, "/v1/socket") // one that says nothing yet counts, too
	for _, path := range []string{"/v1/socket", "/order?userId=c-2"} {
		if status, answer := upgrade(t, s.URL+path); status != 503 || answer.Get("Retry-After") == "" {
			t.Errorf("%s answers %d, Retry-After %q", path, status, answer.Get("Retry-After"))
		}
	}
	m := scrape(t, s)
	if m[`callout_limit_hits_total{limit="connections"}`] != 2 || m["callout_connections"] != 2 {
		t.Errorf("%v hits are counted, with %v connections", m[`callout_limit_hits_total{limit="connections"}`], m["callout_connections"])
	}
	first.conn.Close()
	eventually(t, "there is room again", func() bool { status, _ := upgrade(t, s.URL+"/v1/socket"); return status == 101 })
}

func TestNoMoreConnectionsFromAnAddressThanTheLimit(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Limits.PerAddress = 0.001 })
	statuses := make(map[int]int)
	for range 25 {
		status, _ := upgrade(t, s.URL+"/v1/socket")
		statuses[status]++
	}
	if statuses[101] != 20 || statuses[429] != 5 {
		t.Errorf("the answers are %v", statuses)
	}
	if hits := scrape(t, s)[`callout_limit_hits_total{limit="address"}`]; hits != 5 {
		t.Errorf("%v hits are counted", hits)
	}
}

func TestNoMoreCommandsInASessionThanTheLimit(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.Rate, c.Server.Session.Burst = 1, 3 })
	p, _ := s.Enter("c-1", callout.Client)
	codes := make(map[callout.Code]int)
	for i := range 10 {
		p.Command(fmt.Sprint("k-", i), "o-nowhere", callout.Started)
	}
	for range 10 {
		codes[p.Error().Code]++
	}
	if codes[callout.RateLimited] < 5 || codes[callout.NotFound] < 3 { // some seconds may have passed
		t.Errorf("the answers are %v", codes)
	}
	if hits := scrape(t, s)[`callout_limit_hits_total{limit="commands"}`]; hits != float64(codes[callout.RateLimited]) {
		t.Errorf("%v hits are counted, of %v", hits, codes)
	}
}

func TestAFrameMayBeLargerWhereTheServerSaysSo(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Limits.Frame = 2 * wire.MaxFrame })
	r := enterRaw(t, s, "c-1", "client")
	long := make([]byte, wire.MaxFrame+1000)
	for i := range long {
		long[i] = ' '
	}
	r.text(says("o-nowhere", 1004, "") + string(long))
	if e, ok := r.frame().(wire.Error); !ok || e.Code != callout.NotFound {
		t.Errorf("the answer is %+v", e)
	}
	r.text(string(long) + string(long))
	if code := r.closed(); code != wire.FrameTooLarge {
		t.Errorf("the session ends with %d", code)
	}
}

func TestTheEndOfSessionsIsCounted(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.HelloTimeout = 50 * time.Millisecond })
	endsWith(t, s.Dial("/v1/socket"), wire.Unauthenticated)
	if n := scrape(t, s)[`callout_sessions_closed_total{code="4100"}`]; n != 1 {
		t.Errorf("%v are counted", n)
	}
}

func TestNoMoreDevicesOfAUserThanTheLimit(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.MaxDevices = 2 })
	for _, device := range []string{"first", "second", "third"} {
		s.Enter("c-1", callout.Client, on(device))
	}
	eventually(t, "the device is counted", func() bool { return scrape(t, s)[`callout_limit_hits_total{limit="devices"}`] == 1 })
}
