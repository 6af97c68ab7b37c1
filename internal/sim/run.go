// Package sim runs one server and the people who use it in one process, on fake time, with a network that cuts, delays and
// stalls, a database that fails, is slow or loses its server in the middle of a commit, wake-ups that get lost, a clock
// that is wrong, and servers that stop, crash and come back. All that is under test is the real thing: rules, ledger, store,
// session, server, SDK. What everybody is told, and what the database says, is held against what the server promises.
//
// A run is named by a seed, which replays its faults and what its people are like, though not in which order goroutines run.
// So a run that fails prints all that happened in it.
package sim

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// settleWithin is how long it may take everybody to learn everything once nothing goes wrong any more.
const settleWithin = 3 * time.Minute

// world is one run.
type world struct {
	*history
	seed     uint64
	plan     plan
	path     string // of the database
	clock    clock
	network  *network
	storm    *storm
	truth    *truth
	outcomes *outcomes
	talk     talk
	people   []*person
	ids      atomic.Int64  // of the commands of classic sessions
	calm     chan struct{} // closed when nothing goes wrong any more
	quiet    chan struct{} // closed when nobody wants anything new any more

	mu   sync.Mutex
	node *node         // the one that serves, or did last
	down time.Duration // how long there is none after its end
}

// Run plays the run of a seed on a database in dir, which is empty. It gives the first promise that was broken, which is
// empty if none was, and all that happened. Run is to be called in a bubble of testing/synctest.
func Run(ctx context.Context, seed uint64, dir string) (broken, all string) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	w := newWorld(seed, dir, end)
	w.play(ctx)
	return w.verdict()
}

func newWorld(seed uint64, dir string, end context.CancelFunc) *world {
	h := &history{began: time.Now(), end: end}
	p := newPlan(seed)
	w := &world{
		history: h, seed: seed, plan: p, path: dir + "/callout.db",
		network: newNetwork(h, newDice(seed, "network")), storm: &storm{dice: newDice(seed, "storm"), usual: p.usual},
		outcomes: newOutcomes(h), calm: make(chan struct{}), quiet: make(chan struct{}),
	}
	for i := range w.plan.people {
		w.people = append(w.people, newPerson(w, &w.plan.people[i]))
	}
	return w
}

// play runs the server and everybody, has things go wrong, then waits until everybody knows everything, and judges.
func (w *world) play(ctx context.Context) {
	first, err := w.start(1)
	if err != nil {
		w.broke("node 1", "it cannot start: %v", err)
		return
	}
	if w.truth, err = newTruth(ctx, w.history, w.path); err != nil {
		w.broke("database", "it cannot be read: %v", err)
		first.stop()
		<-first.ended
		return
	}
	defer w.truth.db.Close()
	var server, people sync.WaitGroup
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	server.Go(func() { w.serve(serving, first) })
	using, leave := context.WithCancel(ctx)
	for _, p := range w.people {
		for _, d := range p.devices {
			people.Go(func() { d.run(using) })
		}
	}
	w.goWrong(ctx)
	w.settle(ctx)
	leave()
	people.Wait()
	stop()
	server.Wait()
	if ctx.Err() == nil {
		w.judge()
	}
}

// goWrong has the faults happen, each at its time, and then ends all trouble.
func (w *world) goWrong(ctx context.Context) {
	for _, f := range w.plan.faults {
		if !pause(ctx, f.at-time.Since(w.began)) {
			return
		}
		w.note("fault", "%s", f.what)
		w.judgeReceipts()
		f.do(w)
	}
	if !pause(ctx, w.plan.storm-time.Since(w.began)) {
		return
	}
	w.note("world", "nothing goes wrong any more")
	w.network.settle()
	w.storm.settle()
	close(w.calm)
	pause(ctx, w.plan.after)
	w.note("world", "nobody wants anything new any more")
	close(w.quiet)
}

// settle waits until every timer has fired and everybody knows what there is to know.
func (w *world) settle(ctx context.Context) {
	r := w.plan.rules
	pause(ctx, max(r.Offer, r.Change, r.Completion)+r.Change+r.Completion+10*time.Second)
	since := time.Now()
	for pause(ctx, time.Second) {
		lacking := w.lacking()
		if len(lacking) == 0 {
			return
		}
		if time.Since(since) > settleWithin {
			w.broke("world", "long after the last fault: %s", strings.Join(lacking, "; "))
		}
	}
}

// lacking lists what somebody should know by now and does not.
func (w *world) lacking() []string {
	lacking := w.outcomes.open()
	for _, p := range w.people {
		for _, d := range p.devices {
			if what := d.lacks(); what != "" {
				lacking = append(lacking, what)
			}
		}
	}
	return lacking
}

// lifetime is a while. It has no end of its own once nothing goes wrong any more.
func (w *world) lifetime(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	life, end := context.WithCancel(ctx)
	time.AfterFunc(d, func() {
		if !w.isCalm() {
			end()
		}
	})
	return life, end
}

func (w *world) isCalm() bool  { return isClosed(w.calm) }
func (w *world) isQuiet() bool { return isClosed(w.quiet) }

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (w *world) newID() string { return fmt.Sprintf("classic-%d", w.ids.Add(1)) }
