package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// devices is the committer of what devices acknowledge, and of devices that are new. Its transactions are its own, so that on PostgreSQL
// no command waits for them, and groups can be sent ahead all the time.
type devices struct {
	store  store.Ledger
	config *Config
	acks   acks
	queue  chan registration
	failed time.Time // when the database has not taken something
	broken error     // why nothing is committed any more; to be read once run is over
}

// registration is of a device that is to be known.
type registration struct {
	ack  store.Ack
	done func(*callout.Error)
}

// note is what is to be written of a device.
type note struct {
	store.Ack
	done []func(*callout.Error) // tells those who wait for it
}

const (
	// ackParts is how many parts the time that an acknowledgement may wait has. It waits for all but the last two, so that many of
	// one device are written as one.
	ackParts = 8
	// acksAtOnce is how many acknowledgements are written in one transaction at most: SQLite has one writer, and commands wait for it.
	acksAtOnce = 128
)

func newDevices(s store.Ledger, config *Config) *devices {
	return &devices{
		store: s, config: config, queue: make(chan registration, config.Queue), acks: acks{waiting: make(map[device]*waitingAck)},
	}
}

// run commits until the queue is closed and empty, and what waits is written or the database does not take it. When the database is
// broken it says so to fail, and from then on answers everything as unavailable.
func (d *devices) run(ctx context.Context, fail func(error)) {
	part := d.config.AckEvery / ackParts
	ticker := time.NewTicker(max(part, time.Millisecond))
	defer ticker.Stop()
	for open := true; open; {
		notes := make(map[device]*note)
		var due time.Time // what waits since then is written; zero: nothing is
		select {
		case r, ok := <-d.queue:
			if open = ok; open {
				notes[deviceOf(&r.ack)] = r.note()
			} else {
				due = time.Now()
			}
		case now := <-ticker.C:
			if now.Sub(d.failed) > d.config.AckEvery {
				due = now.Add(2*part - d.config.AckEvery)
			}
		}
		for more := true; more; notes = make(map[device]*note) {
			d.gather(notes)
			acks := d.acks.take(due, acksAtOnce)
			for _, ack := range acks {
				add(notes, &note{Ack: ack})
			}
			err := d.write(ctx, notes)
			if errors.Is(err, store.Broken) && d.broken == nil {
				d.broken = err
				fail(err)
			}
			more = err == nil && len(acks) == acksAtOnce
		}
	}
}

// gather takes the registrations that wait, up to a group.
func (d *devices) gather(notes map[device]*note) {
	for len(notes) < d.config.Group {
		select {
		case r, ok := <-d.queue:
			if !ok {
				return
			}
			add(notes, r.note())
		default:
			return
		}
	}
}

func (r *registration) note() *note { return &note{r.ack, []func(*callout.Error){r.done}} }

// add adds a note to those of other devices, or to the one that there is of its own.
func add(notes map[device]*note, n *note) {
	if there := notes[deviceOf(&n.Ack)]; there != nil {
		there.Ack = later(there.Ack, n.Ack)
		there.done = append(there.done, n.done...)
		return
	}
	notes[deviceOf(&n.Ack)] = n
}

// write writes notes in one transaction, if the database takes all of them.
func (d *devices) write(ctx context.Context, notes map[device]*note) error {
	all := make([]*note, 0, len(notes))
	for _, n := range notes {
		all = append(all, n)
	}
	switch {
	case len(all) == 0:
		return nil
	case d.broken != nil:
		tell(all, unavailable())
		return d.broken
	}
	return d.commit(ctx, all)
}

// commit makes notes durable and tells those who wait for them. Where the database refuses some, the others are written without them. Where
// it is away, acknowledgements are written later. An error means that it was away, or is broken.
func (d *devices) commit(ctx context.Context, notes []*note) error {
	var err error
	unknown := false
	for try := 1; try <= maxTries; try++ {
		if err = d.try(ctx, notes); err == nil {
			tell(notes, nil)
			return nil
		}
		switch {
		case errors.Is(err, store.Broken):
			d.config.Log.Error("the database is broken", "err", err)
			tell(notes, unavailable())
			return err
		case errors.Is(err, store.BadData):
			return d.refused(ctx, notes, err)
		case errors.Is(err, store.TryAgain):
			wait(ctx, rand.N(pause*time.Duration(try)))
		case unknown: // writing the same once more changes nothing
			try = maxTries
		default:
			unknown = true
		}
	}
	d.giveUp(notes, err)
	return err
}

func (d *devices) try(ctx context.Context, notes []*note) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	g := store.Group{Acks: make([]store.Ack, len(notes))}
	for i, n := range notes {
		g.Acks[i] = n.Ack
	}
	if _, err := d.store.Commit(ctx, g, func(store.Loaded) []store.Record { return nil }); err != nil {
		return fmt.Errorf("commit what %d devices acknowledge: %w", len(notes), err)
	}
	return nil
}

// refused commits the halves of what the database has refused, so that the culprit alone fails.
func (d *devices) refused(ctx context.Context, notes []*note, cause error) error {
	if half := len(notes) / 2; half > 0 {
		return errors.Join(d.commit(ctx, notes[:half]), d.commit(ctx, notes[half:]))
	}
	d.config.Log.Error("the database refuses what a device acknowledges", "err", cause)
	tell(notes, &callout.Error{Code: callout.Internal, Message: "the device could not be stored"})
	return nil
}

// giveUp has acknowledgements wait once more. Whoever registers comes again.
func (d *devices) giveUp(notes []*note, cause error) {
	d.config.Log.Error("what devices acknowledge could not be written", "devices", len(notes), "err", cause)
	d.failed = time.Now()
	var acks []store.Ack
	for _, n := range notes {
		if len(n.done) == 0 {
			acks = append(acks, n.Ack)
		}
	}
	d.acks.putBack(acks, d.failed)
	tell(notes, unavailable())
}

func tell(notes []*note, err *callout.Error) {
	for _, n := range notes {
		for _, done := range n.done {
			done(err)
		}
	}
}
