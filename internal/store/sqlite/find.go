package sqlite

import (
	"context"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// Find implements [store.Inbox]. No index leads from an event to its rows. But the events of an inbox grow with seq, so
// each of the order's is looked for in the middle of what is left, the newest first.
func (r *Reader) Find(ctx context.Context, w store.Wanted) (found wire.Event, ok bool, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		var seq int64
		if seq, err = findSeq(conn, w); err != nil || seq == 0 {
			return err
		}
		rows, err := readRows(conn, w.UserID, seq-1, seq)
		for _, found = range rows {
			ok = true
		}
		return err
	})
	if err != nil {
		return wire.Event{}, false, fmt.Errorf("find %s in %s's inbox: %w", wire.EventName(w.OrderID, w.Version), w.UserID, err)
	}
	return found, ok, nil
}

// findSeq is where the inbox holds what is wanted, or 0.
func findSeq(conn *sqlite3.Conn, w store.Wanted) (int64, error) {
	u, err := readUser(conn, w.UserID)
	if err != nil {
		return 0, err
	}
	events, err := readChain(conn, w.OrderID)
	if err != nil {
		return 0, err
	}
	last := u.head
	if w.UpTo > 0 {
		last = min(last, w.UpTo)
	}
	for _, e := range events {
		if w.Version != 0 && w.Version != e.version {
			continue
		}
		seq, event, err := lastUpTo(conn, u, last, e.id)
		if err != nil {
			return 0, err
		}
		if event == e.id {
			return seq, nil
		}
		last = seq
	}
	return 0, nil
}

// lastUpTo finds the last row of an inbox, of those up to seq last, whose event is not above the one given. Without
// any, it gives the floor.
func lastUpTo(conn *sqlite3.Conn, u user, last, event int64) (seq, found int64, err error) {
	low, high := u.floor, last // the row is at low or above, and not above high
	for low < high {
		middle := high - (high-low)/2
		at, err := eventAt(conn, u, middle)
		if err != nil {
			return 0, 0, err
		}
		if at <= event {
			low, found = middle, at
		} else {
			high = middle - 1
		}
	}
	return low, found, nil
}

// eventAt is the event of a row of an inbox, or 0.
func eventAt(conn *sqlite3.Conn, u user, seq int64) (event int64, err error) {
	err = run(conn, `SELECT event FROM inbox WHERE user = ? AND seq = ?`, func(row *sqlite3.Stmt) error {
		event = row.ColumnInt64(0)
		return nil
	}, u.n, seq)
	return event, err
}

type link struct{ id, version int64 }

// readChain reads the events of an order, the newest first.
func readChain(conn *sqlite3.Conn, orderID string) ([]link, error) {
	const query = `WITH RECURSIVE chain (id, version, prev) AS (
			SELECT id, version, prev FROM events WHERE id = (SELECT last_event FROM orders WHERE id = ?)
			UNION ALL SELECT e.id, e.version, e.prev FROM chain JOIN events e ON e.id = chain.prev)
		SELECT id, version FROM chain ORDER BY version DESC`
	var links []link
	err := run(conn, query, func(row *sqlite3.Stmt) error {
		links = append(links, link{row.ColumnInt64(0), row.ColumnInt64(1)})
		return nil
	}, orderID)
	return links, err
}
