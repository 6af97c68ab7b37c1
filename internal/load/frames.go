package load

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/gobwas/ws"
)

// frames reads the frames of a WebSocket server from one buffer.
type frames struct {
	from  *bufio.Reader
	used  int    // bytes of the buffer that the frame takes that was given last
	large []byte // for frames that the buffer does not hold
}

// maxFrame bounds what a server is believed: a page of open orders is large, and nothing is larger.
const maxFrame = 16 << 20

// next gives the next frame, whose payload is good until the next call.
func (f *frames) next() (ws.OpCode, []byte, error) {
	if f.used > 0 {
		if _, err := f.from.Discard(f.used); err != nil {
			return 0, nil, err
		}
		f.used = 0
	}
	head, err := f.from.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	op, final, size, from := ws.OpCode(head[0]&0x0f), head[0]&0x80 != 0, int(head[1]), 2
	switch {
	case size > 127 || !final || op == ws.OpContinuation:
		return 0, nil, errors.New("a server's frames are neither masked nor, here, in fragments")
	case size == 126:
		if head, err = f.from.Peek(4); err != nil {
			return 0, nil, err
		}
		size, from = int(binary.BigEndian.Uint16(head[2:])), 4
	case size == 127:
		if head, err = f.from.Peek(10); err != nil {
			return 0, nil, err
		}
		long := binary.BigEndian.Uint64(head[2:])
		if long > maxFrame {
			return 0, nil, fmt.Errorf("a frame of %d bytes", long)
		}
		size, from = int(long), 10
	}
	if from+size <= f.from.Size() {
		data, err := f.from.Peek(from + size)
		if err != nil {
			return 0, nil, err
		}
		f.used = from + size
		return op, data[from:], nil
	}
	if _, err := f.from.Discard(from); err != nil {
		return 0, nil, err
	}
	if cap(f.large) < size {
		f.large = make([]byte, size)
	}
	f.large = f.large[:size]
	_, err = io.ReadFull(f.from, f.large)
	return op, f.large, err
}

// appendMasked appends a frame as a client sends it.
func appendMasked(b []byte, op ws.OpCode, payload []byte) []byte {
	b = append(b, 0x80|byte(op))
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = append(b, 0x80|127)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	var mask [4]byte
	binary.LittleEndian.PutUint32(mask[:], rand.Uint32())
	b = append(b, mask[:]...)
	b = append(b, payload...)
	ws.Cipher(b[len(b)-len(payload):], mask, 0)
	return b
}
