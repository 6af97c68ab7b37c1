// Package proxy is a bad network: a TCP proxy that delays and splits what it carries, and on demand cuts connections,
// lets nothing through in one direction, or takes nobody in.
package proxy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy carries connections to one address. Its methods are safe for concurrent use.
type Proxy struct {
	Addr string // where it listens

	to       string
	listener net.Listener
	stop     context.CancelFunc
	work     sync.WaitGroup
	calm     atomic.Bool  // everything goes through at once
	refuses  atomic.Int64 // nobody is taken in until then, in nanoseconds since 1970

	mu    sync.Mutex
	pairs map[*pair]struct{}
}

// Listen starts a proxy on a free port of this machine. Whoever starts it closes it.
func Listen(ctx context.Context, to string) (*Proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen as a proxy: %w", err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Proxy{Addr: listener.Addr().String(), to: to, listener: listener, stop: stop, pairs: make(map[*pair]struct{})}
	p.calm.Store(true)
	p.work.Go(func() { p.accept(ctx) })
	return p, nil
}

// Close ends all connections.
func (p *Proxy) Close() {
	p.stop()
	p.listener.Close()
	p.Cut(1)
	p.work.Wait()
}

// Calm has everything go through as it comes, from now on, or not.
func (p *Proxy) Calm(calm bool) {
	p.calm.Store(calm)
	if calm {
		p.refuses.Store(0)
		p.each(1, func(c *pair) { c.stall(0, 0) })
	}
}

// Cut ends about that share of the connections, and gives their number. Half of them lose what is on its way.
func (p *Proxy) Cut(share float64) int {
	return p.each(share, func(c *pair) { c.cut(rand.IntN(2) == 0) })
}

// Stall lets nothing through for a while on about that share of the connections, in one direction or in both.
func (p *Proxy) Stall(share float64, d time.Duration) int {
	return p.each(share, func(c *pair) { c.stall(rand.IntN(3), d) })
}

// Refuse takes nobody in for a while.
func (p *Proxy) Refuse(d time.Duration) { p.refuses.Store(time.Now().Add(d).UnixNano()) }

func (p *Proxy) each(share float64, f func(*pair)) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for c := range p.pairs {
		if rand.Float64() < share {
			f(c)
			n++
		}
	}
	return n
}

func (p *Proxy) accept(ctx context.Context) {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.carry(ctx, near.(*net.TCPConn)) })
	}
}

// carry connects a client to the server until either end is gone.
func (p *Proxy) carry(ctx context.Context, near *net.TCPConn) {
	if time.Now().UnixNano() < p.refuses.Load() {
		near.Close()
		return
	}
	dialer := net.Dialer{Timeout: time.Second}
	far, err := dialer.DialContext(ctx, "tcp", p.to)
	if err != nil {
		near.Close()
		return
	}
	c := &pair{proxy: p, near: near, far: far.(*net.TCPConn), over: make(chan struct{})}
	p.mu.Lock()
	p.pairs[c] = struct{}{}
	p.mu.Unlock()
	if ctx.Err() != nil { // the proxy may have cut everything before this one was known
		c.cut(false)
	}
	c.run()
	p.mu.Lock()
	delete(p.pairs, c)
	p.mu.Unlock()
}
