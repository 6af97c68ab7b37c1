package peers

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/load"
)

var (
	me      = load.Party{UserID: "x-c-000001", Role: callout.Client}
	placing = &load.Command{ID: "i-1", OrderID: "o-1", Status: callout.Placed, To: "x-s-000001"}
	done    = load.Notice{Own: true, OrderID: "o-1", Version: 1}
	told    = load.Notice{OrderID: "o-1", Version: 12}
)

const event = `"orderId":"o-1","version":12,"statusCode":1005,"senderId":"x-s-000001","order":{"id":"o-1","version":12},"extra":{"orderId":"no","version":3}}`

// serve is a server that waits for a frame wherever the script has a "<" and the frame's beginning, and sends what else
// there is. It gives its address, and the frames that it got once it has played its part.
func serve(t *testing.T, script ...string) (addr string, got <-chan []string) {
	t.Helper()
	frames := make(chan []string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		defer conn.Close()
		frames <- play(t, conn, script)
		_, _ = wsutil.ReadClientText(conn) // until the client hangs up
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), frames
}

func play(t *testing.T, conn net.Conn, script []string) (got []string) {
	for _, line := range script {
		want, reads := strings.CutPrefix(line, "<")
		if !reads {
			if err := wsutil.WriteServerText(conn, []byte(line)); err != nil {
				t.Errorf("send: %v", err)
			}
			continue
		}
		frame, err := wsutil.ReadClientText(conn)
		if err != nil || !strings.HasPrefix(string(frame), want) {
			t.Errorf("got %s (%v), want %s…", frame, err, want)
			return got
		}
		got = append(got, string(frame))
	}
	return got
}

func TestDialectsCommandAndHear(t *testing.T) {
	for _, c := range []struct {
		name   string
		of     func(addr string) load.Dialect
		script []string
		before string // the command in its frame
		after  string
	}{
		{"ws", func(addr string) load.Dialect { return &WS{addr} }, []string{
			`<{"id":"i-1"`, `{"type":"done","id":"i-1","orderId":"o-1","version":1}`, `{"type":"event",` + event,
		}, "", ""},
		{"socket.io", func(addr string) load.Dialect { return &SocketIO{addr} }, []string{
			`0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`, `<40{"userId":"x-c-000001"}`, `40{"sid":"t"}`,
			`<420["command",`, `430[{"orderId":"o-1","version":1}]`, `2`, `<3`, `42["event",{` + event + `]`,
		}, `420["command",`, `]`},
		{"centrifuge", func(addr string) load.Dialect { return &Centrifuge{addr} }, []string{
			`<{"id":1,"connect":{"token":"x-c-000001"}}`, `{"id":1,"connect":{"client":"c","subs":{"#x-c-000001":{}},"ping":25,"pong":true}}`,
			`<{"id":2,"rpc":{`, "{\"id\":2,\"rpc\":{\"data\":{\"orderId\":\"o-1\",\"version\":1}}}\n{}", `<{}`,
			`{"push":{"channel":"#x-c-000001","pub":{"data":{` + event + `}}}`,
		}, `{"id":2,"rpc":{"method":"command","data":`, `}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr, frames := serve(t, c.script...)
			conn, err := c.of(addr).Dial(t.Context(), me, netip.Addr{})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.Send(placing); err != nil {
				t.Fatal(err)
			}
			for _, want := range []load.Notice{done, told} {
				if n, err := conn.Receive(); err != nil || n != want {
					t.Fatalf("got %+v (%v), want %+v", n, err, want)
				}
			}
			got := <-frames
			i := slices.IndexFunc(got, func(frame string) bool { return strings.Contains(frame, "i-1") })
			if i < 0 {
				t.Fatalf("no command in %q", got)
			}
			isCommand(t, strings.TrimSuffix(strings.TrimPrefix(got[i], c.before), c.after))
		})
	}
}

func isCommand(t *testing.T, text string) {
	t.Helper()
	var c struct {
		ID, OrderID, To     string
		StatusCode, Version int
		Extra               struct{ Services []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if c.ID != "i-1" || c.OrderID != "o-1" || c.To != "x-s-000001" || c.StatusCode != 1001 || c.Version != 0 || len(c.Extra.Services) == 0 {
		t.Errorf("the command is %+v", c)
	}
}

func TestWhatIsNoNoticeIsAnError(t *testing.T) {
	for _, c := range []struct {
		of     func(addr string) load.Dialect
		script []string
	}{
		{func(addr string) load.Dialect { return &WS{addr} }, []string{`{"type":"error","id":"i-1","error":"conflict"}`}},
		{func(addr string) load.Dialect { return &SocketIO{addr} }, []string{`0{}`, `<40`, `40{}`, `430[{"id":"i-1","error":"conflict"}]`}},
		{func(addr string) load.Dialect { return &SocketIO{addr} }, []string{`0{}`, `<40`, `40{}`, `41`}},
		{func(addr string) load.Dialect { return &Centrifuge{addr} }, []string{`<{"id":1`, `{"id":1,"connect":{}}`, `{"id":2,"error":{"code":409}}`}},
		{func(addr string) load.Dialect { return &Centrifuge{addr} }, []string{`<{"id":1`, `{"id":1,"connect":{}}`, `{"push":{"disconnect":{}}}`}},
	} {
		addr, _ := serve(t, c.script...)
		conn, err := c.of(addr).Dial(t.Context(), me, netip.Addr{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Receive(); err == nil {
			t.Errorf("%q gave %+v", c.script, n)
		}
		_ = conn.Close()
	}
}

func TestNoticesAreReadFromWhatComesFirst(t *testing.T) {
	for text, want := range map[string]load.Notice{
		`{"orderId":"a","version":1}`:                              {OrderID: "a", Version: 1},
		`{"x":1,"orderId":"a-b","version":123456789012,"y":"z"}`:   {OrderID: "a-b", Version: 123456789012},
		`{"orderId":"a","version":2,"orderId":"b","version":3}`:    {OrderID: "a", Version: 2},
		`{"orderId":"a","version":7,"order":{"id":"b","version":8`: {OrderID: "a", Version: 7},
	} {
		if n, err := new(reader).notice([]byte(text), false); err != nil || n != want {
			t.Errorf("%s gave %+v (%v)", text, n, err)
		}
	}
	for _, text := range []string{``, `{}`, `{"orderId":"a"}`, `{"orderId":"a","version":}`, `{"orderId":"a`, `{"version":1}`} {
		if n, err := new(reader).notice([]byte(text), false); err == nil {
			t.Errorf("%s gave %+v", text, n)
		}
	}
}

// A frame that is longer than the buffer, or in pieces, is one that no peer sends here.
func TestFramesAreReadAcrossTheBuffersEnd(t *testing.T) {
	script := make([]string, 0, 60)
	for range cap(script) {
		script = append(script, `{"type":"event","orderId":"o-1","version":12,"pad":"`+strings.Repeat("x", 500)+`"}`)
	}
	addr, _ := serve(t, script...)
	conn, err := (&WS{addr}).Dial(t.Context(), me, netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i := range script {
		if n, err := conn.Receive(); err != nil || n != told {
			t.Fatalf("frame %d gave %+v (%v)", i, n, err)
		}
	}
}
