package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

func TestThePeersCloseFrameIsRepeatedAndNothingBehindItCounts(t *testing.T) {
	s := openShop(t, nil)
	before := s.state()
	cancel := masked(fin|text, `{"type":"command","id":"late","orderId":"o-1","statusCode":1008}`)
	for name, test := range map[string]struct {
		frame []byte
		want  wire.CloseCode
	}{
		"no code":         {masked(fin|closing, ""), wire.Done},
		"normal":          {closeFrame(1000, "bye"), wire.Done},
		"going away":      {closeFrame(1001, ""), 1001},
		"one of its own":  {closeFrame(4999, ""), 4999},
		"amid a fragment": {append(masked(text, `{"type":`), closeFrame(1000, "")...), wire.Done},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			r := enterRaw(t, s.Server, "c-1", "client")
			r.write(append(append(test.frame, cancel...), masked(fin|ping, "late")...))
			op, _ := r.next()
			if op != closing {
				t.Fatalf("the close frame is answered by a frame of opcode %x", op)
			}
			r.gone()
			s.unharmed(before)
		})
	}
	r := enterRaw(t, s.Server, "c-1", "client")
	r.write(closeFrame(4321, "bye"))
	if code := r.closed(); code != 4321 {
		t.Errorf("4321 is repeated as %d", code)
	}
}

func TestCommandsThatComeAfterTheServersCloseFrameAreDecided(t *testing.T) {
	s := openShop(t, nil)
	r := enterRaw(t, s.Server, "c-1", "client")
	r.text("what?")
	r.text(`{"type":"command","id":"late","orderId":"o-1","statusCode":1008}`)
	r.write(masked(fin|ping, "late"))
	if code := r.closed(); code != wire.Malformed {
		t.Fatalf("the session ends with %d", code)
	}
	c1, _ := s.Enter("c-1", callout.Client, func(h *wire.Hello) { h.Device, h.Resume = "first", &wire.Resume{Seq: 4} })
	if e := c1.Event(); e.OrderID != "o-1" || e.Status != callout.Cancelled || e.CommandID != "late" {
		t.Errorf("the event is %+v", e)
	}
	r.write(closeFrame(wire.Malformed, ""))
	r.gone()
}

func TestAServerThatHasSentItsCloseFrameDoesNotWaitForEver(t *testing.T) {
	s := openShop(t, func(c *servertest.Config) { c.Server.Linger = 50 * time.Millisecond })
	for name, bad := range map[string][]byte{
		"a malformed frame": masked(fin|text, "what?"),
		"a binary frame":    masked(fin|binaryData, "what?"),
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			r := enterRaw(t, s.Server, "c-1", "client")
			r.write(bad)
			r.closed()
			r.gone()
		})
	}
}

func TestALongReasonIsCutToWholeCharactersInTheCloseFrame(t *testing.T) {
	s := servertest.Start(t, nil)
	for i := range 4 {
		r := dialRaw(t, s, "/v1/socket", masked(fin|text, `{"type":"`+strings.Repeat("x", i)+strings.Repeat("😀", 40)+`"}`))
		if g, ok := r.frame().(wire.Goodbye); !ok || !strings.Contains(g.Reason, "😀") {
			t.Errorf("the goodbye is %+v", g)
		}
		if code := r.closed(); code != wire.Malformed {
			t.Errorf("the session ends with %d", code)
		}
	}
}

func TestFramesSentWithTheHandshakeAreTaken(t *testing.T) {
	s := openShop(t, nil)
	frames := masked(fin|text, `{"type":"hello","userId":"c-1","role":"client","device":"raw"}`)
	for i := range 3 {
		frames = append(frames, masked(fin|text, fmt.Sprintf(`{"type":"command","id":"x-%d","orderId":"o-nowhere","statusCode":1005}`, i))...)
	}
	r := dialRaw(t, s.Server, "/v1/socket", frames)
	if w, ok := r.frame().(wire.Welcome); !ok || w.UserID != "c-1" {
		t.Fatalf("the first frame is %+v", w)
	}
	for i := range 3 {
		if e, ok := r.frame().(wire.Error); !ok || e.ID != fmt.Sprintf("x-%d", i) {
			t.Errorf("answer %d is %+v", i, e)
		}
	}
}
