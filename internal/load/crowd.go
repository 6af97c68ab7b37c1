package load

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"sync"

	"github.com/calloutd/callout"
)

// handshakes is how many connections of a crowd are made at once.
const handshakes = 200

// Crowd is many sessions that do nothing but answer pings, each of another user. Its methods are for one goroutine.
type Crowd struct {
	dialect Dialect
	prefix  string
	sources []netip.Addr
	conns   []Conn

	receiving sync.WaitGroup
	mu        sync.Mutex
	closing   bool
	lost      error // the first that was not meant to end
}

// NewCrowd makes a crowd of nobody. Its users' ids begin with prefix, and it connects from the sources in turn; none is
// any. Whoever makes it closes it.
func NewCrowd(d Dialect, prefix string, sources []netip.Addr) *Crowd {
	if len(sources) == 0 {
		sources = []netip.Addr{{}}
	}
	return &Crowd{dialect: d, prefix: prefix, sources: sources}
}

// Sources are addresses of this machine to connect from to a server at host: several where there are, because the ports of
// one do not suffice for very many connections.
func Sources(host string) []netip.Addr {
	to, err := netip.ParseAddr(host)
	if err != nil || !to.Is4() || !to.IsLoopback() || runtime.GOOS != "linux" { // where all of 127.0.0.0/8 is this machine
		return nil
	}
	var list []netip.Addr
	for i := byte(2); i < 18; i++ {
		list = append(list, netip.AddrFrom4([4]byte{127, 0, 0, i}))
	}
	return list
}

// Grow connects further sessions until there are n: as many clients as servicemen.
func (c *Crowd) Grow(ctx context.Context, n int) error {
	from := len(c.conns)
	c.conns = append(c.conns, make([]Conn, max(n-from, 0))...)
	return each(ctx, len(c.conns)-from, handshakes, func(ctx context.Context, i int) error {
		i += from
		conn, err := c.dialect.Dial(ctx, one(c.prefix, i), c.sources[i%len(c.sources)])
		if err != nil {
			return err
		}
		c.conns[i] = conn
		c.receiving.Go(func() { c.receive(conn) })
		return nil
	})
}

// Lost is why the first session was lost that has been, or nil.
func (c *Crowd) Lost() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost
}

// Close ends all sessions.
func (c *Crowd) Close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	for _, conn := range c.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
	c.receiving.Wait()
}

func (c *Crowd) receive(conn Conn) {
	n, err := conn.Receive()
	if err == nil {
		err = fmt.Errorf("order %s is none of theirs", n.OrderID)
	}
	_ = conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing && c.lost == nil {
		c.lost = fmt.Errorf("a session was lost: %w", err)
	}
}

// one names the i-th of many: clients and servicemen in turn, so that two neighbours are a pair.
func one(prefix string, i int) Party {
	if i%2 == 0 {
		return party(prefix, callout.Client, i/2)
	}
	return party(prefix, callout.Serviceman, i/2)
}
