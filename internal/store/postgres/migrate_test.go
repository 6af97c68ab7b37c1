package postgres_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
)

// firstSchema is a database as the first schema kept it: one order that was placed and called off, whose client has a
// phone, and one that is on offer.
const firstSchema = `
INSERT INTO callout.users (id, head) VALUES ('c-1', 3), ('s-1', 3);
INSERT INTO callout.events (order_id, version, status, order_status, sender_id, sender_role, command_id, digest, at, party, extra) VALUES
	('o-1', 1, 1001, 1001, 'c-1', 'client', 'p-1', '\x00', 1000, '{"id":"o-1","version":1,"statusCode":1001,"clientId":"c-1","receivers":["s-1"],"services":[],"total":0,"placedAt":"1970-01-01T00:00:01Z"}', '{}'),
	('o-1', 2, 1008, 1008, 'c-1', 'client', 'k-1', '\x00', 2000, '{"id":"o-1","version":2,"statusCode":1008,"clientId":"c-1","services":[],"total":0,"placedAt":"1970-01-01T00:00:01Z"}', '{}'),
	('o-2', 1, 1001, 1001, 'c-1', 'client', 'p-2', '\x00', 3000, '{"id":"o-2","version":1,"statusCode":1001,"clientId":"c-1","receivers":["s-1"],"services":[],"total":0,"placedAt":"1970-01-01T00:00:03Z"}', '{}');
INSERT INTO callout.orders (id, version, status, client_id, former, placed_at, updated_at, due_at, due_code) VALUES
	('o-1', 2, 1008, 'c-1', '{s-1}', 1000, 2000, NULL, NULL), ('o-2', 1, 1001, 'c-1', '{}', 3000, 3000, 603000, 1003);
INSERT INTO callout.inbox (user_id, seq, order_id, version, view) VALUES
	('c-1', 1, 'o-1', 1, 1), ('c-1', 2, 'o-1', 2, 1), ('c-1', 3, 'o-2', 1, 1), ('s-1', 1, 'o-1', 1, 2), ('s-1', 2, 'o-1', 2, 3), ('s-1', 3, 'o-2', 1, 2);
INSERT INTO callout.devices (user_id, device, cursor, seen_at) VALUES ('c-1', 'phone', 2, 2500);
INSERT INTO callout.open_orders (user_id, order_id) VALUES ('c-1', 'o-2'), ('s-1', 'o-2')`

func TestADatabaseOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	url := server.Database(t)
	first, err := os.ReadFile("migrations/0001_orders.sql")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `CREATE SCHEMA callout; CREATE TABLE callout.migrations (version integer PRIMARY KEY,
		applied_at timestamptz NOT NULL DEFAULT now()); INSERT INTO callout.migrations VALUES (1);`+string(first)+firstSchema); err != nil {
		t.Fatal(err)
	}
	db := open(t, url, postgres.Options{Clock: func() time.Time { return time.UnixMilli(5000) }})
	told := make(map[string]int64)
	rows, err := conn.Query(t.Context(), `SELECT id, told FROM callout.orders`)
	if err != nil {
		t.Fatal(err)
	}
	var id string
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error { told[id] = n; return nil }); err != nil {
		t.Fatal(err)
	}
	if told["o-1"] != 4 || told["o-2"] != 2 {
		t.Errorf("rows of inboxes are counted as %v", told)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
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
	events := mustCommit(t, db, callout.Command{ID: "k-2", Sender: client(1), OrderID: "o-2", Status: callout.Cancelled})
	for _, e := range events {
		if e.Seq != 4 {
			t.Errorf("after an inbox that has been cut to its end, at 3, comes %d", e.Seq)
		}
	}
	if events, err := db.Events(t.Context(), "o-2"); err != nil || len(events) != 2 {
		t.Errorf("the open order has %d events (%v)", len(events), err)
	}
}
