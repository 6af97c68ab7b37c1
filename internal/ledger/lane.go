package ledger

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// lane is one committer: a queue, a goroutine that commits what waits in it, and one that tells.
type lane struct {
	store    store.Ledger
	streamer store.Streamer // nil: each group is durable before the next one begins
	config   *Config
	queue    chan item
	enough   atomic.Int64  // how many items in the queue are worth a look at it
	wake     chan struct{} // is told when there are so many, or no more will come
	told     chan finished
	broken   error // why nothing is committed any more; to be read once run is over

	stream store.Stream // of the streamer's
	ahead  []ahead      // what has been sent on it, the oldest first
}

// item is one command to commit.
type item struct {
	cmd    callout.Command
	digest [16]byte
	done   func(Answer)

	foreseen *foreseen // what becomes of it if its order is as it is remembered; nil: that is not known
}

// finished is a group that is durable, or that has come to nothing: its rows and answers may be told.
type finished struct {
	rows    []wire.Event
	items   []item
	answers []Answer
}

func newLane(s store.Ledger, streamer store.Streamer, config *Config) *lane {
	return &lane{
		store: s, streamer: streamer, config: config, queue: make(chan item, config.Queue), wake: make(chan struct{}, 1),
		told: make(chan finished, 4),
	}
}

// look has the lane look at its queue.
func (l *lane) look() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// prepare makes of a command what can be made outside the commit.
func (it *item) prepare() *callout.Error {
	if it.cmd.Sender.Role == callout.System {
		return nil
	}
	err := it.cmd.CheckNames()
	if err == nil {
		it.digest, err = it.cmd.Digest()
	}
	return refusalOf(err)
}

// lookEvery is how often a lane with a stream looks at its queue although nobody has told it to.
const lookEvery = 100 * time.Millisecond

// run commits until the queue is closed and empty. When the database is broken it says so to fail, and from then on
// answers everything as unavailable.
func (l *lane) run(ctx context.Context, fail func(error)) {
	var teller sync.WaitGroup
	teller.Go(l.tell)
	defer teller.Wait()
	defer close(l.told)

	var tick <-chan time.Time
	if l.streamer != nil {
		l.stream = l.streamer.Stream(ctx, l.config.Timeout)
		defer l.stream.Close()
		ticker := time.NewTicker(max(min(lookEvery, l.config.Timeout/4), time.Millisecond))
		defer ticker.Stop()
		tick = ticker.C
	}
	check := func(err error) {
		if err != nil {
			l.broken = err
			fail(err)
		}
	}
	for open := true; open || len(l.ahead) > 0; {
		select {
		case <-l.wake:
		case <-tick:
			l.rest()
		case outcome := <-l.outcomes():
			check(l.receive(ctx, outcome))
		}
		for first := true; l.worthwhile() && (first || len(l.queue) > 0); first = false {
			var err error
			open, err = l.advance(ctx)
			check(err)
		}
	}
}

// advance commits what waits, or sends it ahead, and reports whether more may come.
func (l *lane) advance(ctx context.Context) (open bool, err error) {
	items, open := l.gather()
	if l.broken != nil {
		l.answerAll(items, unavailable())
		return open, nil
	}
	if len(items) == 0 || l.send(items) {
		return open, nil
	}
	for len(l.ahead) > 0 {
		outcome := <-l.outcomes()
		if outcome.Err != nil {
			return open, l.again(ctx, outcome.Err, items)
		}
		l.durable(outcome.Rows)
	}
	l.rest()
	return open, l.commit(ctx, items, false)
}

// gather takes what waits in the queue, up to a group, and reports whether more may come.
func (l *lane) gather() (group []item, open bool) {
	group = make([]item, 0, min(len(l.queue), l.config.Group))
	for len(group) < l.config.Group {
		select {
		case it, ok := <-l.queue:
			if !ok {
				return group, false
			}
			group = append(group, it)
		default:
			return group, true
		}
	}
	return group, true
}

// waiting takes what is in the queue at this moment.
func (l *lane) waiting() []item {
	var items []item
	for range len(l.queue) {
		it, open := <-l.queue
		if !open {
			break
		}
		items = append(items, it)
	}
	return items
}

// tell answers and announces, in the order of the commits, so that the next group is not kept waiting for it. Answers come
// first: whoever gets one of success knows that the event's row follows.
func (l *lane) tell() {
	for f := range l.told {
		for i := range f.items {
			l.config.Metrics.answered(&f.items[i], &f.answers[i])
			f.items[i].done(f.answers[i])
		}
		if len(f.rows) > 0 {
			l.config.Metrics.happened(f.rows)
			l.config.Announce(f.rows)
		}
	}
}

func (l *lane) answerAll(items []item, err *callout.Error) {
	answers := make([]Answer, len(items))
	for i := range answers {
		answers[i].Err = err
	}
	l.told <- finished{items: items, answers: answers}
}

func unavailable() *callout.Error {
	return &callout.Error{Code: callout.Unavailable, Message: "the database is away; send the command again"}
}
