package server

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller wakes connections when their peers have sent something, or take something again. It watches descriptors by an epoll
// instance of its own, edge-triggered: a descriptor is registered once, and never touched until its connection ends. The
// instance in turn is watched by Go's runtime, so that waiting for it keeps no thread.
type poller struct {
	epoll *os.File
	raw   syscall.RawConn

	mu    sync.RWMutex
	conns map[int32]*conn // by descriptor
}

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make an epoll instance: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // or the runtime would not watch it
		return nil, errors.Join(err, unix.Close(fd))
	}
	p := &poller{epoll: os.NewFile(uintptr(fd), "epoll"), conns: make(map[int32]*conn)}
	if p.raw, err = p.epoll.SyscallConn(); err != nil {
		return nil, errors.Join(err, p.epoll.Close())
	}
	return p, nil
}

// run wakes connections until stop.
func (p *poller) run() {
	events := make([]unix.EpollEvent, 256)
	for {
		var n int
		err := p.raw.Read(func(fd uintptr) bool {
			n, _ = unix.EpollWait(int(fd), events, 0)
			return n > 0
		})
		if err != nil { // it has been closed
			return
		}
		p.mu.RLock()
		for _, e := range events[:n] {
			if c := p.conns[e.Fd]; c != nil {
				s := c.link.(*socket)
				if e.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
					s.ends.Store(true)
				}
				s.readable.Store(true)
				c.wake()
			}
		}
		p.mu.RUnlock()
	}
}

func (p *poller) stop() { _ = p.epoll.Close() }

// socket is a TCP socket that nobody waits for.
type socket struct {
	poller   *poller
	fd       int
	readable atomic.Bool // something may be there to be read
	ends     atomic.Bool // and behind it the end
}

// take takes a connection's socket from Go's runtime.
func (p *poller) take(from *net.TCPConn) (*socket, error) {
	raw, err := from.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &socket{poller: p}
	controlErr := raw.Control(func(fd uintptr) { s.fd, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err = errors.Join(err, controlErr); err != nil {
		return nil, fmt.Errorf("take over a socket: %w", err)
	}
	s.readable.Store(true)
	return s, from.Close() // of the runtime's descriptor alone
}

// watch wakes c from now on.
func (p *poller) watch(c *conn, s *socket) error {
	p.mu.Lock()
	p.conns[int32(s.fd)] = c
	p.mu.Unlock()
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET, Fd: int32(s.fd)}
	if err := p.control(unix.EPOLL_CTL_ADD, s.fd, &event); err != nil {
		return fmt.Errorf("watch a socket: %w", err)
	}
	return nil
}

func (p *poller) control(op, fd int, event *unix.EpollEvent) error {
	var err error
	controlErr := p.raw.Control(func(epoll uintptr) { err = unix.EpollCtl(int(epoll), op, fd, event) })
	return errors.Join(err, controlErr)
}

func (s *socket) read(b []byte) (int, error) {
	if !s.readable.Swap(false) {
		return 0, errLater
	}
	n, err := again(func() (int, error) { return unix.Read(s.fd, b) })
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, io.EOF
	case n == len(b) || s.ends.Load(): // otherwise nothing is left, and what comes is told
		s.readable.Store(true)
	}
	return n, nil
}

func (s *socket) write(b []byte) (int, error) {
	sent := 0
	for sent < len(b) {
		n, err := again(func() (int, error) { return unix.Write(s.fd, b[sent:]) })
		if err != nil {
			return sent, err
		}
		sent += n
	}
	return sent, nil
}

// again repeats a call that a signal has interrupted.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return 0, errLater
		default:
			return n, err
		}
	}
}

func (s *socket) finish() error { return unix.Shutdown(s.fd, unix.SHUT_WR) }

func (s *socket) close() {
	s.poller.mu.Lock()
	delete(s.poller.conns, int32(s.fd))
	s.poller.mu.Unlock()
	_ = unix.Close(s.fd) // which ends the watching, too
}

func (s *socket) interrupt() {} // nothing of it waits

func (s *socket) peer() string {
	address, err := unix.Getpeername(s.fd)
	if err != nil {
		return "unknown"
	}
	switch a := address.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)).String()
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port)).String()
	}
	return "unknown"
}
