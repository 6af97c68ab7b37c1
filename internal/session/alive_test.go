package session_test

import (
	"slices"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/session"
)

func TestPeerIsPingedAtEveryInterval(t *testing.T) {
	w := opened(t, ana)
	w.peer.alive = w
	w.pass(25*time.Second - 1)
	w.gets()
	w.pass(1)
	w.gets("ping ")
	w.pass(50 * time.Second)
	w.gets("ping ", "ping ")
}

func TestSilentPeerIsGoneAfterTwoPingIntervals(t *testing.T) {
	w := opened(t, ana)
	w.pass(50*time.Second - 1)
	w.gets("ping ")
	w.pass(1)
	w.gets("gone")
	w.pass(time.Hour)
	w.gets()
}

func TestAnySignOfLifeKeepsTheSession(t *testing.T) {
	for name, sign := range map[string]func(*world){
		"a frame":             func(w *world) { w.acks(0) },
		"a pong":              func(w *world) { w.pongs("") },
		"a pong never pinged": func(w *world) { w.pongs("99") },
		"a ping":              func(w *world) { w.s.Alive(w.now) },
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, ana)
			for range 10 {
				w.pass(49 * time.Second)
				sign(w)
			}
			if w.peer.over() {
				t.Fatal("a peer that lives is gone")
			}
			w.pass(50 * time.Second)
			if !w.peer.gone {
				t.Fatal("a peer that is silent is not gone")
			}
		})
	}
}

// While the ledger is slow, the pongs of a peer that has sent many commands lie unread.
func TestPeerIsNotGoneWhileNothingOfItIsRead(t *testing.T) {
	w := opened(t, ana)
	w.tells("o-0", callout.Placed)
	w.commands("mine-1", "o-1", callout.Placed)
	w.commands("mine-2", "o-2", callout.Placed)
	w.pass(10 * time.Minute)
	if w.peer.over() {
		t.Fatalf("the session is over: %v", w.peer.got)
	}
	w.acks(1)
	w.settle()
	w.pass(50*time.Second - 1)
	if w.peer.over() {
		t.Fatalf("the session is over: %v", w.peer.got)
	}
	w.pass(1)
	if !w.peer.gone {
		t.Fatal("a peer that is silent is not gone")
	}
}

func TestPeerIsNotGoneWhileTheSessionOpens(t *testing.T) {
	w := newWorld(t, ana)
	w.start()
	w.hello("")
	answer[session.Verify](w)
	answer[session.Open](w)
	w.pass(10 * time.Minute)
	answer[session.Register](w)
	if w.peer.over() {
		t.Fatalf("the session is over: %v", w.peer.got)
	}
}

func TestAQuietSessionSaysEveryTenMinutesThatItsDeviceIsHere(t *testing.T) {
	s := session.New(&testConfig, time.Unix(0, 0))
	s.Frame([]byte(`{"type":"hello","device":"d"}`), time.Unix(0, 0))
	s.Verified(session.Identity{UserID: ana.ID, Role: ana.Role}, 0, "")
	s.Opened(session.Snapshot{Head: 7, Cursor: 7, Known: true}, true, time.Unix(0, 0))
	var said []int64
	for at := int64(25); at <= 1800; at += 25 {
		now := time.Unix(at, 0)
		for _, r := range s.Tick(now).Requests {
			if r == (session.Acknowledge{UserID: ana.ID, Device: "d", From: 7, Seq: 7}) {
				said = append(said, at)
			}
		}
		s.Alive(now)
	}
	if want := []int64{600, 1200, 1800}; !slices.Equal(said, want) {
		t.Errorf("it is said after %v seconds, not %v", said, want)
	}
}

func TestAPingIsAnsweredWithAPongAsOftenAsASessionMayAsk(t *testing.T) {
	w := newWorld(t, ana)
	w.config.Rate, w.config.Burst = 1, 2
	w.connect("")
	w.forget()
	for range 3 {
		w.says(`{"type":"ping"}`)
	}
	w.gets("pong", "pong")
}
