package postgres_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between a DB and its server, and can do what networks do.
type proxy struct {
	listener net.Listener
	server   string

	mu     sync.Mutex
	turned *sync.Cond
	muted  bool // nothing reaches the client any more
	conns  []net.Conn

	running sync.WaitGroup
}

// newProxy gives a proxy and the URL of the database behind it.
func newProxy(t *testing.T, database string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{server: u.Host}
	p.turned = sync.NewCond(&p.mu)
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		p.listener.Close()
		p.mute(false)
		p.each(func(c net.Conn) { c.Close() })
		p.running.Wait()
	})
	u.Host = p.listener.Addr().String()
	return p, u.String()
}

// mute keeps back what the server says, or lets it go on.
func (p *proxy) mute(muted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = muted
	p.turned.Broadcast()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		p.running.Go(func() { p.pass(server, client) })
		p.running.Go(func() { p.tell(client, server) })
	}
}

// cut ends the connections of clients and leaves the server in the belief that they still live.
func (p *proxy) cut() {
	p.each(func(c net.Conn) {
		if c.LocalAddr().String() == p.listener.Addr().String() {
			c.Close()
		}
	})
}

func (p *proxy) each(f func(net.Conn)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		f(c)
	}
}

// pass hands on what the client says. Its end is kept from the server when it was cut off.
func (p *proxy) pass(server, client net.Conn) {
	if _, err := io.Copy(server, client); !errors.Is(err, net.ErrClosed) {
		server.Close()
	}
}

// tell hands on what the server says, unless it is muted.
func (p *proxy) tell(client, server net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := server.Read(buf)
		p.mu.Lock()
		for p.muted {
			p.turned.Wait()
		}
		p.mu.Unlock()
		if _, writeErr := client.Write(buf[:n]); err != nil || writeErr != nil && !errors.Is(writeErr, net.ErrClosed) {
			client.Close()
			return
		}
	}
}
