package server_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// narrow is a listener whose connections hold as little as the kernel lets them of what has not been read.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(1)
	}
	return conn, err
}

const manyOrders = 150

// slowly starts a server on which s-1 does not read what it is sent, while c-1 places orders for it and s-2. All that
// goes to s-1 is many times what the connection holds.
func slowly(t *testing.T, writeTimeout time.Duration) (*servertest.Server, *raw) {
	t.Helper()
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Listen = func(l net.Listener) net.Listener { return narrow{l} }
		c.Server.WriteTimeout = writeTimeout
		c.Server.Session.Window = 10 * manyOrders
	})
	slow := enterRaw(t, s, "s-1", "serviceman")
	if err := slow.conn.(*net.TCPConn).SetReadBuffer(1); err != nil {
		t.Fatal(err)
	}
	client, _ := s.Enter("c-1", callout.Client)
	man, _ := s.Enter("s-2", callout.Serviceman)
	var services []callout.Service
	for i := range callout.MaxServices {
		services = append(services, callout.Service{Service: fmt.Sprint("a service with a long name, number ", i), Quantity: 1})
	}
	for i := range manyOrders {
		client.Command(fmt.Sprint("p-", i), fmt.Sprint("o-", i), callout.Placed, func(c *callout.Command) {
			c.Receivers, c.Extra.Services = []string{"s-1", "s-2"}, services
		})
		for range 2 { // PLACED and BROADCASTED
			client.Event()
			man.Event()
		}
	}
	return s, slow
}

func TestAPeerThatDoesNotReadHoldsUpNobodyAndGetsEverythingOnceItDoes(t *testing.T) {
	s, slow := slowly(t, time.Minute)
	if lag := scrape(t, s)["callout_delivery_lag_seconds_count"]; lag >= 5*2*manyOrders/2 {
		t.Fatalf("%v events are written; the peer that does not read was not slow", lag)
	}
	for seq := range int64(2 * manyOrders) {
		if e, ok := slow.frame().(wire.Event); !ok || e.Seq != seq+1 {
			t.Fatalf("event %d is %+v", seq+1, e)
		}
	}
	slow.text(fmt.Sprintf(`{"type":"ack","seq":%d}`, 2*manyOrders))
	slow.text(says("o-nowhere", 1004, ""))
	if e, ok := slow.frame().(wire.Error); !ok || e.Code != callout.NotFound {
		t.Errorf("the answer is %+v", e)
	}
}

func TestAPeerThatDoesNotReadInTimeIsLetGoAndMissesNothing(t *testing.T) {
	s, slow := slowly(t, 100*time.Millisecond)
	eventually(t, "the peer that does not read is let go", func() bool { return scrape(t, s)["callout_sessions"] == 2 })
	if _, err := io.Copy(io.Discard, slow.in); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("its connection ends with %v", err)
	}
	back, _ := s.Enter("s-1", callout.Serviceman, resume(0, ""))
	follows(t, back, 1, 2*manyOrders)
}

func TestAPeerThatAcknowledgesNothingFallsBehind(t *testing.T) {
	t.Parallel() // it waits
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.PingEvery = 500 * time.Millisecond })
	p, _ := s.Enter("c-1", callout.Client)
	place(p, "p-1", "o-1", "s-1")
	endsWith(t, p, wire.FellBehind)
	back, _ := s.Enter("c-1", callout.Client)
	follows(t, back, 1, 1)
}

func TestAPeerThatGivesNoSignOfLifeIsLetGo(t *testing.T) {
	t.Parallel() // it waits
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.PingEvery = 500 * time.Millisecond })
	dead := enterRaw(t, s, "c-1", "client")
	alive := enterRaw(t, s, "c-2", "client")
	pings := 0
	for ; ; pings++ {
		if op, err := dead.in.ReadByte(); errors.Is(err, io.EOF) {
			break
		} else if op != fin|ping {
			t.Fatalf("instead of a ping comes %x (%v)", op, err)
		}
		if length, err := dead.in.ReadByte(); err != nil || length != 0 {
			t.Fatalf("a ping has %d bytes (%v)", length, err)
		}
		if op, _ := alive.next(); op != ping {
			t.Fatalf("instead of a ping comes %x", op)
		}
		alive.write(masked(fin|pong, ""))
	}
	if pings < 1 || pings > 2 {
		t.Errorf("it is let go after %d pings", pings)
	}
	for range 3 {
		if op, _ := alive.next(); op != ping {
			t.Fatalf("instead of a ping comes %x", op)
		}
		alive.write(masked(fin|pong, ""))
	}
}
