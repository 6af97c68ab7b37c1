package ledger

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// lane is one committer: a queue, a goroutine that commits what waits in it, and one that tells.
type lane struct {
	store  store.Ledger
	config *Config
	queue  chan item
	told   chan finished

	mu   sync.Mutex
	acks map[device]store.Ack // merged, not yet written
}

type device struct{ userID, device string }

// item is one thing to commit: a command, or the registration of a device.
type item struct {
	cmd    callout.Command
	digest [16]byte
	ack    *store.Ack // set: no command
	done   func(Answer)
}

// finished is a group that is durable, or that has come to nothing: its rows and answers may be told.
type finished struct {
	rows    []wire.Event
	items   []item
	answers []Answer
}

func newLane(s store.Ledger, config *Config) *lane {
	return &lane{
		store: s, config: config,
		queue: make(chan item, config.Queue), told: make(chan finished, 4), acks: make(map[device]store.Ack),
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

func (l *lane) merge(ack store.Ack) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acks[deviceOf(ack)] = later(l.acks[deviceOf(ack)], ack)
}

// putBack has acks that were not written merged with those that have come since.
func (l *lane) putBack(acks []store.Ack) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ack := range acks {
		if since, ok := l.acks[deviceOf(ack)]; ok {
			ack = later(ack, since)
		}
		l.acks[deviceOf(ack)] = ack
	}
}

func deviceOf(ack store.Ack) device { return device{ack.UserID, ack.Device} }

// later merges two acknowledgements of one device; the first may be none.
func later(before, ack store.Ack) store.Ack {
	ack.Seq = max(ack.Seq, before.Seq)
	if ack.SeenAt.Before(before.SeenAt) {
		ack.SeenAt = before.SeenAt
	}
	ack.New = ack.New || before.New
	ack.Sent = joined(before.Sent, ack.Sent)
	ack.Acked = joined(before.Acked, ack.Acked)
	return ack
}

func joined(marks, more []store.Mark) []store.Mark {
	for _, m := range more {
		marks = store.AddMark(marks, m)
	}
	return marks
}

func (l *lane) takeAcks() []store.Ack {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.acks) == 0 {
		return nil
	}
	acks := slices.Collect(maps.Values(l.acks))
	clear(l.acks)
	return acks
}

// run commits until the queue is closed and empty. When the database is broken it says so to fail, and from then on
// answers everything as unavailable.
func (l *lane) run(ctx context.Context, fail func(error)) {
	var teller sync.WaitGroup
	teller.Go(l.tell)
	defer teller.Wait()
	defer close(l.told)

	ticker := time.NewTicker(l.config.AckEvery)
	defer ticker.Stop()
	broken := false
	for open := true; open; {
		var waiting []item
		select {
		case first, ok := <-l.queue:
			if open = ok; ok {
				waiting, open = l.gather(first)
			}
		case <-ticker.C:
		}
		if broken {
			l.answerAll(waiting, unavailable())
		} else if err := l.commit(ctx, waiting, l.takeAcks()); err != nil {
			broken = true
			fail(err)
		}
	}
}

// gather takes what waits in the queue beside the first item, up to a group, and reports whether more may come.
func (l *lane) gather(first item) (group []item, open bool) {
	group = append(make([]item, 0, 1+len(l.queue)), first)
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

// tell announces and answers, in the order of the commits, so that the next group is not kept waiting for it.
func (l *lane) tell() {
	for f := range l.told {
		if len(f.rows) > 0 {
			l.config.Announce(f.rows)
		}
		for i, it := range f.items {
			it.done(f.answers[i])
		}
	}
}

func (l *lane) answerAll(items []item, err *callout.Error) {
	answers := make([]Answer, len(items))
	for i := range answers {
		answers[i].Err = err
		l.config.Metrics.answered(&items[i], &answers[i])
	}
	l.told <- finished{items: items, answers: answers}
}

func unavailable() *callout.Error {
	return &callout.Error{Code: callout.Unavailable, Message: "the database is away; send the command again"}
}
