package check

import (
	"context"
	"fmt"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// page is how much is read at once.
const page = 500

// Read reads all orders, and the inboxes of the users.
func Read(ctx context.Context, db node.Reader, users []string) (*Database, error) {
	d := &Database{Orders: make(map[string][]callout.Event), Inboxes: make(map[string][]record.Event)}
	ids, err := db.OrderIDs(ctx, "", 10_000_000)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if d.Orders[id], err = db.Events(ctx, id); err != nil {
			return nil, err
		}
	}
	for _, user := range users {
		if err := d.readInbox(ctx, db, user); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Database) readInbox(ctx context.Context, db node.Reader, user string) error {
	for after := int64(0); ; {
		rows, err := db.Page(ctx, user, after, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			e, _, err := record.FromWire(row)
			if err != nil {
				return fmt.Errorf("read the inbox of %s: %w", user, err)
			}
			d.Inboxes[user] = append(d.Inboxes[user], e)
			after = row.Seq
		}
		if len(rows) < page {
			return nil
		}
	}
}
