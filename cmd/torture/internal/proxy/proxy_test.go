package proxy

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func through(t *testing.T) (*Proxy, net.Conn) {
	t.Helper()
	p, err := Listen(t.Context(), echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	conn, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return p, conn
}

func TestWhatIsDelayedAndSplitArrivesWholeAndInOrder(t *testing.T) {
	p, conn := through(t)
	p.Calm(false)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 4000)
	go func() { _, _ = conn.Write(sent) }()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("it did not arrive as it was sent: %v", err)
	}
}

func TestACutConnectionEnds(t *testing.T) {
	p, conn := through(t)
	say(t, conn)
	if n := p.Cut(1); n != 1 {
		t.Errorf("%d connections were cut", n)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("it goes on")
	}
}

func TestAStalledConnectionGoesOn(t *testing.T) {
	p, conn := through(t)
	say(t, conn)
	const stall = 100 * time.Millisecond
	start := time.Now()
	p.Stall(1, stall)
	for range 3 { // one direction alone would let nothing through either
		say(t, conn)
	}
	if took := time.Since(start); took < stall {
		t.Errorf("something came after %s", took)
	}
}

func TestNobodyIsTakenIn(t *testing.T) {
	p, _ := through(t)
	p.Refuse(time.Minute)
	conn, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("somebody was")
	}
	p.Calm(true)
	again, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	say(t, again)
}

// say sends a byte and waits for it to come back.
func say(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := conn.Write([]byte{7}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}
