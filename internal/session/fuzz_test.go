package session_test

import (
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

// states are worlds with a session in every state that it can be in.
var states = []func(tb) *world{
	func(t tb) *world { w := newWorld(t, ana); w.start(); return w },
	func(t tb) *world { w := newWorld(t, ana); w.start(); w.hello(""); return w },
	func(t tb) *world { w := newWorld(t, ana); w.start(); w.hello(""); answer[session.Verify](w); return w },
	func(t tb) *world {
		w := newWorld(t, ana)
		w.start()
		w.hello("")
		answer[session.Verify](w)
		answer[session.Open](w)
		return w
	},
	func(t tb) *world { w := newWorld(t, ana); w.connect(`,"leave":"whenDone"`); return w },
	func(t tb) *world { // with a full window
		w := newWorld(t, ana)
		w.connect("")
		w.tells("o-1", callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged, callout.Extended, callout.Payment)
		return w
	},
	func(t tb) *world { // with commands, a page and a standing waited for
		w := newWorld(t, ana)
		w.connect(`,"leave":"whenDone"`)
		w.tells("o-1", callout.Placed, callout.Cancelled)
		w.acks(2)
		w.do(w.s.Behind())
		w.commands("mine-1", "o-2", callout.Placed)
		w.commands("mine-1", "o-2", callout.Placed)
		return w
	},
	func(t tb) *world {
		w := newWorld(t, ana)
		w.connect("")
		w.do(w.s.Behind())
		fail[session.Read](w)
		return w
	},
	func(t tb) *world { w := newWorld(t, ana); w.connect(""); w.do(w.s.Drain(time.Second)); return w },
	func(t tb) *world { w := newWorld(t, ana); w.connect(""); w.do(w.s.Replaced()); return w },
	func(t tb) *world { w := newWorld(t, ana); w.connect(""); w.pass(time.Hour); return w },
	func(t tb) *world { w := newClassicWorld(t, ana); w.startClassic(); return w },
	func(t tb) *world { // with a change to agree to
		w := newClassicWorld(t, ana)
		w.connectClassic()
		w.tells("o-1", callout.Placed, callout.Accepted, callout.Started, callout.OrderChanged)
		w.pongs("3")
		return w
	},
	func(t tb) *world {
		w := newClassicWorld(t, ana)
		w.connectClassic()
		w.do(w.s.Drain(time.Second))
		return w
	},
}

// Whatever a peer sends, in whatever state: no panic, nothing after a close frame, and nothing else that the world and
// its peer look out for.
func FuzzPeer(f *testing.F) {
	for state := range states {
		for _, frame := range []string{
			`{"type":"hello","token":"t","device":"phone-1","resume":{"seq":1,"of":"o-1/1"},"window":2,"leave":"whenDone"}`,
			`{"type":"command","id":"mine-1","orderId":"o-1","statusCode":1007,"version":4,"extra":{"changeId":4}}`,
			`{"type":"command","id":"mine-1","statusCode":1001,"receivers":["s-sam"]}`,
			`{"type":"command","id":"mine-2","statusCode":"x"}`,
			`{"type":"token","token":"t"}`, `{"type":"receipt","orderId":"o-1","version":1}`,
			`{"type":"ack","seq":2}`, `{"type":"ack","seq":9}`, `{"type":"ack","seq":"2"}`,
			`{"orderId":"o-1","statusCode":"1007","receivers":["c-ana","s-sam"],"extra":{}}`,
			`{"orderId":"o-1","statusCode":1010,"extra":[]}`,
			`2`, ``, `{`, `[]`,
		} {
			f.Add(uint8(state), []byte(frame), []byte(`{"type":"ack","seq":4}`))
		}
	}
	f.Fuzz(func(t *testing.T, state uint8, first, second []byte) {
		w := states[int(state)%len(states)](t)
		for _, frame := range [][]byte{first, second} {
			w.says(string(frame))
			w.pongs(string(frame))
			w.happens("o-3", callout.Placed, callout.Cancelled)
			delete(w.shop.orders, "o-3")
			w.hints(w.inbox.head())
			w.tick(w.now.Add(w.config.Retry))
			w.settle()
		}
		w.do(w.s.Drain(0))
		for _, frame := range [][]byte{first, second} {
			w.says(string(frame))
			w.pongs(string(frame))
			w.settle()
			w.tick(w.now.Add(time.Minute))
		}
		if len(w.unread) > 0 {
			t.Fatalf("%d frames are never read", len(w.unread))
		}
	})
}
