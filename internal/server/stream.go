package server

import (
	"net"
	"sync"
	"time"
)

// stream is a socket that is waited for by goroutines of its own: one of TLS that ends in this process, or any where there is
// no epoll. One goroutine reads ahead; the other gives the connection its turns, and waits for the peer to take what is sent.
type stream struct {
	net.Conn
	writeTimeout time.Duration
	quit         chan struct{} // closed when nobody reads any more
	taken        chan struct{} // holds one when what was read has been taken

	mu   sync.Mutex
	data []byte // read and not taken
	err  error  // what reading has ended with
}

const streamInput = 4 << 10 // bytes read ahead

func newStream(from net.Conn, writeTimeout time.Duration) *stream {
	return &stream{Conn: from, writeTimeout: writeTimeout, quit: make(chan struct{}), taken: make(chan struct{}, 1)}
}

// drive gives a connection its turns until it ends.
func (s *stream) drive(c *conn, pool *sync.Pool) {
	var reader sync.WaitGroup
	reader.Go(func() { s.readAhead(c.wake) })
	for alive := true; alive; {
		w := pool.Get().(*worker)
		alive = c.turn(w)
		w.tidy()
		pool.Put(w)
		if alive {
			<-c.signal
		}
	}
	close(s.quit)
	c.end()
	reader.Wait()
	c.server.hub.leave()
}

// readAhead reads until the socket ends, and waits each time until what it has read is taken.
func (s *stream) readAhead(wake func()) {
	b := make([]byte, streamInput)
	for {
		n, err := s.Conn.Read(b)
		s.mu.Lock()
		s.data, s.err = b[:n], err
		s.mu.Unlock()
		wake()
		if err != nil {
			return
		}
		select {
		case <-s.taken:
		case <-s.quit:
			return
		}
	}
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.data) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		return 0, errLater
	}
	n := copy(b, s.data)
	if s.data = s.data[n:]; len(s.data) == 0 && s.err == nil {
		s.taken <- struct{}{}
	}
	return n, nil
}

func (s *stream) write(b []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(s.writeTimeout)); err != nil {
		return 0, err
	}
	return s.Conn.Write(b)
}

func (s *stream) finish() error {
	if half, ok := s.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (s *stream) close() { _ = s.Conn.Close() }

func (s *stream) interrupt() { _ = s.Conn.Close() }

func (s *stream) peer() string { return s.RemoteAddr().String() }
