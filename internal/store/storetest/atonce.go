package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// snapshots: whoever reads while others commit sees the whole of some group or nothing of it. Here every group is one
// event and one open order to each of two users, so heads and open orders are always the same number.
func snapshots(w *world) {
	const groups = 200
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	failed := make(chan error, 2)
	var readers sync.WaitGroup
	for _, user := range []callout.Actor{ana, sam} {
		readers.Go(func() {
			for ctx.Err() == nil {
				if err := w.readSnapshot(user.ID); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for i := range groups {
		w.do(w.place(ana, fmt.Sprintf("o-%03d", i), sam))
	}
	stop()
	readers.Wait()
	select {
	case err := <-failed:
		w.t.Fatalf("while others commit: %v", err)
	default:
	}
}

func (w *world) readSnapshot(userID string) error {
	ctx := w.t.Context()
	s, err := w.s.Open(ctx, userID, "phone", nil)
	if err != nil {
		return err
	}
	if int(s.Head) != len(s.Orders) {
		return fmt.Errorf("a snapshot of %s has head %d and %d open orders", userID, s.Head, len(s.Orders))
	}
	head, open, err := w.s.Standing(ctx, userID)
	if err != nil {
		return err
	}
	if int(head) != open || head < s.Head {
		return fmt.Errorf("%s stands at head %d with %d open orders, after head %d", userID, head, open, s.Head)
	}
	rows, err := w.s.Page(ctx, userID, 0, 1<<20)
	if err != nil {
		return err
	}
	return checkInbox(rows, userID, int(head))
}

// checkInbox holds rows to be one user's, without a gap, and at least so many.
func checkInbox(rows []wire.Event, userID string, atLeast int) error {
	if len(rows) < atLeast {
		return fmt.Errorf("%s has %d rows, at least %d are committed", userID, len(rows), atLeast)
	}
	for i, row := range rows {
		if row.Seq != int64(i)+1 || row.ReceiverID != userID {
			return fmt.Errorf("row %d of %s is number %d of %s", i+1, userID, row.Seq, row.ReceiverID)
		}
	}
	return nil
}

// manyAtOnce: committers that share no user, and one user that all of them share.
func manyAtOnce(w *world) {
	const committers, orders = 8, 10
	failed := make(chan error, committers)
	var all sync.WaitGroup
	for n := range committers {
		cmds := w.busyDay(n, orders)
		all.Go(func() {
			for _, group := range cmds {
				if err := w.insist(group); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	for err := range failed {
		w.t.Fatalf("commit: %v", err)
	}
	for n := range committers {
		for _, user := range []string{fmt.Sprintf("c-%d", n), fmt.Sprintf("s-%d", n)} {
			rows := w.inbox(user)
			w.gapless(user, rows)
			w.same("rows of "+user, len(rows), orders*5)
		}
	}
	rows := w.inbox(sue.ID)
	w.gapless(sue.ID, rows)
	w.same("rows of the one whom all share", len(rows), committers*orders*3)
}

// busyDay is one pair's groups: each order is placed and accepted in one, goes on in the next, and is offered to sue too.
func (w *world) busyDay(n, orders int) [][]callout.Command {
	client := callout.Actor{ID: fmt.Sprintf("c-%d", n), Role: callout.Client}
	worker := callout.Actor{ID: fmt.Sprintf("s-%d", n), Role: callout.Serviceman}
	var groups [][]callout.Command
	for i := range orders {
		id := fmt.Sprintf("o-%d-%d", n, i)
		first := []callout.Command{w.place(client, id, worker, sue), w.say(worker, id, callout.Accepted)}
		if i%2 == 0 {
			first[0] = w.place(client, id, sue, worker)
		}
		groups = append(groups, first, []callout.Command{w.say(client, id, callout.Started), w.say(client, id, callout.Payment)})
	}
	return groups
}

// insist commits a group, again and again as long as it loses against others.
func (w *world) insist(cmds []callout.Command) error {
	for {
		var refused error
		_, err := w.s.Commit(w.t.Context(), groupOf(cmds), func(l store.Loaded) []store.Record {
			var records []store.Record
			records, refused = w.decide(l, cmds)
			return records
		})
		if !errors.Is(err, store.TryAgain) {
			return errors.Join(err, refused)
		}
	}
}
