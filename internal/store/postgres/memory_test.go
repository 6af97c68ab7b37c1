package postgres_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
)

// behindItsBack is a database with order o on offer to servicemen 1 and 2, which it remembers, and a connection for what
// another process does.
func behindItsBack(t *testing.T) (*postgres.DB, *pgx.Conn) {
	t.Helper()
	url := server.Database(t)
	db := open(t, url, postgres.Options{})
	mustCommit(t, db, place("p", "o", client(1), serviceman(1), serviceman(2)))
	conn := dial(t, url)
	t.Cleanup(func() { conn.Close(t.Context()) })
	return db, conn
}

// declines has serviceman 2 decline the offer, so that serviceman 1, client 1 and himself are told.
var declines = []string{
	`INSERT INTO callout.events SELECT order_id, version + 1, 1014, order_status, receivers.id, 'serviceman', 'd', '\x00', at,
		replace(replace(party, '"version":2', '"version":3'), ',"' || receivers.id || '"', ''), offer, extra
		FROM callout.events, (SELECT 's-2' AS id) AS receivers WHERE order_id = 'o' AND version = 2`,
	`UPDATE callout.orders SET version = 3, former = ARRAY['s-2'] WHERE id = 'o'`,
	`INSERT INTO callout.inbox VALUES ('c-1', 3, 'o', 3, 1), ('s-2', 3, 'o', 3, 3)`,
}

func do(t *testing.T, conn *pgx.Conn, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnOrderThatAnotherProcessHasMovedIsReadAgain(t *testing.T) {
	db, conn := behindItsBack(t)
	do(t, conn, declines...)
	cmds := []callout.Command{
		{ID: "a", Sender: serviceman(2), OrderID: "o", Status: callout.Accepted},
		{ID: "a", Sender: serviceman(1), OrderID: "o", Status: callout.Accepted},
	}
	outcomes, events, err := commit(t.Context(), db, nil, cmds...)
	if errors.Is(err, store.TryAgain) { // there is a refusal, so memory is used for the inboxes alone, and wrong of them
		outcomes, events, err = commit(t.Context(), db, nil, cmds...)
	}
	if err != nil || outcomes[0].refusal == nil || outcomes[1].refusal != nil {
		t.Fatalf("the outcomes are %+v, %v", outcomes, err)
	}
	if events[0].Version != 4 {
		t.Errorf("the order is at version %d, not 4", events[0].Version)
	}
	checkInbox(t, db, client(1).ID)
}

// TestWhatIsDecidedOnMemoryIsDecidedAnewIfTheDatabaseDoesNotAgree, and once if it does.
func TestWhatIsDecidedOnMemoryIsDecidedAnewIfTheDatabaseDoesNotAgree(t *testing.T) {
	accept := func(n int) callout.Command {
		return callout.Command{ID: "a", Sender: serviceman(n), OrderID: "o", Status: callout.Accepted}
	}
	for name, test := range map[string]struct {
		cmd     callout.Command
		before  []string // is done behind its back
		decided int
		refused bool
	}{
		"it agrees":                        {accept(1), nil, 1, false},
		"a refusal is not for memory":      {accept(3), nil, 2, true},
		"the order has moved":              {accept(1), declines, 2, false},
		"the order has moved out of reach": {accept(2), declines, 2, true},
		"an order is there that is placed": {place("q", "o-2", client(1), serviceman(1)), []string{
			`INSERT INTO callout.orders SELECT 'o-2', version, status, client_id, serviceman_id, former, placed_at, updated_at, due_at, due_code, told
				FROM callout.orders`,
			`INSERT INTO callout.events SELECT 'o-2', version, status, order_status, sender_id, sender_role, command_id || '-2', digest, at,
				replace(party, '"id":"o"', '"id":"o-2"'), offer, extra FROM callout.events`,
		}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			db, conn := behindItsBack(t)
			do(t, conn, test.before...)
			outcomes, events, err := commit(t.Context(), db, nil, test.cmd)
			if err != nil || (outcomes[0].refusal != nil) != test.refused || (len(events) == 0) != test.refused {
				t.Fatalf("the outcome is %+v, %v, told %v", outcomes[0], err, events)
			}
			if n := outcomes[0].decided; n != test.decided {
				t.Errorf("it was decided %d times, not %d", n, test.decided)
			}
			checkInbox(t, db, client(1).ID)
		})
	}
}

// TestMemoryIsLeftAloneForAWhileWhenAnOrderWasNotAsRemembered.
func TestMemoryIsLeftAloneForAWhileWhenAnOrderWasNotAsRemembered(t *testing.T) {
	db, conn := behindItsBack(t)
	do(t, conn, declines...)
	mustCommit(t, db, callout.Command{ID: "a", Sender: serviceman(1), OrderID: "o", Status: callout.Accepted})
	tried := 0
	for n := range 18 {
		mustCommit(t, db, place(fmt.Sprint("x", n), fmt.Sprint("x", n), client(2), serviceman(3)))
		outcomes, _, err := commit(t.Context(), db, nil, callout.Command{ID: "y", Sender: serviceman(4), OrderID: fmt.Sprint("x", n), Status: callout.Accepted})
		if err != nil {
			t.Fatal(err)
		}
		tried += outcomes[0].decided - 1 // on memory first, which is not for refusals
	}
	const groups, left = 36, 16
	if want := (groups - left) / 2; tried != want {
		t.Errorf("memory was relied on for %d refusals of %d, not %d", tried, groups/2, want)
	}
}

// TestMemoryIsOfOneServer: a connection to another has nothing to do with it.
func TestMemoryIsOfOneServer(t *testing.T) {
	db, _ := behindItsBack(t)
	db.RememberOfAnotherServer(client(1).ID, 50)
	outcomes, _, err := commit(t.Context(), db, nil, callout.Command{ID: "a", Sender: serviceman(3), OrderID: "o", Status: callout.Accepted})
	if err != nil || outcomes[0].decided != 1 {
		t.Errorf("a refusal was decided %d times (%v)", outcomes[0].decided, err)
	}
	mustCommit(t, db, callout.Command{ID: "a", Sender: serviceman(1), OrderID: "o", Status: callout.Accepted})
	checkInbox(t, db, client(1).ID)
}

func TestAnInboxThatAnotherProcessHasAddedToGoesOnAfterThat(t *testing.T) {
	db, conn := behindItsBack(t)
	// The order is as it was: what serviceman 1 and client 1 were told is of another.
	do(t, conn, `INSERT INTO callout.inbox SELECT user_id, 3, order_id, version, view FROM callout.inbox WHERE seq = 2 AND user_id <> 's-2'`)
	events := mustCommit(t, db, callout.Command{ID: "a", Sender: serviceman(1), OrderID: "o", Status: callout.Accepted})
	want := map[string]int64{client(1).ID: 4, serviceman(1).ID: 4, serviceman(2).ID: 3}
	for _, e := range events {
		if e.Seq != want[e.ReceiverID] {
			t.Errorf("the event is number %d in the inbox of %s, not %d", e.Seq, e.ReceiverID, want[e.ReceiverID])
		}
	}
	for id := range want {
		checkInbox(t, db, id)
	}
	mustCommit(t, db, callout.Command{ID: "b", Sender: client(1), OrderID: "o", Status: callout.Started})
	checkInbox(t, db, client(1).ID)
}

func TestACommandThatAnotherProcessHasCommittedIsARepeat(t *testing.T) {
	db, conn := behindItsBack(t)
	mustCommit(t, db, place("q", "o-2", client(2), serviceman(1)))
	do(t, conn,
		`INSERT INTO callout.events SELECT 'o-3', version, status, order_status, sender_id, sender_role, 'r', digest, at,
			replace(party, '"id":"o"', '"id":"o-3"'), offer, extra FROM callout.events WHERE order_id = 'o' AND version = 1`)
	outcomes, _, err := commit(t.Context(), db, nil, place("r", "o-3", client(1), serviceman(1), serviceman(2)))
	if err != nil || !outcomes[0].repeated {
		t.Fatalf("the outcomes are %+v, %v", outcomes, err)
	}
}

// TestAGroupFromMemoryIsDecidedOnTheDatabasesTime, which goes on between readings of it.
func TestAGroupFromMemoryIsDecidedOnTheDatabasesTime(t *testing.T) {
	db, conn := behindItsBack(t)
	var before, at, after int64
	ask := func(to *int64) {
		if err := conn.QueryRow(t.Context(), `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`).Scan(to); err != nil {
			t.Fatal(err)
		}
	}
	ask(&before)
	events := mustCommit(t, db, callout.Command{ID: "a", Sender: serviceman(1), OrderID: "o", Status: callout.Accepted})
	ask(&after)
	at = events[0].At.UnixMilli()
	const takesToArrive = 1000 // a reading, on the most burdened machine
	if at < before-takesToArrive || at > after {
		t.Errorf("it happened at %d, and is committed between %d and %d", at, before, after)
	}
}

// TestOpenOrdersAreCountedOnInMemory as orders come and go.
func TestOpenOrdersAreCountedOnInMemory(t *testing.T) {
	db, _ := behindItsBack(t)
	counted := func(cmd callout.Command) int {
		t.Helper()
		g, err := groupOf([]callout.Command{cmd})
		if err != nil {
			t.Fatal(err)
		}
		g.Placers = []string{client(1).ID}
		n := -1
		_, err = db.Commit(t.Context(), g, func(l store.Loaded) []store.Record {
			n = l.Open[client(1).ID]
			records, err := decide(l, cmd)
			if err != nil {
				t.Error(err)
			}
			return records
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, step := range []struct {
		cmd  callout.Command
		open int
	}{
		{place("2", "o-2", client(1), serviceman(1)), 1},
		{place("3", "o-3", client(1), serviceman(1)), 2},
		{callout.Command{ID: "4", Sender: client(1), OrderID: "o-2", Status: callout.Cancelled}, 3},
		{place("5", "o-5", client(1), serviceman(1)), 2},
	} {
		if n := counted(step.cmd); n != step.open {
			t.Errorf("before command %d %d orders are counted, not %d", i+1, n, step.open)
		}
	}
}
