package server_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// A breach of the WebSocket protocol ends its own session, with the code that RFC 6455 has for it, and nothing else.
func TestABreachOfTheWebSocketProtocolEndsItsSession(t *testing.T) {
	s := openShop(t, func(c *servertest.Config) { c.Server.Linger = time.Hour }) // it must not take that long
	before := s.state()
	fragment := strings.Repeat("x", 40<<10)
	for name, test := range map[string]struct {
		bytes []byte
		want  wire.CloseCode
	}{
		"a binary frame":               {masked(fin|binaryData, "{}"), wire.NotText},
		"a fragmented binary frame":    {masked(binaryData, "{}"), wire.NotText},
		"an unmasked frame":            {unmasked(fin|text, `{"type":"ack","seq":0}`), wire.ProtocolFault},
		"an unmasked ping":             {unmasked(fin|ping, ""), wire.ProtocolFault},
		"a reserved bit":               {masked(fin|0x40|text, "{}"), wire.ProtocolFault},
		"a reserved bit on a ping":     {masked(fin|0x10|ping, ""), wire.ProtocolFault},
		"a reserved opcode of data":    {masked(fin|0x3, "{}"), wire.ProtocolFault},
		"a reserved opcode of control": {masked(fin|0xb, ""), wire.ProtocolFault},
		"a fragmented ping":            {masked(ping, "a"), wire.ProtocolFault},
		"a ping of 126 bytes":          {masked(fin|ping, strings.Repeat("x", 126)), wire.ProtocolFault},
		"a continuation of nothing":    {masked(fin|continuation, "{}"), wire.ProtocolFault},
		"a frame amid another's fragments": {
			append(masked(text, "{"), masked(fin|text, "{}")...), wire.ProtocolFault,
		},
		"a length that is none":            {append([]byte{fin | text, 0x80 | 127}, bytes.Repeat([]byte{0xff}, 12)...), wire.ProtocolFault},
		"a close frame of one byte":        {masked(fin|closing, "x"), wire.ProtocolFault},
		"a close frame with code 999":      {closeFrame(999, ""), wire.ProtocolFault},
		"a close frame with code 1005":     {closeFrame(1005, ""), wire.ProtocolFault},
		"a close frame's reason not UTF-8": {closeFrame(1000, "\xff"), wire.ProtocolFault},
		"a close frame of 126 bytes":       {closeFrame(1000, strings.Repeat("x", 124)), wire.ProtocolFault},
		"bytes that are not UTF-8":         {masked(fin|text, `{"type":"ack","seq":0,"x":"`+"\xff\xfe"+`"}`), wire.NotUTF8},
		"a character that never ends":      {masked(fin|text, "{}\xe2\x82"), wire.NotUTF8},
		"not UTF-8 across two fragments":   {append(masked(text, "\xe2"), masked(fin|continuation, "(\xa1")...), wire.NotUTF8},
		"a frame of 64 KiB and a byte":     {masked(fin|text, strings.Repeat("x", 64<<10+1)), wire.FrameTooLarge},
		"a frame said to be of 2^62 bytes": {
			[]byte{fin | text, 0x80 | 127, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, wire.FrameTooLarge,
		},
		"fragments of 80 KiB together": {
			append(masked(text, fragment), masked(fin|continuation, fragment)...), wire.FrameTooLarge,
		},
		"4 MiB behind a frame that is too large": {masked(fin|text, strings.Repeat("x", 4<<20)), wire.FrameTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			r := enterRaw(t, s.Server, "c-1", "client")
			r.write(test.bytes)
			if code := r.closed(); code != test.want {
				t.Errorf("the session ends with %d, not %d", code, test.want)
			}
			r.gone()
			s.unharmed(before)
		})
	}
}

func TestABreachBeforeTheHelloEndsItsSession(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	r := dialRaw(t, s.Server, "/v1/socket", unmasked(fin|text, "{}"))
	if code := r.closed(); code != wire.ProtocolFault {
		t.Errorf("the session ends with %d", code)
	}
	r.gone()
	s.unharmed(before)
}

// The connection stays until the peer has said all that it had to say, so that the close frame is not lost.
func TestNothingFollowsTheCloseFrameThatABreachIsAnsweredWith(t *testing.T) {
	s := openShop(t, nil)
	r := enterRaw(t, s.Server, "s-2", "serviceman")
	c2, _ := s.Enter("c-2", callout.Client)
	large := masked(fin|text, strings.Repeat("x", 2<<20))
	r.write(large[:1<<20])
	if code := r.closed(); code != wire.FrameTooLarge {
		t.Fatalf("the session ends with %d", code)
	}
	c2.Command("x", "o-2", callout.Cancelled) // its event is for s-2, too
	if e := c2.Event(); e.Status != callout.Cancelled {
		t.Fatalf("the event is %+v", e)
	}
	answers(t, c2)
	r.write(large[1<<20:])
	r.gone()
}

func TestAFragmentedFrameIsTakenWithAPingInBetween(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	r := enterRaw(t, s.Server, "c-1", "client")
	command := `{"type":"command","id":"ü","orderId":"o-nowhere","statusCode":1005}`
	cut := strings.Index(command, "ü") + 1 // in the middle of the character
	r.write(masked(text, command[:cut]))
	r.write(masked(fin|ping, "are you there"))
	r.write(masked(continuation, ""))
	r.write(masked(fin|continuation, command[cut:]))
	if op, payload := r.next(); op != pong || string(payload) != "are you there" {
		t.Errorf("the ping is answered by %x %q", op, payload)
	}
	if e, ok := r.frame().(wire.Error); !ok || e.ID != "ü" || e.Code != callout.NotFound {
		t.Errorf("the command is answered by %+v", e)
	}
	s.unharmed(before)
}

func TestFramesOf64KiBAreTaken(t *testing.T) {
	s := openShop(t, nil)
	r := enterRaw(t, s.Server, "c-1", "client")
	frame := `{"type":"command","id":"x","orderId":"o-nowhere","statusCode":1005,"ignored":"`
	frame += strings.Repeat("x", wire.MaxFrame-len(frame)-2) + `"}`
	r.text(frame)
	if e, ok := r.frame().(wire.Error); !ok || e.Code != callout.NotFound {
		t.Errorf("the command is answered by %+v", e)
	}
}
