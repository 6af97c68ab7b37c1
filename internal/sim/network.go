package sim

import (
	"context"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// network carries between devices and whichever server listens.
type network struct {
	*history
	dice *dice

	mu     sync.Mutex
	server *listener // nil: nobody listens
	links  map[*link]struct{}
	shut   map[string]time.Time     // until when whose attempts to connect are refused
	late   map[string]time.Duration // by how long whose next hello is
	calm   bool                     // nothing is slow any more
}

func newNetwork(h *history, d *dice) *network {
	return &network{history: h, dice: d, links: make(map[*link]struct{}), shut: make(map[string]time.Time), late: make(map[string]time.Duration)}
}

// httpClient dials for one device.
func (n *network) httpClient(who string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return n.dial(ctx, who) },
	}}
}

func (n *network) dial(ctx context.Context, who string) (net.Conn, error) {
	delay := n.quality()
	if !pause(ctx, delay()) {
		return nil, ctx.Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil || time.Now().Before(n.shut[who]) {
		return nil, &net.OpError{Op: "dial", Net: "sim", Err: syscall.ECONNREFUSED}
	}
	var l *link
	l = newLink(who, delay, func() { n.forget(l) })
	if !n.server.offer(l.far) {
		return nil, &net.OpError{Op: "dial", Net: "sim", Err: syscall.ECONNREFUSED}
	}
	l.late = n.late[who]
	delete(n.late, who)
	n.links[l] = struct{}{}
	return l.near, nil
}

// quality draws how long what is sent through a new link takes.
func (n *network) quality() func() time.Duration {
	typical := n.dice.between(time.Millisecond, 40*time.Millisecond)
	slow := n.dice.chance(0.1)
	return func() time.Duration {
		n.mu.Lock()
		calm := n.calm
		n.mu.Unlock()
		if slow && !calm {
			return n.dice.between(typical, 1500*time.Millisecond)
		}
		return n.dice.between(typical/2, typical*2)
	}
}

// forget is called with the link's lock held: nobody who holds the network's may ask for that.
func (n *network) forget(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.links, l)
}

// of lists the links of a device; "" is everybody.
func (n *network) of(who string) []*link {
	n.mu.Lock()
	defer n.mu.Unlock()
	var links []*link
	for l := range n.links {
		if who == "" || l.who == who {
			links = append(links, l)
		}
	}
	return links
}

// refuse refuses a device's attempts to connect for a while.
func (n *network) refuse(who string, d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.shut[who] = time.Now().Add(d)
}

// belateNext has the hello of a device's next link arrive late, and the device cut off once it has said it.
func (n *network) belateNext(who string, by time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.late[who] = by
}

// settle ends every trouble of the network.
func (n *network) settle() {
	n.mu.Lock()
	n.calm = true
	clear(n.shut)
	clear(n.late)
	n.mu.Unlock()
	for _, l := range n.of("") {
		l.heal()
	}
}

// listen has a server take the connections from now on.
func (n *network) listen() *listener {
	l := &listener{network: n, waiting: make(chan net.Conn, 64), closed: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.server = l
	return l
}

func (n *network) unlisten(l *listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == l {
		n.server = nil
	}
}

// listener is a server's net.Listener.
type listener struct {
	network *network
	waiting chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

// offer hands over the server's end of a new link. The caller holds the network's lock.
func (l *listener) offer(c net.Conn) bool {
	select {
	case l.waiting <- c:
		return true
	default:
		return false
	}
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.waiting:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses whoever dials from now on, and whoever has not been accepted.
func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.unlisten(l)
		for len(l.waiting) > 0 {
			(<-l.waiting).Close()
		}
	})
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return address("server") }
