package session_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

func TestFirstFrameThatIsNoValidHelloIsMalformed(t *testing.T) {
	for name, frame := range map[string]string{
		"nothing":         ``,
		"no object":       `["hello"]`,
		"no type":         `{"device":"phone-1"}`,
		"unknown type":    `{"type":"hallo","device":"phone-1"}`,
		"no device":       `{"type":"hello","token":"t"}`,
		"negative window": `{"type":"hello","token":"t","device":"phone-1","window":-1}`,
		"unknown leave":   `{"type":"hello","token":"t","device":"phone-1","leave":"now"}`,
		"an ack":          `{"type":"ack","seq":0}`,
		"a command":       `{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1004}`,
		"a bad command":   `{"type":"command","id":"mine-1","statusCode":"1004"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sam)
			w.start()
			w.says(frame)
			w.gets("goodbye 4101", "close 4101")
			w.asks()
		})
	}
}

func TestSecondHelloIsMalformed(t *testing.T) {
	for name, frame := range map[string]string{
		"a good one": `{"type":"hello","token":"t","device":"phone-1"}`, "no device": `{"type":"hello","token":"t"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, ana)
			w.says(frame)
			w.gets("goodbye 4101", "close 4101")
			w.asks()
			if reason := w.peer.goodbye.Reason; reason != "a second hello" {
				t.Errorf("the reason is %q", reason)
			}
		})
	}
}

func TestMalformedFrameClosesItsSession(t *testing.T) {
	for _, frame := range []string{`{`, `null`, `"ack"`, `{"type":"Ack","seq":1}`, `{"type":"ack"}`, `{"type":"ack","seq":-1}`, `{"type":"ack","seq":"1"}`, "{\"type\":\"\xff\"}"} {
		t.Run(frame, func(t *testing.T) {
			w := opened(t, ana)
			w.says(frame)
			w.gets("goodbye 4101", "close 4101")
		})
	}
}

func TestWhoeverSaysNoHelloInTimeIsSentAway(t *testing.T) {
	w := newWorld(t, ana)
	w.start()
	w.pass(5*time.Second - 1)
	w.gets()
	w.pass(1)
	w.gets("goodbye 4100", "close 4100")
}

func TestHelloInTimeEndsTheWaitForIt(t *testing.T) {
	w := newWorld(t, ana)
	w.start()
	w.pass(5*time.Second - 1)
	w.hello("")
	w.pass(time.Minute)
	if w.peer.over() {
		t.Fatalf("closed while the token was looked at: %+v", w.peer.goodbye)
	}
	w.settle()
	w.peer.got = w.peer.got[len(w.peer.got)-1:]
	w.gets("welcome 0/0")
}

func TestFramesRightAfterTheHelloWaitUntilTheSessionIsOpen(t *testing.T) {
	w := newWorld(t, sam)
	w.happens("o-1", callout.Placed)
	w.inbox.acknowledge("phone-1", 0)
	w.start()
	w.hello("")
	w.says(`{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1004}`)
	for _, step := range []func(){
		func() { answer[session.Verify](w) },
		func() { answer[session.Open](w) },
	} {
		if w.s.Ready() {
			t.Fatal("takes frames before it is open")
		}
		for _, r := range w.asked {
			if _, ok := r.(session.Submit); ok {
				t.Fatal("a command was handed in before the session was open")
			}
		}
		step()
	}
	got := take[session.Submit](w).Command
	want := callout.Command{ID: "mine-1", Sender: sam, OrderID: "o-1", Status: callout.Accepted}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the command (-want +got):\n%s", diff)
	}
	w.gets("welcome 0/1")
}

func TestRefusedTokenClosesWithItsCode(t *testing.T) {
	for _, code := range []wire.CloseCode{wire.Unauthenticated, wire.Forbidden, wire.TokenExpired} {
		w := newWorld(t, sam)
		w.start()
		w.hello("")
		verify := take[session.Verify](w)
		if verify.Hello.Token != "t" {
			t.Fatalf("asked about the token %q", verify.Hello.Token)
		}
		w.do(w.s.Verified(session.Identity{}, code, "it is not good"))
		if w.peer.goodbye == nil || w.peer.close == nil || w.peer.close.Code != code || w.peer.goodbye.Reconnect {
			t.Fatalf("goodbye %+v, close %+v for %d", w.peer.goodbye, w.peer.close, code)
		}
		w.says(`{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1004}`)
		w.asks() // nobody's commands are nothing
	}
}

func TestNewDeviceIsKnownBeforeItIsWelcomed(t *testing.T) {
	w := newWorld(t, sam)
	w.happens("o-1", callout.Placed)
	w.start()
	w.hello("")
	answer[session.Verify](w)
	answer[session.Open](w)
	w.gets()
	w.asks(session.Register{UserID: sam.ID, Device: "phone-1", Seq: 1})
	answer[session.Register](w)
	w.gets("welcome 1/1")
}

func TestWelcomeSaysWhereTheDeviceIs(t *testing.T) {
	w := newWorld(t, sam)
	w.config.Dev = true
	w.happens("o-1", callout.Placed, callout.Accepted)
	w.inbox.acknowledge("phone-1", 1)
	w.connect("")
	order := w.shop.orders["o-1"].As(callout.PartyView)
	order.UpdatedAt, order.Services = time.Time{}, []callout.Service{} // as it is said
	want := wire.Welcome{
		UserID: sam.ID, Role: sam.Role, From: 1, Seq: 2, Orders: []callout.Order{order},
		Now: w.now.Truncate(time.Millisecond), PingSeconds: 25, Dev: true,
	}
	if diff := cmp.Diff(want, w.peer.welcome); diff != "" {
		t.Fatalf("welcome (-want +got):\n%s", diff)
	}
}

func TestDatabaseThatIsAwayAtTheStartSendsTheDeviceBackLater(t *testing.T) {
	opening := func() *world {
		w := newWorld(t, ana)
		w.start()
		w.hello("")
		answer[session.Verify](w)
		return w
	}
	w := opening()
	fail[session.Open](w)
	w.gets("goodbye 4002", "close 4002")

	w = opening()
	answer[session.Open](w)
	fail[session.Register](w)
	w.gets("goodbye 4002", "close 4002")
	if w.peer.goodbye.AfterMs <= 0 {
		t.Fatalf("the device is not asked to wait: %+v", w.peer.goodbye)
	}
}

func TestHelloMayAskForASmallerWindowButNoLargerOne(t *testing.T) {
	for _, c := range []struct {
		hello string
		want  int
	}{{`,"window":2`, 2}, {`,"window":0`, 4}, {`,"window":1000`, 4}, {``, 4}} {
		w := newWorld(t, ana)
		w.happens("o-1", callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended, callout.Payment)
		w.inbox.acknowledge("phone-1", 0)
		w.connect(c.hello)
		w.settle()
		if got := w.s.Sent(); got != int64(c.want) {
			t.Errorf("with %s %d rows are under way, want %d", c.hello, got, c.want)
		}
	}
}
