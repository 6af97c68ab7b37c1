package client_test

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands between sockets and their server, and drops connections in the middle of whatever they carry.
type proxy struct {
	URL      string
	to       string
	listener net.Listener
	dropped  atomic.Int64
	work     sync.WaitGroup

	mu      sync.Mutex
	random  *rand.Rand
	calm    bool // nothing is dropped any more
	isCut   bool // nobody gets through
	closing bool
	open    map[net.Conn]struct{}
}

// newProxy drops every connection to the server at url after it has carried some bytes to the client.
func newProxy(t testing.TB, url string, seed uint64) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{
		URL: "http://" + listener.Addr().String(), to: strings.TrimPrefix(url, "http://"), listener: listener,
		random: rand.New(rand.NewPCG(seed, 0)), open: make(map[net.Conn]struct{}),
	}
	p.work.Go(p.serve)
	t.Cleanup(p.close)
	return p
}

// soothe lets everything through from now on.
func (p *proxy) soothe() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm = true
}

// cut drops everybody and lets nobody through until mend.
func (p *proxy) cut() {
	p.mu.Lock()
	p.isCut = true
	p.mu.Unlock()
	p.dropAll()
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isCut = false
}

// dropAll drops the connections that there are.
func (p *proxy) dropAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.Close()
	}
}

func (p *proxy) close() {
	p.mu.Lock()
	p.closing = true
	p.mu.Unlock()
	p.listener.Close()
	p.dropAll()
	p.work.Wait()
}

func (p *proxy) serve() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.to)
		if err != nil {
			near.Close()
			continue
		}
		if !p.add(near, far) {
			continue // or it is closing, and nobody is accepted any more
		}
		p.work.Go(func() { p.carry(far, near, 1<<40) })
		p.work.Go(func() { p.carry(near, far, p.fate()) })
	}
}

func (p *proxy) add(near, far net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing || p.isCut {
		near.Close()
		far.Close()
		return false
	}
	p.open[near], p.open[far] = struct{}{}, struct{}{}
	return true
}

// fate is how many bytes a connection carries to the client: at times not even the handshake, and at times all that the
// program has not finished yet, without which it could not go on.
func (p *proxy) fate() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calm {
		return 1 << 40
	}
	if p.random.IntN(6) == 0 {
		return 50 + p.random.Int64N(12_000)
	}
	return 50 + p.random.Int64N(1500)
}

// carry copies that many bytes and drops the connection, in half of the cases so that what is on its way is lost, too.
func (p *proxy) carry(to, from net.Conn, bytes int64) {
	n, _ := io.CopyN(to, from, bytes)
	p.mu.Lock()
	defer p.mu.Unlock()
	if n == bytes {
		p.dropped.Add(1)
		if p.random.IntN(2) == 0 {
			_ = to.(*net.TCPConn).SetLinger(0)
		}
	}
	to.Close()
	from.Close()
	delete(p.open, to)
	delete(p.open, from)
}
