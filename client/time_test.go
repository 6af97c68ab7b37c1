package client_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

func TestAServerThatFallsSilentIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		socket, _ := s.open(s.config(), 0)
		since := time.Now()
		c := s.next()
		if took := time.Since(since); took < 50*time.Second || took > 56*time.Second {
			t.Errorf("it takes %v to leave a server that pings every 25 s", took)
		}
		if socket.Connected() {
			t.Error("it still counts as connected")
		}
		c.hello()
		c.welcome(0, 0)
	})
}

func TestAServerThatPingsIsNotLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		lost := make(chan error, 1)
		config := s.config()
		config.OnConnection = func(connected bool, err error) {
			if !connected {
				lost <- err
			}
		}
		_, c := s.open(config, 0)
		for range 20 {
			select {
			case <-time.After(25 * time.Second):
			case err := <-lost:
				t.Fatalf("the connection is lost: %v", err)
			}
			if err := c.conn.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAServersWishToBeLeftAloneIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		config := s.config()
		config.RetryMin = 100 * time.Millisecond
		_, c := s.open(config, 0)
		c.close(wire.Goodbye{Code: wire.Draining, Reconnect: true, AfterMs: 7000})
		since := time.Now()
		s.next()
		if took := time.Since(since); took < 7*time.Second || took > 7*time.Second+150*time.Millisecond {
			t.Errorf("it comes back after %v", took)
		}
	})
}

func TestWaitsGrowAndAreJittered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		config := s.config()
		config.RetryMin, config.RetryMax = 100*time.Millisecond, 2*time.Second
		_, c := s.open(config, 0)
		for range 2 { // the second time after a welcome, which starts the waits anew
			exact := 0
			want := config.RetryMin
			for range 8 {
				c.cut()
				since := time.Now()
				c = s.next()
				c.hello()
				took := time.Since(since)
				if took < want/2 || took > want*3/2+time.Millisecond {
					t.Errorf("a wait of %v, not about %v", took, want)
				}
				if took == want {
					exact++
				}
				want = min(2*want, config.RetryMax)
			}
			if exact == 8 {
				t.Error("the waits are not jittered")
			}
			c.welcome(0, 0)
			c.send(event(1))
			c.send(event(2))
		}
	})
}

// A server that has waited five seconds for a hello closes with the code of one who is not let in, although the network
// alone is to blame.
func TestAHelloThatCameTooLateIsSaidAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		socket := newSocket(t, s.config())
		opened := make(chan error, 1)
		go func() { opened <- socket.Open(context.Background()) }()
		c := s.next()
		c.hello()
		<-time.After(5 * time.Second)
		c.close(wire.Goodbye{Code: wire.Unauthenticated, Reason: "no hello in time"})
		c = s.next()
		c.hello()
		c.welcome(0, 0)
		if err := <-opened; err != nil {
			t.Error(err)
		}
	})
}

func TestAServerThatDoesNotWelcomeIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		socket := newSocket(t, s.config())
		opened := make(chan error, 1)
		go func() { opened <- socket.Open(context.Background()) }()
		s.next().hello()
		since := time.Now()
		c := s.next()
		if took := time.Since(since); took < 14*time.Second || took > 16*time.Second {
			t.Errorf("it tries again after %v", took)
		}
		c.hello()
		c.welcome(0, 0)
		if err := <-opened; err != nil {
			t.Error(err)
		}
	})
}

func TestCloseDoesNotWaitLongForAServerThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		socket, _ := s.open(s.config(), 0)
		s.pipes.deaf.Store(true)
		since := time.Now()
		if err := socket.Close(); err == nil {
			t.Error("nobody has confirmed, and Close does not say so")
		}
		if took := time.Since(since); took > 20*time.Second {
			t.Errorf("Close takes %v", took)
		}
	})
}

// A program that takes its time holds nobody up but itself: what came stays where it is, and pings are answered.
func TestASlowProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(t, true)
		config := s.config()
		config.Window = 3
		socket, c := s.open(config, 0)
		c.send(events(1, 3)...)
		for r := range socket.OrderStatuses(t.Context()) {
			if r.Seq == 3 {
				break
			}
			if r.Seq > 1 {
				if seq := c.ack(); seq != r.Seq-1 {
					t.Errorf("ack of %d while %d is in hand", seq, r.Seq)
				}
			}
			if err := c.conn.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			done := sending(t.Context(), socket, callout.Command{OrderID: "o", Status: callout.Started})
			c.send(wire.Error{ID: c.command().ID, Code: callout.NotFound})
			<-done
			<-time.After(10 * time.Second)
		}
	})
}
