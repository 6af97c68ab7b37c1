package server

import (
	"errors"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what a server takes. Ordinary use meets none of them.
type Limits struct {
	Connections int     // open at once
	PerAddress  float64 // new connections a second from one address; 0: as many as come
	Frame       int     // bytes of a frame, at least wire.MaxFrame
}

// door is who may come in now.
type door struct {
	limits Limits
	clock  func() time.Time

	mu        sync.Mutex
	addresses map[netip.Prefix]*rate.Limiter
	swept     time.Time
}

const (
	addressBurst = 20               // connections at once from one address before PerAddress counts
	sweepDoor    = 10 * time.Second // how often addresses that have been quiet are forgotten
)

func newDoor(limits Limits, clock func() time.Time) *door {
	return &door{limits: limits, clock: clock, addresses: make(map[netip.Prefix]*rate.Limiter)}
}

// admit lets a connection in, or answers why not. Who is let in has to leave the hub.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	if !s.door.knocks(r.RemoteAddr) {
		s.metrics.refused("address")
		sayLater(w, http.StatusTooManyRequests, "too many connections from this address")
		return false
	}
	err := s.hub.enter(s.config.Limits.Connections)
	switch {
	case err == nil:
		return true
	case errors.Is(err, errFull):
		s.metrics.refused("connections")
	}
	sayLater(w, http.StatusServiceUnavailable, err.Error())
	return false
}

// knocks reports whether another connection from an address may come now.
func (d *door) knocks(remote string) bool {
	if d.limits.PerAddress <= 0 {
		return true
	}
	address := network(remote)
	now := d.clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep(now)
	limiter := d.addresses[address]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(d.limits.PerAddress), addressBurst)
		d.addresses[address] = limiter
	}
	return limiter.AllowN(now, 1)
}

// sweep forgets, now and then, the addresses that may do as one that was never heard of.
func (d *door) sweep(now time.Time) {
	if now.Sub(d.swept) < sweepDoor {
		return
	}
	d.swept = now
	maps.DeleteFunc(d.addresses, func(_ netip.Prefix, l *rate.Limiter) bool { return l.TokensAt(now) >= addressBurst })
}

// network is what counts as one address: an IPv4 address, or the 64 bits that a site of IPv6 has for itself.
func network(remote string) netip.Prefix {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	address = address.Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits) // of as many bits as it has
	return prefix
}

func sayLater(w http.ResponseWriter, status int, what string) {
	w.Header().Set("Retry-After", "1")
	say(w, status, what)
}
