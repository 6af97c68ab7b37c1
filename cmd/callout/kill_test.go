package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/internal/wire"
)

// killed is a `callout serve` in a process of its own, which is killed and started again on the same file.
type killed struct {
	t    *testing.T
	db   string
	addr string
	cmd  *exec.Cmd
}

var servesAt = regexp.MustCompile(`socket=ws://([^/]+)/`)

// start starts the server and waits until it serves.
func (k *killed) start() {
	k.t.Helper()
	k.cmd = exec.Command("callout", "serve", "--dev", "--addr", k.addr, "--db", k.db)
	log, err := k.cmd.StderrPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if m := servesAt.FindStringSubmatch(lines.Text()); m != nil {
			k.addr = m[1]
			go func() {
				for lines.Scan() { // what else it says is of no interest, but must not fill the pipe
				}
			}()
			return
		}
		k.t.Log(lines.Text())
	}
	k.t.Fatal("callout serve ended before it served")
}

func (k *killed) kill() {
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
}

// party is a user who writes down what its program is handed.
type party struct {
	socket *client.Socket
	mu     sync.Mutex
	had    []string // the events in the order of their coming
	first  int64    // the seq of the first
	acts   func(context.Context, client.Received)
}

func (p *party) listen(ctx context.Context) {
	for r := range p.socket.OrderStatuses(ctx) {
		p.mu.Lock()
		if len(p.had) == 0 {
			p.first = r.Seq
		}
		p.had = append(p.had, wire.EventName(r.OrderID, r.Version))
		p.mu.Unlock()
		p.acts(ctx, r)
	}
}

// TestKillingTheServerLosesNothing plays orders against a server that is killed again and again, and then holds what
// every party was handed against what the database holds.
func TestKillingTheServerLosesNothing(t *testing.T) {
	const pairs, orders, kills = 8, 20, 6
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	server := &killed{t: t, db: filepath.Join(t.TempDir(), "callout.db"), addr: "127.0.0.1:0"}
	server.start()
	t.Cleanup(server.kill)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	var parties []*party
	var listening, playing sync.WaitGroup
	done := make(chan struct{}, pairs*orders)
	for i := range pairs {
		c := newParty(t, ctx, server.addr, fmt.Sprintf("c-%d", i), callout.Client)
		s := newParty(t, ctx, server.addr, fmt.Sprintf("s-%d", i), callout.Serviceman)
		c.acts = func(_ context.Context, r client.Received) {
			if r.Status == callout.OrderComplete {
				done <- struct{}{}
			}
		}
		s.acts = func(context.Context, client.Received) {}
		parties = append(parties, c, s)
		playing.Go(func() {
			for n := range orders {
				playOrder(t, ctx, c.socket, s.socket, fmt.Sprintf("o-%d-%d", i, n))
			}
		})
	}
	for _, p := range parties {
		listening.Go(func() { p.listen(ctx) })
	}
	finished := make(chan struct{})
	go func() {
		playing.Wait()
		close(finished)
	}()
	for kill := range kills { // each after another part of the orders is done
		for range pairs*orders/(kills+1) - random.IntN(4) {
			select {
			case <-done:
			case <-ctx.Done():
				t.Fatalf("after %d kills nothing moves any more", kill)
			}
		}
		server.kill()
		server.start()
	}
	select {
	case <-finished:
	case <-ctx.Done():
		t.Fatal("the orders were not finished in time")
	}
	compareWithDatabase(t, ctx, server.db, parties, pairs*orders)
	cancel()
	listening.Wait()
}

func newParty(t *testing.T, ctx context.Context, addr, id string, role callout.Role) *party {
	t.Helper()
	socket, err := client.NewSocket(client.Config{
		URL: "http://" + addr, UserID: id, Role: role, RetryMin: 5 * time.Millisecond, RetryMax: 200 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := socket.Open(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return &party{socket: socket}
}

// playOrder plays one order to its end. Each command is sent until its outcome is known, whatever happens to the server.
func playOrder(t *testing.T, ctx context.Context, c, s *client.Socket, id string) {
	for _, step := range []struct {
		by  *client.Socket
		cmd callout.Command
	}{
		{c, callout.Command{Status: callout.Placed, Receivers: []string{s.UserID}}},
		{s, callout.Command{Status: callout.Accepted}},
		{c, callout.Command{Status: callout.Started, Version: 2}},
		{c, callout.Command{Status: callout.Payment, Version: 3, Extra: callout.Extra{Method: callout.Cash}}},
		{s, callout.Command{Status: callout.PaymentVerification, Version: 4}},
		{c, callout.Command{Status: callout.OrderComplete, Version: 5}},
	} {
		step.cmd.OrderID = id
		if _, err := step.by.Send(ctx, step.cmd); err != nil {
			t.Errorf("order %s: %s: %v", id, step.cmd.Status, err)
			return
		}
	}
}

// compareWithDatabase waits until every party has what its inbox holds, and fails if it is anything else.
func compareWithDatabase(t *testing.T, ctx context.Context, path string, parties []*party, orders int) {
	t.Helper()
	db, err := sqlite.OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	events := 0
	for _, p := range parties {
		var inbox []string
		rows, err := db.Page(ctx, p.socket.UserID, 0, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			inbox = append(inbox, row.Of())
		}
		events += len(rows)
		p.waitFor(ctx, len(inbox))
		if diff := cmp.Diff(inbox, p.had); diff != "" || p.first != 1 {
			t.Errorf("%s was not handed its inbox, each event once and in order (-inbox +handed):\n%s", p.socket.UserID, diff)
		}
	}
	if want := orders * 6 * 2; events != want {
		t.Errorf("the inboxes hold %d events, not %d", events, want)
	}
}

// waitFor waits until the party has been handed n events, or ctx ends.
func (p *party) waitFor(ctx context.Context, n int) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		p.mu.Lock()
		enough := len(p.had) >= n
		p.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// TestSIGTERMStopsCleanly has the process end with status 0 while a session is open.
func TestSIGTERMStopsCleanly(t *testing.T) {
	server := &killed{t: t, db: filepath.Join(t.TempDir(), "callout.db"), addr: "127.0.0.1:0"}
	server.start()
	p := newParty(t, t.Context(), server.addr, "c-1", callout.Client)
	if _, err := p.socket.Send(t.Context(), callout.Command{Status: callout.Placed, Receivers: []string{"s-1"}}); err != nil {
		t.Error(err)
	}
	if err := server.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.cmd.Wait(); err != nil {
		t.Errorf("callout serve ended with %v", err)
	}
}
