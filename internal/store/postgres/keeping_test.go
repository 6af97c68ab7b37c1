package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
)

const month = 30 * 24 * time.Hour

// elsewhere is a connection of somebody else.
func elsewhere(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// untilSomebodyWaits returns when that many wait for a lock.
func untilSomebodyWaits(t *testing.T, watch *pgx.Conn, many int) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		var n int
		const query = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
		if err := watch.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n >= many {
			return
		}
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatal("nobody waits")
		}
	}
}

// mustAck writes an ack alone.
func mustAck(t *testing.T, db *postgres.DB, a store.Ack) {
	t.Helper()
	if _, err := db.Commit(t.Context(), store.Group{Acks: []store.Ack{a}}, func(store.Loaded) []store.Record { return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestADeviceThatIsForgottenWhileItAcknowledgesStaysForgotten(t *testing.T) {
	url := server.Database(t)
	db := open(t, url, postgres.Options{})
	mustAck(t, db, store.Ack{UserID: "s-9", Device: "phone", Seq: 7, SeenAt: time.Now(), New: true})
	forgetting, err := elsewhere(t, url).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forgetting.Exec(t.Context(), `DELETE FROM callout.devices WHERE user_id = 's-9'`); err != nil {
		t.Fatal(err)
	}
	acked := make(chan error, 1)
	go func() {
		ack := store.Ack{UserID: "s-9", Device: "phone", SeenAt: time.Now(), Sent: []store.Mark{{First: 8, Last: 8, At: time.Now()}}}
		_, err := db.Commit(context.Background(), store.Group{Acks: []store.Ack{ack}}, func(store.Loaded) []store.Record { return nil })
		acked <- err
	}()
	untilSomebodyWaits(t, elsewhere(t, url), 1)
	if err := forgetting.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-acked; err != nil {
		t.Fatal(err)
	}
	if s, err := db.Open(t.Context(), "s-9", "phone", nil); err != nil || s.Known {
		t.Errorf("the device is known again: %+v (%v)", s, err)
	}
}

// aged is a database with an order that has ended a month ago, in the inboxes of a client and three servicemen.
func aged(t *testing.T) (*postgres.DB, string) {
	url := server.Database(t)
	now := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	db := open(t, url, postgres.Options{Clock: func() time.Time { return now }})
	mustCommit(t, db, place("p", "o-1", client(1), serviceman(1), serviceman(2), serviceman(3)))
	cancel := callout.Command{ID: "k", Sender: client(1), OrderID: "o-1", Status: callout.Cancelled}
	mustCommit(t, db, cancel)
	now = now.Add(month + time.Second)
	return db, url
}

func TestRetentionLocksInTheOrderOfCommits(t *testing.T) {
	db, url := aged(t)
	who := serviceman(1).ID
	mustAck(t, db, store.Ack{UserID: who, Device: "phone", Seq: 3, SeenAt: time.Unix(0, 0), New: true}) // long unseen
	cut := make(chan error, 1)
	watch := elsewhere(t, url)
	ack := store.Ack{UserID: who, Device: "phone", Seq: 3, SeenAt: time.Now()}
	_, err := db.Commit(t.Context(), store.Group{Orders: []string{"o-1"}, Acks: []store.Ack{ack}}, func(store.Loaded) []store.Record {
		go func() {
			_, err := db.Cut(context.Background(), month, store.Cut{}, 500)
			cut <- err
		}()
		untilSomebodyWaits(t, watch, 1)
		return nil
	})
	if err != nil {
		t.Errorf("the commit: %v", err)
	}
	if err := <-cut; err != nil {
		t.Errorf("the cut: %v", err)
	}
}

func TestTwoWhoCutTheSameInboxCountItsRowsOnce(t *testing.T) {
	db, url := aged(t)
	mustAck(t, db, store.Ack{UserID: serviceman(2).ID, Device: "phone", SeenAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), New: true})
	holding, err := elsewhere(t, url).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holding.Exec(t.Context(), `SELECT FROM callout.orders FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := db.Cut(context.Background(), month, store.Cut{}, 500)
			done <- err
		}()
	}
	untilSomebodyWaits(t, elsewhere(t, url), 2)
	if err := holding.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, _ = <-done, <-done // one of them may have had to give way
	for cut := (store.Cut{}); !cut.Done; {
		if cut, err = db.Cut(t.Context(), month, cut, 500); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.DropOrders(t.Context(), month, 100); err != nil || n != 0 {
		t.Errorf("%d orders were dropped that still stand in an inbox (%v)", n, err)
	}
	if rows, err := db.Page(t.Context(), serviceman(2).ID, 0, 10); err != nil || len(rows) != 3 {
		t.Errorf("who has acknowledged nothing has %d rows left (%v)", len(rows), err)
	}
}
