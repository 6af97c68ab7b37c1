package wiretest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"

	"github.com/gobwas/ws"
)

// Tap holds the frames of every WebSocket that is opened through it to the page. It is an [http.RoundTripper], so that whole
// programs of clients run over it as they are.
type Tap struct {
	Next http.RoundTripper

	mu     sync.Mutex
	held   int
	faults []error
}

// mostFaults is how many faults are kept: the first ones say it.
const mostFaults = 20

// RoundTrip implements [http.RoundTripper].
func (t *Tap) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.Next.RoundTrip(r)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		return response, err
	}
	if socket, ok := response.Body.(io.ReadWriteCloser); ok {
		d := DialectAt(r.URL.Path)
		response.Body = &tapped{
			ReadWriteCloser: socket,
			in:              stream{hold: func(frame []byte) { t.hold(d.FromServer(frame)) }},
			out:             stream{hold: func(frame []byte) { t.hold(d.FromClient(frame)) }},
		}
	}
	return response, nil
}

func (t *Tap) hold(fault error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held++
	if fault != nil && len(t.faults) < mostFaults {
		t.faults = append(t.faults, fault)
	}
}

// Held is how many frames have gone through the tap.
func (t *Tap) Held() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.held
}

// Err says what was not as the page says.
func (t *Tap) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.faults...)
}

// Exit ends the program of a package's tests, which fail if a frame was not as the page says.
func (t *Tap) Exit(code int) {
	if err := t.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// tapped is a WebSocket whose frames are looked at.
type tapped struct {
	io.ReadWriteCloser
	in, out stream
}

func (t *tapped) Read(b []byte) (int, error) {
	n, err := t.ReadWriteCloser.Read(b)
	t.in.take(b[:n])
	return n, err
}

func (t *tapped) Write(b []byte) (int, error) {
	t.out.take(b)
	return t.ReadWriteCloser.Write(b)
}

// stream makes messages of the bytes of one direction (RFC 6455, section 5.2).
type stream struct {
	rest    []byte // has come, and is no whole frame
	message []byte // the fragments of a message so far
	hold    func(message []byte)
}

func (s *stream) take(data []byte) {
	s.rest = append(s.rest, data...)
	for {
		in := bytes.NewReader(s.rest)
		h, err := ws.ReadHeader(in)
		if err != nil || int64(in.Len()) < h.Length {
			return // there is more to come
		}
		head := len(s.rest) - in.Len()
		payload := s.rest[head : head+int(h.Length)]
		if h.Masked {
			ws.Cipher(payload, h.Mask, 0)
		}
		if !h.OpCode.IsControl() {
			s.message = append(s.message, payload...)
			if h.Fin {
				s.hold(s.message)
				s.message = nil
			}
		}
		s.rest = s.rest[head+len(payload):]
	}
}
