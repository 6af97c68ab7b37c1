package sqlite

import (
	"slices"
	"testing"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// firstSchema is a database as the first schema kept it: one order that was placed and called off, whose client has a
// phone, and one that is on offer.
const firstSchema = `
INSERT INTO users (n, id) VALUES (1, 'c-1'), (2, 's-1');
INSERT INTO events (id, order_id, version, status, order_status, sender_id, sender_role, command_id, digest, at, prev, party, extra) VALUES
	(1, 'o-1', 1, 1001, 1001, 'c-1', 'client', 'p-1', zeroblob(16), 1000, NULL, '{"id":"o-1","version":1,"statusCode":1001,"clientId":"c-1","receivers":["s-1"],"services":[],"total":0,"placedAt":"1970-01-01T00:00:01Z"}', '{}'),
	(2, 'o-1', 2, 1008, 1008, 'c-1', 'client', 'k-1', zeroblob(16), 2000, 1, '{"id":"o-1","version":2,"statusCode":1008,"clientId":"c-1","services":[],"total":0,"placedAt":"1970-01-01T00:00:01Z"}', '{}'),
	(3, 'o-2', 1, 1001, 1001, 'c-1', 'client', 'p-2', zeroblob(16), 3000, NULL, '{"id":"o-2","version":1,"statusCode":1001,"clientId":"c-1","receivers":["s-1"],"services":[],"total":0,"placedAt":"1970-01-01T00:00:03Z"}', '{}');
INSERT INTO orders (id, version, status, client_id, last_event, former, placed_at, updated_at, due_at, due_code) VALUES
	('o-1', 2, 1008, 'c-1', 2, '["s-1"]', 1000, 2000, NULL, NULL), ('o-2', 1, 1001, 'c-1', 3, '[]', 3000, 3000, 603000, 1003);
INSERT INTO inbox (user, seq, event, view) VALUES (1, 1, 1, 1), (1, 2, 2, 1), (1, 3, 3, 1), (2, 1, 1, 2), (2, 2, 2, 3), (2, 3, 3, 2);
INSERT INTO devices (user, device, cursor, seen_at) VALUES (1, 'phone', 2, 2500);
INSERT INTO open_orders (user, "order") VALUES (1, 2), (2, 2);
PRAGMA application_id = 0x43616c6c; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;`

func TestADatabaseOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	path := pathIn(t)
	scripts, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	raw(t, path, scripts[0]+firstSchema)
	db, err := Open(t.Context(), path, Options{Clock: func() time.Time { return time.UnixMilli(5000) }})
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, db)
	err = db.read(t.Context(), func(conn *sqlite3.Conn) error {
		told := make(map[string]int64)
		err := run(conn, `SELECT id, told FROM orders`, func(row *sqlite3.Stmt) error {
			told[row.ColumnText(0)] = row.ColumnInt64(1)
			return nil
		})
		if told["o-1"] != 4 || told["o-2"] != 2 {
			t.Errorf("rows of inboxes are counted as %v", told)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []struct {
		query store.Query
		want  []string
	}{
		{store.Query{Limit: 9}, []string{"o-2", "o-1"}},
		{store.Query{Limit: 9, UserID: "c-1"}, []string{"o-2", "o-1"}},
		{store.Query{Limit: 9, UserID: "s-1"}, nil}, // who has accepted none
		{store.Query{Limit: 9, Open: true}, []string{"o-2"}},
	} {
		var got []string
		page, err := db.List(t.Context(), list.query)
		for _, o := range page.Orders {
			got = append(got, o.ID)
		}
		if err != nil || !slices.Equal(got, list.want) {
			t.Errorf("%+v lists %v, not %v (%v)", list.query, got, list.want, err)
		}
	}
	cut, err := db.Cut(t.Context(), time.Second, store.Cut{}, 100)
	if err != nil || cut.Rows != 6 || cut.Devices != 1 || !cut.Done {
		t.Errorf("the cut is %+v (%v)", cut, err)
	}
	if n, err := db.DropOrders(t.Context(), time.Second, 100); err != nil || n != 1 {
		t.Errorf("%d orders are dropped (%v)", n, err)
	}
	if events, err := db.Events(t.Context(), "o-2"); err != nil || len(events) != 1 {
		t.Errorf("the open order has %d events (%v)", len(events), err)
	}
}
