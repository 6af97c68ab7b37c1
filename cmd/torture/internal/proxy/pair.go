package proxy

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// pair is a client's connection and that to the server which goes with it.
type pair struct {
	proxy     *Proxy
	near, far *net.TCPConn
	ways      [2]way // to the server, to the client
	once      sync.Once
	over      chan struct{} // closed when the connection is cut
}

// way is one direction.
type way struct {
	stalled atomic.Int64 // nothing goes through until then, in nanoseconds since 1970
}

const (
	maxDelay = 4 * time.Millisecond
	look     = 10 * time.Millisecond // how often a stalled direction looks whether it may go on
)

func (c *pair) run() {
	var pumps sync.WaitGroup
	pumps.Go(func() { c.pump(c.far, c.near, &c.ways[0]) })
	pumps.Go(func() { c.pump(c.near, c.far, &c.ways[1]) })
	pumps.Wait()
	c.cut(false)
}

// cut ends the connection; abruptly, so that what is on its way is lost, too.
func (c *pair) cut(abruptly bool) {
	c.once.Do(func() {
		close(c.over)
		for _, conn := range []*net.TCPConn{c.near, c.far} {
			if abruptly {
				_ = conn.SetLinger(0)
			}
			conn.Close()
		}
	})
}

// stall lets nothing through for a while in direction 0 or 1, or with 2 in both.
func (c *pair) stall(direction int, d time.Duration) {
	until := time.Now().Add(d).UnixNano()
	for i := range c.ways {
		if direction == i || direction == 2 || d == 0 {
			c.ways[i].stalled.Store(until)
		}
	}
}

// pump carries one direction. The end of one side is the end of the direction alone, as it is on a network.
func (c *pair) pump(to, from *net.TCPConn, w *way) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if !c.pass(to, buf[:n], w) {
			c.cut(false)
			return
		}
		switch {
		case errors.Is(err, io.EOF):
			c.wait(w)
			_ = to.CloseWrite()
			return
		case err != nil: // the end is gone, and what was on its way
			c.cut(true)
			return
		}
	}
}

// pass writes what was read, in pieces and with delays unless all is calm.
func (c *pair) pass(to *net.TCPConn, data []byte, w *way) bool {
	for len(data) > 0 {
		if !c.wait(w) {
			return false
		}
		piece := data
		if !c.proxy.calm.Load() && rand.IntN(4) == 0 {
			piece = data[:1+rand.IntN(len(data))]
			time.Sleep(rand.N(maxDelay))
		}
		if _, err := to.Write(piece); err != nil {
			return false
		}
		data = data[len(piece):]
	}
	return true
}

// wait returns true when the direction lets something through, and false when the connection is cut.
func (c *pair) wait(w *way) bool {
	for time.Now().UnixNano() < w.stalled.Load() {
		select {
		case <-time.After(look):
		case <-c.over:
			return false
		}
	}
	return true
}
