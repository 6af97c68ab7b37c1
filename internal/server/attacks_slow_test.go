package server_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// hasty is a server that waits for nobody longer than a moment.
func hasty(t testing.TB) *servertest.Server {
	t.Helper()
	return servertest.Start(t, func(c *servertest.Config) {
		const moment = 500 * time.Millisecond
		c.Server.AskTimeout, c.Server.Session.HelloTimeout, c.Server.Session.PingEvery = moment, moment, moment
		c.Server.WriteTimeout = moment
		c.Server.Linger = 50 * time.Millisecond
		c.Listen = func(l net.Listener) net.Listener { return tight{l} }
	})
}

// tight is a listener whose connections hold few bytes, so that it does not take many to be in a peer's way.
type tight struct{ net.Listener }

func (l tight) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(few)
	}
	return conn, err
}

// TestNobodyHoldsAConnectionBySlowness wherever they are in it: it is ended in time, and others are served meanwhile.
func TestNobodyHoldsAConnectionBySlowness(t *testing.T) {
	s := hasty(t)
	const vanishes wire.CloseCode = 0 // no close frame: the peer is given up
	const hi = `{"type":"hello","userId":"c-1","role":"client","device":"slow`
	enter := func(n int) string { return fmt.Sprintf(`%s-%d"}`, hi, n) }
	upgrade := handshake("/v1/socket", "HTTP/1.1")
	empty, one := string(masked(continuation, "")), string(masked(continuation, " "))
	frame := func(b []byte) string { return string(b) }
	long := frame(append(header(fin|text, 0x80, 60<<10)[:4], 0, 0, 0, 0)) // whose mask changes nothing
	tests := []struct {
		name  string
		first string // sent at once; after the hello if there is one
		hello bool
		drip  string // sent every few milliseconds
		want  wire.CloseCode
	}{
		{"not a byte", "", false, "", vanishes},
		{"half a request line", "GET /v1/so", false, "", vanishes},
		{"a request line without end", "GET /v1/so", false, "x", vanishes},
		{"half a head", strings.TrimSuffix(upgrade, "\r\n"), false, "", vanishes},
		{"a head without end, a header at a time", strings.TrimSuffix(upgrade, "\r\n"), false, "X: x\r\n", vanishes},
		{"a head without end, a byte at a time", strings.TrimSuffix(upgrade, "\r\n") + "X: ", false, "x", vanishes},
		{"a body that does not come", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", false, "", vanishes},
		{"a body a byte at a time", "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", false, "x", vanishes},
		{"no hello", upgrade, false, "", wire.Unauthenticated},
		{"pings and no hello", upgrade, false, frame(masked(fin|ping, "hi")), wire.Unauthenticated},
		{"half a hello", upgrade + frame(masked(fin|text, hi)[:20]), false, "", wire.Unauthenticated},
		{"a hello a byte at a time", upgrade + long, false, " ", wire.Unauthenticated},
		{"a hello in fragments of nothing", upgrade + frame(masked(text, hi)), false, empty, wire.Unauthenticated},
		{"a hello in fragments, with pings", upgrade + frame(masked(text, hi)), false, one + frame(masked(fin|ping, "")), wire.Unauthenticated},
		{"silence", "", true, "", vanishes},
		{"half a frame's header", frame(header(fin|text, 0x80, 60<<10)[:3]), true, "", vanishes},
		{"a frame that is announced and does not come", long, true, "", vanishes},
		{"a frame a byte at a time", long, true, " ", vanishes},
		{"a ping that is announced and does not come", frame(header(fin|ping, 0x80, 125)), true, "", vanishes},
		{"fragments of nothing, without end", frame(masked(text, "{")), true, empty, vanishes},
		{"fragments of a byte, without end", frame(masked(text, "{")), true, one, vanishes},
		{"fragments with pings between them", frame(masked(text, "{")), true, empty + frame(masked(fin|ping, "")), wire.ProtocolFault},
		{"fragments with pongs between them", frame(masked(text, "{")), true, empty + frame(masked(fin|pong, "")), wire.ProtocolFault},
		{"a frame that is too large, and then slowness", frame(header(fin|text, 0x80, 1<<20)), true, " ", wire.FrameTooLarge},
		{"no answer to the close frame", frame(masked(fin|text, "what?")), true, "", wire.Malformed},
		{"bytes behind the close frame, without end", frame(masked(fin|text, "what?")), true, frame(masked(fin|ping, "")), wire.Malformed},
	}
	ends := make([]chan end, len(tests))
	for i, test := range tests {
		r := dialBytes(t, s)
		if test.hello {
			r.write([]byte(upgrade + frame(masked(fin|text, enter(i)))))
			r.upgraded()
			if _, ok := r.frame().(wire.Welcome); !ok {
				t.Fatal("the first frame is no welcome")
			}
		}
		r.send([]byte(test.first))
		if !test.hello && strings.HasPrefix(test.first, upgrade) {
			r.upgraded()
		}
		ends[i] = make(chan end, 1)
		go func() { ends[i] <- r.untilEnd(test.drip) }() // all at once; each is waited for below
	}
	beside, _ := s.Enter("c-9", callout.Client)
	answers(t, beside)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if e := <-ends[i]; e.late {
				t.Error("after 20 s the connection is still open")
			} else if code := lastCode(e.heard); code != test.want {
				t.Errorf("the session ends with %d, not %d", code, test.want)
			}
		})
	}
}

// end is how a connection ended, as its peer saw it.
type end struct {
	heard []byte // what came before it
	late  bool   // it did not
}

// untilEnd sends the same bytes every few milliseconds until the server ends the connection.
func (r *raw) untilEnd(drip string) end {
	var heard []byte
	for last := time.Now().Add(20 * time.Second); time.Now().Before(last); {
		_ = r.conn.SetDeadline(time.Now().Add(5 * time.Millisecond))
		_, _ = r.conn.Write([]byte(drip)) // these two fail when the connection has ended, as reading does
		some := make([]byte, 4096)
		for n, err := r.in.Read(some); !errors.Is(err, os.ErrDeadlineExceeded); n, err = r.in.Read(some) {
			heard = append(heard, some[:n]...)
			if err != nil {
				return end{heard: heard}
			}
		}
	}
	return end{heard: heard, late: true}
}

// lastCode is the code of the close frame in what a server has sent, or 0.
func lastCode(heard []byte) wire.CloseCode {
	for len(heard) >= 2 {
		n := int(heard[1])
		rest := heard[2:]
		if n == 126 && len(rest) >= 2 {
			n, rest = int(rest[0])<<8|int(rest[1]), rest[2:]
		}
		if heard[0] == fin|closing && len(rest) >= 2 {
			return wire.CloseCode(rest[0])<<8 | wire.CloseCode(rest[1])
		}
		heard = rest[min(n, len(rest)):]
	}
	return 0
}

// TestAFloodIsBoundedByItsSender: who sends without end and reads nothing is given up, and others are served meanwhile.
func TestAFloodIsBoundedByItsSender(t *testing.T) {
	ping125 := string(masked(fin|ping, strings.Repeat("p", 125)))
	for name, flood := range map[string]string{
		"pings":              ping125,
		"pings in fragments": string(masked(text, "{")) + strings.Repeat(ping125+string(masked(continuation, "")), 1000),
		"commands":           string(masked(fin|text, `{"type":"command","id":"x","orderId":"o-nowhere","statusCode":1005}`)),
		"bad commands":       string(masked(fin|text, `{"type":"command","id":"`+strings.Repeat("x", 64)+`","statusCode":"x"}`)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait
			s := hasty(t)
			r := enterRaw(t, s, "c-1", "client")
			many := []byte(strings.Repeat(flood, 1+100_000/len(flood)))
			var err error
			for served := false; err == nil; served = true { // until the server no longer reads
				if err := r.conn.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
					t.Fatal(err)
				}
				_, err = r.conn.Write(many)
				if !served {
					beside, _ := s.Enter("c-9", callout.Client)
					answers(t, beside)
				}
			}
			eventually(t, "who floods is given up", func() bool { return scrape(t, s)["callout_sessions"] == 0 })
		})
	}
}

// TestACommandInTinyFragmentsIsOneCommand however many there are, and nothing else.
func TestACommandInTinyFragmentsIsOneCommand(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	r := enterRaw(t, s.Server, "c-1", "client")
	command := says("o-nowhere", 1005, `,"ignored":"`+strings.Repeat("x", 20_000)+`"`)
	fragments := masked(text, command[:1])
	for _, b := range []byte(command[1:]) {
		fragments = append(fragments, masked(continuation, string(b))...)
		fragments = append(fragments, masked(continuation, "")...)
	}
	r.write(append(fragments, masked(fin|continuation, "")...))
	if e, ok := r.frame().(wire.Error); !ok || e.ID != "x" || e.Code != callout.NotFound {
		t.Errorf("the answer is %+v", e)
	}
	s.unharmed(before)
}
