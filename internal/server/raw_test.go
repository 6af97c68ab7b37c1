package server_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

// raw is a WebSocket client that can break the protocol in every way (RFC 6455, section 5.2).
type raw struct {
	t       testing.TB
	conn    net.Conn
	in      *bufio.Reader
	dialect wiretest.Dialect
}

// The first byte of a frame.
const (
	fin          = 0x80
	continuation = 0x0
	text         = 0x1
	binaryData   = 0x2
	closing      = 0x8
	ping         = 0x9
	pong         = 0xa
)

// dialRaw opens a socket. What is given goes out together with the handshake.
func dialRaw(t testing.TB, s *servertest.Server, path string, atOnce ...[]byte) *raw {
	t.Helper()
	r := askRaw(t, s, path, atOnce...)
	r.upgraded()
	return r
}

// askRaw sends a handshake and does not wait for the answer.
func askRaw(t testing.TB, s *servertest.Server, path string, atOnce ...[]byte) *raw {
	t.Helper()
	conn, err := net.Dial("tcp", s.Config.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	r := &raw{t, conn, bufio.NewReader(conn), wiretest.DialectAt(path)}
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path, s.Config.Addr)
	for _, frame := range atOnce {
		request = append(request, frame...)
	}
	r.write(request)
	return r
}

// upgraded reads the answer to the handshake.
func (r *raw) upgraded() {
	r.t.Helper()
	response, err := http.ReadResponse(r.in, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		r.t.Fatalf("the handshake is answered with %s", response.Status)
	}
}

// enterRaw opens a native session in development mode.
func enterRaw(t testing.TB, s *servertest.Server, userID, role string) *raw {
	t.Helper()
	r := dialRaw(t, s, "/v1/socket")
	r.write(masked(fin|text, fmt.Sprintf(`{"type":"hello","userId":%q,"role":%q,"device":"raw"}`, userID, role)))
	if _, ok := r.frame().(wire.Welcome); !ok {
		t.Fatal("the first frame is no welcome")
	}
	return r
}

// masked is one frame as a client has to send it.
func masked(first byte, payload string) []byte {
	return append(header(first, 0x80, len(payload)), mask([]byte(payload))...)
}

// unmasked is one frame as a client must not send it.
func unmasked(first byte, payload string) []byte {
	return append(header(first, 0, len(payload)), payload...)
}

var maskKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

func mask(payload []byte) []byte {
	for i := range payload {
		payload[i] ^= maskKey[i%4]
	}
	return payload
}

// header is that of a frame whose payload has n bytes. maskBit is 0x80 when a mask follows.
func header(first, maskBit byte, n int) []byte {
	b := []byte{first}
	switch {
	case n < 126:
		b = append(b, maskBit|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, maskBit|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, maskBit|127), uint64(n))
	}
	if maskBit != 0 {
		b = append(b, maskKey[:]...)
	}
	return b
}

// closeFrame is a close frame with a code.
func closeFrame(code wire.CloseCode, reason string) []byte {
	return masked(fin|closing, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

// patience is how long the peer waits before its test has failed.
func (r *raw) patience() {
	r.t.Helper()
	if err := r.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *raw) write(data []byte) {
	r.t.Helper()
	r.patience()
	if _, err := r.conn.Write(data); err != nil {
		r.t.Fatalf("write: %v", err)
	}
}

func (r *raw) text(frame string) {
	r.t.Helper()
	r.write(masked(fin|text, frame))
}

// next reads one frame, which a server may neither mask nor fragment.
func (r *raw) next() (op byte, payload []byte) {
	r.t.Helper()
	r.patience()
	head := make([]byte, 2)
	if _, err := io.ReadFull(r.in, head); err != nil {
		r.t.Fatalf("read a frame: %v", err)
	}
	if head[0]&0xf0 != fin || head[1]&0x80 != 0 {
		r.t.Fatalf("a frame begins with %x", head)
	}
	n := uint64(head[1])
	for wide, size := range map[byte]int{126: 2, 127: 8} {
		if head[1] == wide {
			length := make([]byte, 8)
			if _, err := io.ReadFull(r.in, length[8-size:]); err != nil {
				r.t.Fatal(err)
			}
			n = binary.BigEndian.Uint64(length)
		}
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(r.in, payload); err != nil {
		r.t.Fatal(err)
	}
	if op = head[0] & 0xf; op == text {
		if err := r.dialect.FromServer(payload); err != nil {
			r.t.Error(err)
		}
	}
	return op, payload
}

// frame reads the next text frame.
func (r *raw) frame() wire.ServerFrame {
	r.t.Helper()
	for {
		op, payload := r.next()
		switch op {
		case text:
			frame, err := wire.DecodeServer(payload)
			if err != nil {
				r.t.Fatal(err)
			}
			return frame
		case closing:
			r.t.Fatalf("the socket is closed with %x", payload)
		}
	}
}

// closed reads to the close frame and gives its code.
func (r *raw) closed() wire.CloseCode {
	r.t.Helper()
	for {
		op, payload := r.next()
		if op == closing {
			if len(payload) < 2 || len(payload) > 125 || !utf8.Valid(payload[2:]) {
				r.t.Fatalf("the close frame holds %q", payload)
			}
			return wire.CloseCode(binary.BigEndian.Uint16(payload))
		}
	}
}

// gone holds the server to closing the connection, and to saying nothing before.
func (r *raw) gone() {
	r.t.Helper()
	r.patience()
	if b, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		r.t.Fatalf("after the close frame comes %x (%v)", b, err)
	}
}
