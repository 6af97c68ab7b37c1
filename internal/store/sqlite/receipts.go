package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// Receipts implements [store.ReceiptReader]. Rows are found as by Find: for each of those concerned, the newest event first.
func (r *Reader) Receipts(ctx context.Context, orderID string, version int64, senderID string) (receipts []store.Receipt, err error) {
	err = r.read(ctx, func(conn *sqlite3.Conn) error {
		links, err := readChain(conn, orderID)
		if err != nil {
			return err
		}
		events, err := readLinks(conn, links)
		if err != nil {
			return err
		}
		if !store.Sent(events, version, senderID) {
			return nil
		}
		for _, id := range store.Concerned(events) {
			of, err := receiptsOf(conn, id, links, events, version)
			if err != nil {
				return fmt.Errorf("of %s: %w", id, err)
			}
			receipts = append(receipts, of...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the receipts of order %s: %w", orderID, err)
	}
	slices.SortStableFunc(receipts, func(a, b store.Receipt) int { return cmp.Compare(a.Version, b.Version) })
	return receipts, nil
}

// receiptsOf are a user's of one version of an order, or with version 0 of all. links are the order's events, the newest
// first; events are the same, the first first.
func receiptsOf(conn *sqlite3.Conn, userID string, links []link, events []callout.Event, version int64) ([]store.Receipt, error) {
	u, err := readUser(conn, userID)
	if err != nil {
		return nil, err
	}
	var receipts []store.Receipt
	last := u.head
	for _, e := range links {
		if version != 0 && e.version != version {
			continue
		}
		seq, found, err := lastUpTo(conn, u, last, e.id)
		if err != nil {
			return nil, err
		}
		last = seq
		if found != e.id {
			continue
		}
		event := &events[e.version-1]
		receipt := store.Receipt{Version: e.version, Status: event.Status, SenderID: event.Sender.ID, At: event.At, UserID: userID, Seq: seq}
		if receipt.View, err = readView(conn, u, seq); err != nil {
			return nil, err
		}
		if receipt.Devices, err = deliveries(conn, u, seq); err != nil {
			return nil, err
		}
		receipts = append(receipts, receipt)
	}
	return receipts, nil
}

func readView(conn *sqlite3.Conn, u user, seq int64) (view callout.View, err error) {
	err = run(conn, `SELECT view FROM inbox WHERE user = ? AND seq = ?`, func(row *sqlite3.Stmt) error {
		view = callout.View(row.ColumnInt(0))
		return nil
	}, u.n, seq)
	return view, err
}

// deliveries are what became of a row on each device that it was sent to, or that is known.
func deliveries(conn *sqlite3.Conn, u user, seq int64) (list []store.Delivery, err error) {
	const query = `WITH RECURSIVE named (device) AS (
			SELECT min(device) FROM receipts WHERE user = ?1
			UNION ALL SELECT (SELECT min(device) FROM receipts WHERE user = ?1 AND device > named.device) FROM named WHERE device IS NOT NULL)
		SELECT device FROM devices WHERE user = ?1 UNION SELECT device FROM named WHERE device IS NOT NULL ORDER BY device`
	err = run(conn, query, func(row *sqlite3.Stmt) error {
		list = append(list, store.Delivery{Device: row.ColumnText(0)})
		return nil
	}, u.n)
	if err != nil {
		return nil, err
	}
	for i := range list {
		d := &list[i]
		if d.SentAt, err = markedAt(conn, u, d.Device, store.SentKind, seq); err != nil {
			return nil, err
		}
		if d.AckedAt, err = markedAt(conn, u, d.Device, store.AckedKind, seq); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// markedAt is when a row was sent to a device or acknowledged by it, or zero.
func markedAt(conn *sqlite3.Conn, u user, device string, kind, seq int64) (at time.Time, err error) {
	const query = `SELECT marks FROM receipts WHERE user = ? AND device = ? AND kind = ? AND last >= ? ORDER BY last LIMIT 1`
	err = run(conn, query, func(row *sqlite3.Stmt) error {
		marks, err := store.DecodeMarks(columnBytes(row, 0))
		at = store.MarkedAt(marks, seq)
		return err
	}, u.n, device, kind, seq)
	return at, err
}
