package server

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout/internal/wire"
)

// heard is what came of bytes, in words.
type heard struct {
	Texts    []string
	Controls []string
	Closed   bool
	Fault    wire.CloseCode
}

const mostBytes = 300

// hearAll takes bytes in parts of some size, which are all that is there at a time.
func hearAll(data []byte, size int) heard {
	var h heard
	var in inbound
	var rest []byte
	for len(data) > 0 {
		part := data[:min(size, len(data))]
		data = data[len(part):]
		rest = append(rest, part...)
		for {
			f, n, ok, wrong := in.next(rest, time.Time{}, frameLimits{mostBytes, time.Minute})
			rest = rest[n:]
			if wrong != nil {
				h.Fault = wrong.code
				return h
			}
			if !ok {
				break
			}
			if f.kind == textFrame {
				h.Texts = append(h.Texts, string(f.payload))
			} else {
				h.Controls = append(h.Controls, string('0'+rune(f.kind))+string(f.payload))
			}
			if h.Closed = f.kind == closeFrame; h.Closed {
				return h
			}
		}
	}
	return h
}

// hearTexts has gobwas/ws read the same bytes: the text messages before the first thing that is wrong, or the end. It says of
// bytes that they are no UTF-8 before a message is whole, so early tells of such an end.
func hearTexts(data []byte) (texts []string, wrong, early bool) {
	r := wsutil.Reader{Source: bytes.NewReader(data), State: ws.StateServerSide, CheckUTF8: true, MaxMessageSize: mostBytes}
	for {
		h, err := r.NextFrame()
		if err != nil {
			return texts, !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF), false
		}
		payload, err := io.ReadAll(&r)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return texts, false, false
		case err != nil || h.OpCode == ws.OpBinary:
			return texts, true, errors.Is(err, wsutil.ErrInvalidUTF8)
		case h.OpCode == ws.OpClose:
			return texts, false, false
		case h.OpCode == ws.OpText:
			texts = append(texts, string(payload))
		}
	}
}

func clientFrame(op ws.OpCode, fin bool, payload string) []byte {
	var b bytes.Buffer
	frame := ws.MaskFrameInPlace(ws.NewFrame(op, fin, []byte(payload)))
	_ = ws.WriteFrame(&b, frame) // into memory
	return b.Bytes()
}

// FuzzInbound: what comes of bytes does not depend on how they come, and is what gobwas/ws makes of them.
func FuzzInbound(f *testing.F) {
	f.Add(clientFrame(ws.OpText, true, `{"type":"ack","seq":1}`), 3)
	f.Add(append(clientFrame(ws.OpText, false, "ab"), append(clientFrame(ws.OpPing, true, "p"), clientFrame(ws.OpContinuation, true, "c")...)...), 1)
	f.Add(clientFrame(ws.OpText, true, string(make([]byte, 200))), 7)
	f.Add(clientFrame(ws.OpText, true, string(make([]byte, mostBytes+1))), 100)
	f.Add(clientFrame(ws.OpText, true, "\xe2\x82"), 2)
	f.Add(clientFrame(ws.OpClose, true, "\x03\xe8bye"), 2)
	f.Add([]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}, 4)
	f.Add([]byte{0xc1, 0x80, 0, 0, 0, 0}, 4)
	f.Add([]byte("\x01\x82\u07ec00\xbe\u0388\x8100000\x80\x81\xb9000\xda"), 1) // nothing whole before what is wrong
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		whole := hearAll(bytes.Clone(data), len(data)+1)
		if diff := cmp.Diff(whole, hearAll(bytes.Clone(data), max(1, size))); diff != "" {
			t.Errorf("in parts of %d bytes: %s", size, diff)
		}
		texts, wrong, early := hearTexts(bytes.Clone(data))
		ended := whole.Fault != 0 || whole.Closed // which gobwas/ws leaves to whoever it hands control frames to
		if ended && len(whole.Texts) <= len(texts) {
			texts = texts[:len(whole.Texts)]
		}
		if !wrong && !slices.Equal(texts, whole.Texts) {
			t.Errorf("gobwas/ws reads %q, and this %q", texts, whole.Texts)
		}
		if wrong && !early && !ended {
			t.Errorf("gobwas/ws finds something wrong after %q, and this reads %+v", texts, whole)
		}
	})
}
