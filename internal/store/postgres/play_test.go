package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/wire"
)

// outcome is what became of one command of a group.
type outcome struct {
	repeated bool
	refusal  error
	decided  int // how often
}

// commit decides and commits commands as one group, as the ledger does.
func commit(ctx context.Context, db *postgres.DB, acks []store.Ack, cmds ...callout.Command) ([]outcome, []wire.Event, error) {
	outcomes := make([]outcome, len(cmds))
	group, err := groupOf(cmds)
	if err != nil {
		return nil, nil, err
	}
	group.Acks = acks
	events, commitErr := db.Commit(ctx, group, func(l store.Loaded) []store.Record {
		var records []store.Record
		for i := range cmds {
			key := store.Key{SenderID: cmds[i].Sender.ID, CommandID: cmds[i].ID}
			outcomes[i].decided++
			if _, outcomes[i].repeated = l.Repeats[key]; outcomes[i].repeated {
				continue
			}
			var decided []store.Record
			if decided, outcomes[i].refusal = decide(l, cmds[i]); outcomes[i].refusal != nil {
				continue
			}
			last := &decided[len(decided)-1]
			l.Orders[last.OrderID] = &last.Order
			l.Repeats[key] = store.Repeat{OrderID: last.OrderID, Version: decided[0].Version}
			records = append(records, decided...)
		}
		return records
	})
	return outcomes, events, commitErr
}

func decide(l store.Loaded, cmd callout.Command) ([]store.Record, error) {
	events, err := callout.DefaultRules().Apply(l.Orders[cmd.OrderID], cmd, l.Now)
	if err != nil {
		return nil, err
	}
	digest, err := cmd.Digest()
	if err != nil {
		return nil, err
	}
	records := make([]store.Record, len(events))
	for i, e := range events {
		if records[i], err = store.NewRecord(e, digest); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func groupOf(cmds []callout.Command) (store.Group, error) {
	var g store.Group
	g.Commands = len(cmds)
	orders, keys := map[string]bool{}, map[store.Key]bool{}
	for _, c := range cmds {
		if err := c.CheckNames(); err != nil {
			return g, err
		}
		if !orders[c.OrderID] {
			orders[c.OrderID] = true
			g.Orders = append(g.Orders, c.OrderID)
			if c.Status == callout.Placed {
				g.Placed = append(g.Placed, c.OrderID)
			}
		}
		if key := (store.Key{SenderID: c.Sender.ID, CommandID: c.ID}); !keys[key] {
			keys[key] = true
			g.Keys = append(g.Keys, key)
		}
	}
	return g, nil
}

func client(n int) callout.Actor {
	return callout.Actor{ID: fmt.Sprintf("c-%d", n), Role: callout.Client}
}

func serviceman(n int) callout.Actor {
	return callout.Actor{ID: fmt.Sprintf("s-%d", n), Role: callout.Serviceman}
}

// place places an order without prices.
func place(id, orderID string, by callout.Actor, receivers ...callout.Actor) callout.Command {
	cmd := callout.Command{ID: id, Sender: by, OrderID: orderID, Status: callout.Placed}
	for _, r := range receivers {
		cmd.Receivers = append(cmd.Receivers, r.ID)
	}
	return cmd
}

// mustCommit commits commands that have to be taken.
func mustCommit(t testing.TB, db *postgres.DB, cmds ...callout.Command) []wire.Event {
	t.Helper()
	outcomes, events, err := commit(t.Context(), db, nil, cmds...)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.refusal != nil {
			t.Fatalf("%s on %s: %v", cmds[i].Status, cmds[i].OrderID, o.refusal)
		}
	}
	return events
}

// checkInbox holds an inbox to be without gaps, and gives it.
func checkInbox(t testing.TB, db *postgres.DB, userID string) []wire.Event {
	t.Helper()
	rows, err := db.Page(t.Context(), userID, 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if row.Seq != int64(i)+1 {
			t.Fatalf("row %d of %s is numbered %d", i+1, userID, row.Seq)
		}
	}
	return rows
}

// ask runs a query of one value on a connection of its own.
func ask[T any](t testing.TB, url, sql string, args ...any) T {
	t.Helper()
	conn := dial(t, url)
	defer conn.Close(t.Context())
	var v T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func dial(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// sqlState is the code of the server's error in err, if there is one.
func sqlState(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}
