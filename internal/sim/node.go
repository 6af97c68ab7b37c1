package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calloutd/callout/internal/bus"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/server"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/sqlite"
)

// node is one server's process, from its start to its end or crash.
type node struct {
	*history
	name     string
	network  *network
	listener *listener
	db       *sqlite.DB
	ledger   *ledger.Ledger
	server   *server.Server

	stop  context.CancelFunc // has it drain and end
	once  sync.Once
	dead  chan struct{} // closed when it has crashed
	ended chan struct{} // closed when nothing of it is left
}

func (n *node) note(format string, a ...any) { n.history.note(n.name, format, a...) }

// start runs a node on the world's database and network. Its goroutines end after stop or crash, and close ended.
func (w *world) start(number int) (*node, error) {
	db, err := sqlite.Open(context.Background(), w.path, sqlite.Options{Clock: w.clock.now})
	if err != nil {
		return nil, err
	}
	n := &node{
		history: w.history, name: fmt.Sprintf("node %d", number), network: w.network, listener: w.network.listen(), db: db,
		dead: make(chan struct{}), ended: make(chan struct{}),
	}
	registry := prometheus.NewRegistry()
	wakes := new(bus.Local)
	sc, lc := w.plan.server, w.plan.ledger
	sc.Clock, sc.Registry, sc.Log = w.clock.now, registry, slog.New(slog.DiscardHandler)
	sc.Session.NewID = w.newID
	lc.Keeper = db
	lc.Metrics, lc.Log = ledger.NewMetrics(registry), sc.Log
	lc.Announce = (&whispers{bus: wakes, dice: newDice(w.seed, n.name), trust: w.plan.trust}).announce
	lc.Missed = func() { n.server.Missed() }
	n.ledger = ledger.New(&commits{db, w.storm, n}, lc)
	n.server = server.New(sc, n.ledger, struct {
		*reads
		store.DismissalReader
		store.ReceiptReader
	}{&reads{db, w.storm, n}, db, db}, wakes)
	n.run()
	n.note("started")
	return n, nil
}

// run serves until stop is called: the sessions leave first, then what they have handed in is committed.
func (n *node) run() {
	serving, stop := context.WithCancel(context.Background())
	committing, stopCommitting := context.WithCancel(context.Background())
	n.stop = stop
	var beside sync.WaitGroup
	beside.Go(func() {
		if err := n.ledger.Run(committing); err != nil {
			n.broke(n.name, "the ledger gave up: %v", err)
		}
	})
	go func() {
		defer close(n.ended)
		err := n.server.Serve(serving, n.listener)
		stopCommitting()
		beside.Wait()
		if n.crashed() {
			err = nil // its listener is gone
		}
		if err = errors.Join(err, n.db.Close()); err != nil {
			n.broke(n.name, "it ended with: %v", err)
		}
		n.note("ended")
	}()
}

// crash ends the process: from this moment on nothing of it reaches the database or the network. It does not wait for
// what is left of it.
func (n *node) crash() {
	n.once.Do(func() {
		close(n.dead)
		n.listener.Close()
		for _, l := range n.network.of("") {
			l.crash(n.network.dice)
		}
		n.stop()
	})
}

func (n *node) crashed() bool {
	select {
	case <-n.dead:
		return true
	default:
		return false
	}
}

// crash is what a device learns of the end of a server's process: that the connection is broken, now, in a while, or when
// it has waited long enough.
func (l *link) crash(d *dice) {
	never := time.Duration(-1)
	l.sever(oneOf(d, []time.Duration{0, d.between(0, 3*time.Second), never}), 0)
}

// held waits as long as something takes, unless the process or who waits for it ends first.
func (n *node) held(ctx context.Context, d time.Duration) error {
	if d > 0 {
		select {
		case <-time.After(d):
		case <-n.dead:
		case <-ctx.Done():
		}
	}
	if n.crashed() {
		return errDead
	}
	return ctx.Err()
}

// errDead is what a process that has crashed would hear of its database, if it were still there.
var errDead = errors.New("this process has crashed")
