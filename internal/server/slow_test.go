package server_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// few is how many bytes the server's end of a connection is to hold of what has not been read.
const few = 32 << 10

// narrow is a listener whose first connection holds few bytes.
type narrow struct {
	net.Listener
	once *sync.Once
}

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		n.once.Do(func() { err = conn.(*net.TCPConn).SetWriteBuffer(few) })
	}
	return conn, err
}

// manyOrders are so many that their events are more than a session remembers while it cannot send.
const manyOrders = 60

// slowly starts a server on which s-1 does not read what it is sent, while c-1 places orders for it and s-2. All that
// goes to s-1 is many times what the connection holds.
func slowly(t *testing.T, writeTimeout time.Duration) (*servertest.Server, *raw) {
	t.Helper()
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Listen = func(l net.Listener) net.Listener { return narrow{l, new(sync.Once)} }
		c.Server.WriteTimeout = writeTimeout
		c.Server.Session.Window = 10 * manyOrders
	})
	slow := enterRaw(t, s, "s-1", "serviceman")
	client, _ := s.Enter("c-1", callout.Client)
	man, _ := s.Enter("s-2", callout.Serviceman)
	var services []callout.Service
	for i := range 45 {
		services = append(services, callout.Service{Service: fmt.Sprint("a service with a long name, number ", i), Quantity: 1})
	}
	for i := range manyOrders {
		client.Command(fmt.Sprint("p-", i), fmt.Sprint("o-", i), callout.Placed, func(c *callout.Command) {
			c.Receivers, c.Extra.Services = []string{"s-1", "s-2"}, services
		})
	}
	for range 2 * manyOrders { // PLACED and BROADCASTED
		client.Event()
		man.Event()
	}
	return s, slow
}

func TestAPeerThatDoesNotReadHoldsUpNobodyAndGetsEverythingOnceItDoes(t *testing.T) {
	s, slow := slowly(t, time.Minute)
	if written := scrape(t, s)["callout_delivery_lag_seconds_count"]; written >= 3*2*manyOrders {
		t.Fatalf("%v events are written: the peer that does not read has held up nobody because it was not slow", written)
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
	s, slow := slowly(t, 500*time.Millisecond)
	eventually(t, "the peer that does not read is let go", func() bool { return scrape(t, s)["callout_sessions"] == 2 })
	slow.patience()
	if _, err := io.Copy(io.Discard, slow.in); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("its connection ends with %v", err)
	}
	back, _ := s.Enter("s-1", callout.Serviceman, resume(0, ""))
	follows(t, back, 1, 2*manyOrders)
}

func TestAPeerThatAcknowledgesNothingFallsBehind(t *testing.T) {
	t.Parallel() // it waits
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Session.AckTimeout = 500 * time.Millisecond })
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
