package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/calloutd/callout/cmd/internal/node"
)

// verify holds the database to what was played: every order has the events of its moves and rests in their end, and
// every party has received exactly the inbox that the database has for it.
func verify(ctx context.Context, d node.Database, cancel bool, all []played) error {
	db, err := node.OpenReader(ctx, d)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, p := range all {
		if err := verifyOrder(ctx, db, p.orderID, cancel); err != nil {
			return err
		}
		for _, who := range p.parties {
			if err := verifyInbox(ctx, db, who); err != nil {
				return err
			}
		}
	}
	return nil
}

func verifyOrder(ctx context.Context, db node.Reader, orderID string, cancel bool) error {
	events, err := db.Events(ctx, orderID)
	if err != nil {
		return fmt.Errorf("read order %s: %w", orderID, err)
	}
	due := moves(cancel)
	if len(events) != len(due) {
		return fmt.Errorf("order %s has %d events in the database; %d moves were made", orderID, len(events), len(due))
	}
	for i, e := range events {
		if e.Version != int64(i+1) || e.Status != due[i].status {
			return fmt.Errorf("event %d of order %s is %s at version %d in the database; move %d was %s",
				i+1, orderID, e.Status, e.Version, i+1, due[i].status)
		}
	}
	if rests := events[len(events)-1].Order.Status; rests != end(cancel) {
		return fmt.Errorf("order %s rests in %s in the database; it was to end in %s", orderID, rests, end(cancel))
	}
	return nil
}

func verifyInbox(ctx context.Context, db node.Reader, who receipts) error {
	rows, err := db.Page(ctx, who.userID, 0, len(who.inbox)+1)
	if err != nil {
		return fmt.Errorf("read the inbox of %s: %w", who.userID, err)
	}
	var inbox []entry
	for _, r := range rows {
		inbox = append(inbox, entry{r.Seq, r.OrderID, r.Version, r.Status})
	}
	if !slices.Equal(inbox, who.inbox) {
		return fmt.Errorf("%s has received %v; the inbox in the database is %v", who.userID, who.inbox, inbox)
	}
	return nil
}
