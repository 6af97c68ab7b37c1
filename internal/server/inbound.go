package server

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/calloutd/callout/internal/wire"
)

// frame is a whole message, or a control frame.
type frame struct {
	kind    frameKind
	payload []byte         // in the bytes that it was made of
	code    wire.CloseCode // of a close frame
}

type frameKind uint8

const (
	textFrame frameKind = iota
	pingFrame
	pongFrame
	closeFrame
)

// fault is a breach of the WebSocket protocol, and what it is answered with.
type fault struct {
	code   wire.CloseCode
	reason string
}

// inbound makes frames of the bytes that come, and holds what is left of them: of a session with nothing to do, nothing.
type inbound struct {
	rest    []byte    // came and has not been taken yet
	message []byte    // the fragments of a message so far
	begun   time.Time // when the message that is not whole yet began; zero: there is none
	partial bool      // of a message, fragments have come
}

// frameLimits are what a message is held to.
type frameLimits struct {
	most   int           // bytes of a message
	within time.Duration // how long it may take to come
}

// next makes a frame of the first n bytes of data, which it may change. If there is none, more bytes are needed, or the peer
// has broken the protocol. Fragments are taken without a frame.
func (in *inbound) next(data []byte, now time.Time, limits frameLimits) (f frame, n int, ok bool, wrong *fault) {
	for {
		h, head, wrong := readHeader(data[n:])
		if wrong == nil && head > 0 {
			wrong = in.check(h, limits.most)
		}
		switch {
		case wrong != nil:
			return frame{}, n, false, wrong
		case head == 0:
			in.begin(in.partial || len(data) > n, now)
			return frame{}, n, false, nil
		}
		if int64(len(data)-n-head) < h.Length {
			in.begin(true, now)
			return frame{}, n, false, nil
		}
		payload := data[n+head : n+head+int(h.Length)]
		ws.Cipher(payload, h.Mask, 0)
		n += head + len(payload)
		switch {
		case h.OpCode.IsControl():
			if in.partial && now.Sub(in.begun) > limits.within {
				return frame{}, n, false, &fault{wire.ProtocolFault, "a message that does not end"}
			}
			f, wrong = control(h.OpCode, payload)
			in.begin(in.partial, now)
			return f, n, wrong == nil, wrong
		case h.Fin && !in.partial:
			in.begin(false, now)
			return text(payload, n)
		}
		in.message, in.partial = append(in.message, payload...), !h.Fin
		in.begin(in.partial, now)
		if h.Fin {
			whole := in.message
			in.message = nil
			return text(whole, n)
		}
	}
}

// begin notes whether a message has begun that is not whole yet. Control frames between its fragments are signs of life, and
// would keep it for ever.
func (in *inbound) begin(begun bool, now time.Time) {
	switch {
	case !begun:
		in.begun = time.Time{}
	case in.begun.IsZero():
		in.begun = now
	}
}

// check holds a header to RFC 6455, section 5, and its message to a length.
func (in *inbound) check(h ws.Header, most int) *fault {
	state := ws.StateServerSide
	if in.partial {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return &fault{wire.ProtocolFault, err.Error()}
	}
	if h.OpCode == ws.OpBinary {
		return &fault{wire.NotText, "frames are text"}
	}
	if !h.OpCode.IsControl() && h.Length > int64(most-len(in.message)) {
		return &fault{wire.FrameTooLarge, "a frame is larger than this server takes"}
	}
	return nil
}

// readHeader reads a header (RFC 6455, section 5.2), and how many bytes it has; 0: it is not all there.
func readHeader(data []byte) (h ws.Header, length int, wrong *fault) {
	if len(data) < 2 {
		return h, 0, nil
	}
	h.Fin, h.Rsv, h.OpCode = data[0]&0x80 != 0, data[0]&0x70>>4, ws.OpCode(data[0]&0x0f)
	h.Masked, h.Length = data[1]&0x80 != 0, int64(data[1]&0x7f)
	length = 2
	switch h.Length {
	case 126:
		length += 2
	case 127:
		length += 8
	}
	mask := length
	if h.Masked {
		length += 4
	}
	if len(data) < length {
		return h, 0, nil
	}
	switch h.Length {
	case 126:
		h.Length = int64(binary.BigEndian.Uint16(data[2:]))
	case 127:
		if h.Length = int64(binary.BigEndian.Uint64(data[2:])); h.Length < 0 {
			return h, length, &fault{wire.ProtocolFault, "a frame's length is no length"}
		}
	}
	if h.Masked {
		copy(h.Mask[:], data[mask:])
	}
	return h, length, nil
}

func text(payload []byte, n int) (frame, int, bool, *fault) {
	if !utf8.Valid(payload) {
		return frame{}, n, false, &fault{wire.NotUTF8, "a text frame is not UTF-8"}
	}
	return frame{kind: textFrame, payload: payload}, n, true, nil
}

func control(op ws.OpCode, payload []byte) (frame, *fault) {
	switch op {
	case ws.OpPing:
		return frame{kind: pingFrame, payload: payload}, nil
	case ws.OpPong:
		return frame{kind: pongFrame, payload: payload}, nil
	}
	return closing(payload)
}

// closing reads a close frame's payload (RFC 6455, section 5.5.1): nothing, or a code and a reason.
func closing(payload []byte) (frame, *fault) {
	if len(payload) == 0 {
		return frame{kind: closeFrame, code: wire.Done}, nil
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if len(payload) == 1 || ws.CheckCloseFrameData(code, reason) != nil {
		return frame{}, &fault{wire.ProtocolFault, "a close frame that is none"}
	}
	return frame{kind: closeFrame, code: wire.CloseCode(code)}, nil
}
