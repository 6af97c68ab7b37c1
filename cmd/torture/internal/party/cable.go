package party

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// cable is what a program is connected by. Cut, it carries nothing ever again, which is as near to killing a program as
// one can come within a process.
type cable struct {
	mu    sync.Mutex
	dead  bool
	conns []net.Conn
}

func (c *cable) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: c.dial, DisableKeepAlives: true}}
}

func (c *cable) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		conn.Close()
		return nil, errors.New("the program is dead")
	}
	c.conns = append(c.conns, conn)
	return conn, nil
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
	for _, conn := range c.conns {
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
}
