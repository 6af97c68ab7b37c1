package load

import (
	"context"
	"fmt"
	"runtime"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/wire"
)

// History is what of a database is checked.
type History interface {
	// Events reads the events of an order, the first first.
	Events(ctx context.Context, orderID string) ([]callout.Event, error)
	// Page reads at most limit rows of an inbox after a seq, in order.
	Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error)
}

// page is how many rows of an inbox are read at once.
const page = 512

// Check says in which of the orders, or of their parties' inboxes, the database holds anything else than what was
// acknowledged: the events of the story, as far as the order has got, once each, in order, and no other. The orders of a
// party are given in the order in which they were played. The parties have no others.
func Check(ctx context.Context, h History, orders []Order) error {
	atOnce := 2 * runtime.GOMAXPROCS(0)
	err := each(ctx, len(orders), atOnce, func(ctx context.Context, i int) error {
		events, err := h.Events(ctx, orders[i].ID)
		if err != nil {
			return err
		}
		return checkOrder(&orders[i], events)
	})
	if err != nil {
		return err
	}
	inboxes := make(map[string][]Order)
	for _, o := range orders {
		inboxes[o.ClientID] = append(inboxes[o.ClientID], o)
		inboxes[o.ServicemanID] = append(inboxes[o.ServicemanID], o)
	}
	users := make([]string, 0, len(inboxes))
	for user := range inboxes {
		users = append(users, user)
	}
	return each(ctx, len(users), atOnce, func(ctx context.Context, i int) error { return checkInbox(ctx, h, users[i], inboxes[users[i]]) })
}

func checkOrder(o *Order, events []callout.Event) error {
	for i := range max(len(events), o.Events) {
		switch {
		case i >= o.Events:
			return fmt.Errorf("order %s: the database holds version %d, %s, which nobody was told of", o.ID, i+1, events[i].Status)
		case i >= len(events):
			return fmt.Errorf("order %s: version %d, %s, was acknowledged, and the database does not hold it", o.ID, i+1, Story[i])
		}
		sender := o.ServicemanID
		if byClient(Story[i]) {
			sender = o.ClientID
		}
		if e := &events[i]; e.Version != int64(i+1) || e.Status != Story[i] || e.Sender.ID != sender {
			return fmt.Errorf("order %s: the database holds version %d, %s by %s, where version %d is %s by %s",
				o.ID, e.Version, e.Status, e.Sender.ID, i+1, Story[i], sender)
		}
	}
	return nil
}

func checkInbox(ctx context.Context, h History, user string, orders []Order) error {
	inbox := &reading{history: h, user: user}
	for _, o := range orders {
		for i := range o.Events {
			row, err := inbox.next(ctx)
			switch {
			case err != nil:
				return err
			case row == nil:
				return fmt.Errorf("order %s: version %d, %s, is not in the inbox of %s", o.ID, i+1, Story[i], user)
			case row.Seq != inbox.seq || row.OrderID != o.ID || row.Version != int64(i+1) || row.Status != Story[i]:
				return fmt.Errorf("order %s: the inbox of %s has as number %d version %d of order %s, %s, where number %d is version %d, %s",
					o.ID, user, row.Seq, row.Version, row.OrderID, row.Status, inbox.seq, i+1, Story[i])
			}
		}
	}
	row, err := inbox.next(ctx)
	if err == nil && row != nil {
		err = fmt.Errorf("order %s: the inbox of %s holds version %d, %s, which nobody was told of", row.OrderID, user, row.Version, row.Status)
	}
	return err
}

// reading reads an inbox from its beginning.
type reading struct {
	history History
	user    string
	rows    []wire.Event
	seq     int64 // of the row that was given last, if there is no gap
}

// next gives the next row, or nil at the end.
func (r *reading) next(ctx context.Context) (*wire.Event, error) {
	if len(r.rows) == 0 {
		rows, err := r.history.Page(ctx, r.user, r.seq, page)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		r.rows = rows
	}
	row := &r.rows[0]
	r.rows = r.rows[1:]
	r.seq++
	return row, nil
}
