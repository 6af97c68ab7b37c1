package session_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/wire"
)

// tb is what a test, a property and a fuzz target have in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// world plays everybody whom a device's session deals with: the ledger, the inbox, the peer, and the clock. Nothing is
// answered before the test says so.
type world struct {
	t      tb
	config session.Config
	me     session.Identity
	device string
	now    time.Time
	shop   *shop
	inbox  *inbox

	s      *session.Session
	peer   *peer
	asked  []session.Request // not answered yet
	unread []heard           // what the peer has said and the session has not taken yet
	told   []session.Tell    // what the senders of events have been told
	stood  standing          // what the session was last told of the inbox
}

type standing struct {
	head int64
	open int
}

// heard is a frame or pong from the peer.
type heard struct {
	data []byte
	pong bool
}

var testConfig = session.Config{
	HelloTimeout: 5 * time.Second, PingEvery: 25 * time.Second, AckTimeout: time.Minute, Retry: time.Second, Window: 4, Page: 3, Commands: 2,
	NewID: session.DefaultConfig().NewID,
}

// newWorld is the world of one of a's devices.
func newWorld(t tb, a callout.Actor) *world {
	s := newShop(a.ID)
	return &world{
		t: t, config: testConfig, me: session.Identity{UserID: a.ID, Role: a.Role}, device: "phone-1",
		now: time.Date(2026, 3, 1, 9, 30, 0, 123_456_789, time.UTC), shop: s, inbox: s.inbox,
	}
}

// opened is a world in which a new device of a has been welcomed.
func opened(t *testing.T, a callout.Actor) *world {
	w := newWorld(t, a)
	w.connect("")
	w.forget()
	return w
}

// start begins a native session, of which the former knows nothing any more.
func (w *world) start() {
	w.asked, w.unread = nil, nil
	w.peer = &peer{inbox: w.inbox, window: int64(w.config.Window)}
	w.s = session.New(&w.config, w.now)
}

// connect begins a native session and has it welcomed. more is what the hello says beside who it is.
func (w *world) connect(more string) {
	w.t.Helper()
	w.start()
	w.hello(more)
	w.answerOpening()
}

func (w *world) hello(more string) {
	w.t.Helper()
	w.says(`{"type":"hello","token":"t","device":"` + w.device + `"` + more + `}`)
}

// answerOpening answers what a session asks for before it is open, and nothing after.
func (w *world) answerOpening() {
	w.t.Helper()
	for len(w.asked) > 0 {
		switch r := w.asked[0].(type) {
		case session.Verify, session.Open, session.Register, session.Replay:
			w.asked = w.asked[1:]
			w.do(w.carryOut(r)())
		default:
			return
		}
	}
}

// says has the peer send a frame.
func (w *world) says(text string) {
	w.t.Helper()
	w.unread = append(w.unread, heard{data: []byte(text)})
	w.read()
}

func (w *world) pongs(payload string) {
	w.t.Helper()
	w.unread = append(w.unread, heard{data: []byte(payload), pong: true})
	w.read()
}

func (w *world) acks(seq int64) {
	w.t.Helper()
	w.says(string(wire.Encode(wire.Ack{Seq: seq})))
}

// read hands the session what the peer has said, as long as it takes it.
func (w *world) read() {
	w.t.Helper()
	for len(w.unread) > 0 && w.s.Ready() {
		h := w.unread[0]
		w.unread = w.unread[1:]
		if h.pong {
			w.peer.hasPonged(string(h.data))
			w.act(w.s.Pong(h.data, w.now))
		} else {
			w.peer.hasSaid(h.data)
			w.act(w.s.Frame(h.data, w.now))
		}
	}
}

// do carries out what a call of the session answered, and reads on.
func (w *world) do(a session.Actions) {
	w.t.Helper()
	w.act(a)
	w.read()
}

func (w *world) act(a session.Actions) {
	w.t.Helper()
	w.peer.take(w.t, a)
	for _, r := range a.Requests {
		switch r := r.(type) {
		case session.Acknowledge:
			w.inbox.acknowledge(r.Device, r.Seq)
		case session.Tell:
			w.told = append(w.told, r)
		default:
			w.asked = append(w.asked, r)
		}
	}
	w.checkAsked()
	if c := a.Close; c != nil && c.Code == wire.Done {
		w.checkDone()
	}
}

// checkAsked holds the session to what it may have under way at once.
func (w *world) checkAsked() {
	w.t.Helper()
	var reads, stands, commands int
	for _, r := range w.asked {
		switch r.(type) {
		case session.Read:
			reads++
		case session.Stand:
			stands++
		case session.Submit, session.Find, session.Inquire:
			commands++
		}
	}
	if reads > 1 || stands > 1 || commands > w.config.Commands {
		w.t.Fatalf("too much under way: %d reads, %d standings, %d commands", reads, stands, commands)
	}
}

// checkDone holds a session that ends as done to its reasons.
func (w *world) checkDone() {
	w.t.Helper()
	if p := w.peer; w.stood.open > 0 || w.stood.head != p.acked || p.last != p.acked {
		w.t.Fatalf("done with %d orders open, head %d, sent %d, acknowledged %d", w.stood.open, w.stood.head, p.last, p.acked)
	}
}

// gets checks what the peer has got since it was last looked at.
func (w *world) gets(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.peer.got, cmpopts.EquateEmpty()); diff != "" {
		w.t.Fatalf("what the peer got (-want +got):\n%s", diff)
	}
	w.forget()
}

// forget lets what the peer has got so far go unchecked.
func (w *world) forget() { w.peer.got = nil }
