package server_test

import (
	"bufio"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// scrape reads /metrics: the value of each series by its name and labels.
func scrape(t testing.TB, s *servertest.Server) map[string]float64 {
	t.Helper()
	status, body, _ := get(t, s.URL+"/metrics")
	if status != 200 {
		t.Fatalf("/metrics answers %d %s", status, body)
	}
	series := make(map[string]float64)
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		line := lines.Text()
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			value, err := strconv.ParseFloat(line[at+1:], 64)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			series[line[:at]] = value
		}
	}
	return series
}

func commands(code, outcome string) string {
	return `callout_commands_total{code="` + code + `",outcome="` + outcome + `"}`
}

func TestMetricsSayWhatHappened(t *testing.T) {
	s := openShop(t, nil) // five commands that took effect, nine events delivered, four sessions
	p, _ := s.Enter("c-1", callout.Client)
	for _, frame := range []string{
		says("o-1", 1005, ""), says("o-2", 1005, ""), says("o-3", 99999, ""), says("o-3", -7, ""), says("o 3", 1005, ""),
		says("o-3", 1010, `,"extra":{}`),
	} {
		p.Text(frame)
		p.Error()
	}
	p.Command("b-3", "o-3", callout.Started)
	p.Next()
	// What is sent last is counted behind it.
	eventually(t, "everything delivered is counted", func() bool { return scrape(t, s.Server)["callout_delivery_lag_seconds_count"] >= 9 })
	m := scrape(t, s.Server)
	for series, want := range map[string]float64{
		commands("1001", "committed"):        3,
		commands("1004", "committed"):        1,
		commands("1005", "committed"):        1,
		commands("1005", "repeated"):         1,
		commands("1005", "conflict"):         1,
		commands("1005", "not_found"):        1,
		commands("1005", "invalid"):          1,
		commands("1010", "invalid"):          1,
		commands("unknown", "invalid"):       2,
		"callout_sessions":                   5,
		"callout_commit_group_commands_sum":  11, // all but the one that had no possible order id
		"callout_delivery_lag_seconds_count": 9,
	} {
		if m[series] != want {
			t.Errorf("%s is %v, not %v", series, m[series], want)
		}
	}
	for _, name := range []string{"callout_commit_seconds", "callout_delivery_lag_seconds"} {
		if sum := m[name+"_sum"]; sum <= 0 || sum > 60 {
			t.Errorf("%s_sum is %v", name, sum)
		}
	}
	groups := m["callout_commit_seconds_count"]
	if groups < 5 || groups > 11 || groups != m["callout_commit_group_commands_count"] {
		t.Errorf("there were %v commits, and %v groups", groups, m["callout_commit_group_commands_count"])
	}
}

func TestMetricsCountTheSessionsThatAreOpen(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.HelloTimeout = time.Hour })
	sessions := func(n float64) {
		t.Helper()
		eventually(t, "the number of sessions is right", func() bool { return scrape(t, s)["callout_sessions"] == n })
	}
	sessions(0)
	first, _ := s.Enter("c-1", callout.Client)
	second, _ := s.Enter("c-1", callout.Client, func(h *wire.Hello) { h.Device = "second" })
	s.Dial("/order?userId=c-1")
	s.Dial("/v1/socket") // has not said hello
	sessions(3)
	third, _ := s.Enter("c-1", callout.Client)
	endsWith(t, first, wire.Replaced)
	sessions(3)
	for _, p := range []*servertest.Peer{second, third} {
		if err := p.Conn.Close(1000, ""); err != nil {
			t.Error(err)
		}
	}
	sessions(1)
}
