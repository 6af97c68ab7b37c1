package server

import "errors"

// link is the socket of a connection as its turn sees it. No method but those of a stream waits for the peer, and one
// goroutine at a time calls them; interrupt may be called beside the others.
type link interface {
	// read takes what the peer has sent. Of nothing yet the error is errLater: the connection is woken when something comes.
	read(b []byte) (int, error)
	// write hands on as much as goes. With errLater the rest has to wait: the connection is woken when more goes.
	write(b []byte) (int, error)
	// finish says to the peer that nothing more comes.
	finish() error
	close()
	// interrupt ends a call that waits, for good.
	interrupt()
	// peer is the address of the other side, for the log.
	peer() string
}

// errLater says that a link can do no more now without waiting.
var errLater = errors.New("not without waiting")
