package server_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire"
)

// stopping stops the server, and gives what is closed when that is done.
func stopping(s *servertest.Server) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Stop()
	}()
	return done
}

func TestAServerThatStopsTellsEverySessionToComeBackAndLosesNoCommand(t *testing.T) {
	const clients, commands = 4, 30
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.DrainPace = 1500 * time.Millisecond })
	var peers []*servertest.Peer
	for i := range clients {
		p, _ := s.Enter(fmt.Sprint("c-", i), callout.Client)
		peers = append(peers, p)
	}
	mute, classic := s.Dial("/v1/socket"), s.Dial("/order?userId=c-0")
	for i, p := range peers {
		for j := range commands {
			id := fmt.Sprint("p-", j)
			place(p, id, orderOf(i, id), "s-1")
		}
	}
	done := stopping(s)
	waits, comeAgain := make(map[int64]bool), make(map[string]bool)
	for i, p := range append(peers, mute) {
		frames, code := p.Rest()
		var goodbye wire.Goodbye
		if len(frames) > 0 {
			goodbye, _ = frames[len(frames)-1].(wire.Goodbye)
		}
		if code != wire.Draining || goodbye.Code != wire.Draining || !goodbye.Reconnect || goodbye.AfterMs > 1500 {
			t.Fatalf("a session ends with %d, %+v", code, goodbye)
		}
		waits[goodbye.AfterMs] = true
		for _, frame := range frames {
			if e, ok := frame.(wire.Error); ok && e.Code == callout.Unavailable {
				comeAgain[orderOf(i, e.ID)] = true
			}
		}
	}
	if len(waits) == 1 {
		t.Errorf("all come back at once: %v", waits)
	}
	if code, goodbye := classic.Closed(); code != wire.Draining || goodbye != nil {
		t.Errorf("the classic session ends with %d, %+v", code, goodbye)
	}
	<-done
	s.Again()
	kept := 0 // of c-0
	for i := range clients {
		for j := range commands {
			order := orderOf(i, fmt.Sprint("p-", j))
			events, err := s.DB.Events(t.Context(), order)
			if err != nil || len(events) > 1 || len(events) == 0 != comeAgain[order] {
				t.Errorf("%s has %d events (%v), and was to come again: %v", order, len(events), err, comeAgain[order])
			}
			if i == 0 {
				kept += len(events)
			}
		}
	}
	// What a session did not hear before it ended, it hears now.
	p, _ := s.Enter("c-0", callout.Client)
	for seq := range int64(kept) {
		if e := p.Event(); e.Seq != seq+1 {
			t.Fatalf("event %d is %+v", seq+1, e)
		}
	}
}

// orderOf is the order that the i-th client places with a command.
func orderOf(i int, commandID string) string { return fmt.Sprintf("o-%d-%s", i, commandID) }

func TestAServerThatStopsTakesNobodyIn(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.Linger = time.Hour })
	last := enterRaw(t, s, "c-1", "client")
	done := stopping(s)
	if code := last.closed(); code != wire.Draining {
		t.Fatalf("the session ends with %d", code)
	}
	for _, path := range []string{"/v1/socket", "/order?userId=c-1"} {
		status, answer := upgrade(t, s.URL+path)
		if status != 503 || answer.Get("Retry-After") == "" {
			t.Errorf("%s answers %d, Retry-After %q", path, status, answer.Get("Retry-After"))
		}
	}
	if status, body, _ := get(t, s.URL+"/readyz"); status != 503 {
		t.Errorf("/readyz answers %d %s", status, body)
	}
	if status, body, _ := get(t, s.URL+"/healthz"); status != 200 {
		t.Errorf("/healthz answers %d %s", status, body)
	}
	last.text(`{"type":"command","id":"late","orderId":"o-late","statusCode":1001,"receivers":["s-1"]}`)
	last.write(closeFrame(wire.Draining, ""))
	last.gone()
	<-done
	s.Again()
	if events, err := s.DB.Events(t.Context(), "o-late"); err != nil || len(events) != 1 {
		t.Errorf("the order that was placed while the server stopped has %d events (%v)", len(events), err)
	}
}

func TestWhoWasAtTheDoorWhenTheServerStoppedIsToldToComeBack(t *testing.T) {
	is := newIssuer(t)
	s := guarded(t, server.TokenConfig{JWKS: is.url}, nil)
	<-is.asked
	is.add("k", "ES256")
	token := is.sign("k", nil)
	is.mu.Lock() // the key does not come yet
	late := askRaw(t, s, "/order?userId=c-1&token="+token)
	<-is.asked
	done := stopping(s)
	eventually(t, "the server has begun to stop", func() bool {
		status, _, _ := get(t, s.URL+"/readyz")
		return status == 503
	})
	is.mu.Unlock()
	late.upgraded()
	if code := late.closed(); code != wire.Draining {
		t.Errorf("the session ends with %d", code)
	}
	late.write(closeFrame(wire.Draining, ""))
	late.gone()
	<-done
}

func TestAServerWhoseListenerFailsSaysSo(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	db := servertest.Start(t, nil).DB
	config := server.DefaultConfig()
	config.Registry, config.Log = prometheus.NewRegistry(), slog.New(slog.DiscardHandler)
	if err := server.New(config, nil, db, nil).Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it says %v", err)
	}
}

func TestAServerThatStopsDoesNotWaitForPeersThatNeverClose(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) {
		c.Server.Linger, c.Server.DrainTime, c.Server.DrainPace = 50*time.Millisecond, time.Hour, 0
	})
	silent := enterRaw(t, s, "c-1", "client")
	chatty := enterRaw(t, s, "c-2", "client")
	done := stopping(s)
	for chatting := true; chatting; { // as long as anybody listens
		select {
		case <-done:
			chatting = false
		default:
			_, err := chatty.conn.Write(masked(fin|ping, "still there?"))
			chatting = err == nil
		}
	}
	if code := silent.closed(); code != wire.Draining {
		t.Errorf("the session ends with %d", code)
	}
	silent.gone()
	<-done
}

// However long sessions might still take, the server ends when its patience does: here with a commit that hangs, and
// commands behind it that are yet to be read.
func TestAServerThatStopsCutsOffWhatIsLeftWhenItsPatienceEnds(t *testing.T) {
	var f faulty
	s := servertest.Start(t, func(c *servertest.Config) {
		f.wrap(c)
		c.Server.Session.Commands = 1
		c.Ledger.Timeout = time.Hour
		c.Server.Linger, c.Server.DrainTime = time.Hour, 100*time.Millisecond
	})
	r := enterRaw(t, s, "c-1", "client")
	held, release := f.hold(t)
	for i := range 3 {
		r.text(fmt.Sprintf(`{"type":"command","id":"p-%d","orderId":"o-%d","statusCode":1001,"receivers":["s-1"]}`, i, i))
	}
	<-held
	done := stopping(s)
	if code := r.closed(); code != wire.Draining {
		t.Errorf("the session ends with %d", code)
	}
	if b, err := r.in.ReadByte(); err == nil {
		t.Errorf("after the close frame comes %x", b)
	}
	eventually(t, "the server no longer listens", func() bool {
		conn, err := net.Dial("tcp", s.Config.Addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	release()
	<-done
	s.Again()
	if events, err := s.DB.Events(t.Context(), "o-0"); err != nil || len(events) != 1 {
		t.Errorf("the command that was handed in has %d events (%v)", len(events), err)
	}
}

func TestWhoIsInTheMiddleOfACommandLeavesLastAndKnowsWhatBecameOfIt(t *testing.T) {
	var f faulty
	s := servertest.Start(t, func(c *servertest.Config) { f.wrap(c) })
	busy, _ := s.Enter("c-busy", callout.Client)
	refused, _ := s.Enter("c-refused", callout.Client)
	var idle []*servertest.Peer
	for i := range 5 {
		p, _ := s.Enter(fmt.Sprint("c-", i), callout.Client)
		idle = append(idle, p)
	}
	held, release := f.hold(t)
	place(busy, "p-1", "o-1", "s-1")
	<-held
	refused.Command("k-1", "o-nowhere", callout.Started)
	eventually(t, "both commands are under way", func() bool { return scrape(t, s)["callout_sessions_busy"] == 2 })
	done := stopping(s)
	for _, p := range idle {
		endsWith(t, p, wire.Draining)
	}
	release()
	if e := busy.Event(); e.CommandID != "p-1" || e.Status != callout.Placed {
		t.Errorf("the answer is %+v", e)
	}
	if e := refused.Error(); e.ID != "k-1" || e.Code != callout.NotFound {
		t.Errorf("the answer is %+v", e)
	}
	endsWith(t, busy, wire.Draining)
	endsWith(t, refused, wire.Draining)
	<-done
}

func TestADrainKeepsItsPaceHoweverManyThereAre(t *testing.T) {
	s := servertest.Start(t, func(c *servertest.Config) { c.Server.DrainTime = 1500 * time.Millisecond })
	var peers []*servertest.Peer
	for i := range 190 {
		p, _ := s.Enter(fmt.Sprint("c-", i), callout.Client)
		peers = append(peers, p)
	}
	done := stopping(s)
	for _, p := range peers {
		endsWith(t, p, wire.Draining)
	}
	<-done
}
