package ledger_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/postgres/pgtest"
)

// postgresServer is what the tests share that send groups ahead, which only PostgreSQL takes.
var postgresServer pgtest.Server

// watched is a PostgreSQL database that tells of each group that is sent.
type watched struct {
	*postgres.DB
	sent chan struct{}
}

// Stream implements [store.Streamer].
func (w *watched) Stream(ctx context.Context, patience time.Duration) store.Stream {
	return &watchedStream{w.DB.Stream(ctx, patience), w.sent}
}

type watchedStream struct {
	store.Stream
	sent chan struct{}
}

// Send implements [store.Stream].
func (s *watchedStream) Send(g store.Group, decide func(store.Loaded) []store.Record) bool {
	sent := s.Stream.Send(g, decide)
	if sent {
		select {
		case s.sent <- struct{}{}:
		default:
		}
	}
	return sent
}

// onPostgres runs a ledger on a new database, and gives a connection for what is done behind its back.
func onPostgres(t *testing.T, change func(*ledger.Config)) (*bench, *watched, *pgx.Conn) {
	t.Helper()
	url := postgresServer.Database(t)
	db, err := postgres.Open(t.Context(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	w := &watched{DB: db, sent: make(chan struct{}, 1000)}
	return startOn(t, w, w, change), w, conn
}

func do(t *testing.T, conn *pgx.Conn, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// ready plays until the ledger sends what it is handed: its connection is there, and those who are told are remembered, as is an
// order n.
func (b *bench) ready(w *watched) {
	b.t.Helper()
	for n := 0; len(w.sent) == 0; n++ {
		b.must(place(fmt.Sprint("x-", n), fmt.Sprint("x-", n), sam))
	}
	b.must(place("n", "n", sam))
	for len(w.sent) > 0 {
		<-w.sent
	}
}

// blocked has the ledger send a group that waits for order n, and one behind it, of the first of so many commands that place orders; the
// others wait. It gives all answers.
func (b *bench) blocked(w *watched, behind int) []<-chan ledger.Answer {
	answers := []<-chan ledger.Answer{b.submit(say("n-accept", sam, "n", callout.Accepted))}
	<-w.sent
	for n := range behind {
		id := fmt.Sprint("behind-", n)
		answers = append(answers, b.submit(place(id, id, sam)))
	}
	<-w.sent
	return answers
}

func (b *bench) gapless(users ...callout.Actor) {
	b.t.Helper()
	for _, who := range users {
		for i, row := range b.inbox(who.ID) {
			if row.Seq != int64(i)+1 {
				b.t.Fatalf("row %d of %s is numbered %d", i+1, who.ID, row.Seq)
			}
		}
	}
}

const hold = `SELECT FROM callout.orders WHERE id = 'n' FOR UPDATE`

// endWaiting ends the connection that waits for order n, once there is one.
const endWaiting = `DO $$
	BEGIN
		LOOP
			EXIT WHEN (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock') > 0;
			PERFORM pg_stat_clear_snapshot();
		END LOOP;
	END
$$`

func TestADeviceIsRegisteredWhileGroupsAreAhead(t *testing.T) {
	b, w, conn := onPostgres(t, nil)
	b.ready(w)
	do(t, conn, `BEGIN`, hold)
	answers := b.blocked(w, 1)
	if err := b.register("phone"); err != nil {
		t.Error(err)
	}
	if snap, err := w.Open(t.Context(), sam.ID, "phone", nil); err != nil || !snap.Known {
		t.Errorf("the device is %+v (%v)", snap, err)
	}
	for i, answer := range answers {
		if len(answer) > 0 {
			t.Errorf("command %d is answered already", i)
		}
	}
	do(t, conn, `ROLLBACK`)
	for i, answer := range answers {
		if a := <-answer; a.Err != nil {
			t.Errorf("command %d is refused: %v", i, a.Err)
		}
	}
	b.gapless(ana, sam)
}

func TestWhatIsSentAheadIsAnsweredInOrderOnceItIsDurable(t *testing.T) {
	b, w, conn := onPostgres(t, nil)
	b.ready(w)
	do(t, conn, `BEGIN`, hold)
	answers := b.blocked(w, 3)
	for i, answer := range answers {
		if len(answer) > 0 {
			t.Errorf("command %d is answered before it can be durable", i)
		}
	}
	do(t, conn, `COMMIT`)
	for i, answer := range answers {
		if a := <-answer; a.Err != nil || a.Repeated {
			t.Errorf("the answer to command %d is %+v", i, a)
		}
	}
	b.gapless(ana, sam)
}

// TestAGroupAheadThatComesToNothingIsDecidedAnewWithThoseBehindIt.
func TestAGroupAheadThatComesToNothingIsDecidedAnewWithThoseBehindIt(t *testing.T) {
	for name, test := range map[string]struct {
		end     string // of the transaction that holds the order
		refused bool   // whether the command is, then
		missed  int
	}{
		"the order was moved":      {`UPDATE callout.orders SET status = 1008, version = 2, due_at = NULL, due_code = NULL WHERE id = 'n'`, true, 0},
		"the connection was ended": {endWaiting, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b, w, conn := onPostgres(t, nil)
			b.ready(w)
			do(t, conn, `BEGIN`, hold)
			answers := b.blocked(w, 3)
			do(t, conn, test.end)
			if test.refused {
				do(t, conn, `INSERT INTO callout.events SELECT order_id, 2, 1008, 1008, sender_id, sender_role, 'cancel', digest, at,
					replace(replace(party, '"version":1', '"version":2'), '"statusCode":1001', '"statusCode":1008'), NULL, extra
					FROM callout.events WHERE order_id = 'n' AND version = 1`)
			}
			do(t, conn, `COMMIT`)
			for i, answer := range answers {
				if a := <-answer; (a.Err != nil) != (test.refused && i == 0) || a.Repeated {
					t.Errorf("the answer to command %d is %+v (%v)", i, a, a.Err)
				}
			}
			b.gapless(ana, sam)
			if b.missed != test.missed {
				t.Errorf("it was said %d times that rows may have been missed", b.missed)
			}
			for n := 0; len(w.sent) == 0; n++ { // it sends again
				b.must(place(fmt.Sprint("y-", n), fmt.Sprint("y-", n), sam))
			}
		})
	}
}

// TestWhatCannotBeSentAheadWaitsForWhatWas: otherwise a client's inbox would go on after an event that comes to nothing.
func TestWhatCannotBeSentAheadWaitsForWhatWas(t *testing.T) {
	b, w, conn := onPostgres(t, nil)
	b.ready(w)
	do(t, conn, `BEGIN`, hold)
	first := b.submit(say("n-accept", sam, "n", callout.Accepted))
	<-w.sent
	second := b.submit(place("new", "new", sue)) // of whom nothing is known
	do(t, conn, endWaiting, `COMMIT`)
	for i, answer := range []<-chan ledger.Answer{first, second} {
		if a := <-answer; a.Err != nil {
			t.Errorf("command %d: %v", i, a.Err)
		}
	}
	b.gapless(ana, sam, sue)
}

func TestWhatIsAheadWhenTheLedgerEndsIsAnswered(t *testing.T) {
	b, w, conn := onPostgres(t, nil)
	b.ready(w)
	do(t, conn, `BEGIN`, hold)
	answers := b.blocked(w, 3)
	answers = append(answers, b.submit(place("late", "late", sam)))
	b.stop()
	do(t, conn, `COMMIT`)
	for i, answer := range answers {
		if a := <-answer; a.Err != nil {
			t.Errorf("command %d: %v", i, a.Err)
		}
	}
}

// TestNothingIsLostOrDoubledWhenConnectionsEndUnderLoad: whoever is told that the outcome is unknown sends again.
func TestNothingIsLostOrDoubledWhenConnectionsEndUnderLoad(t *testing.T) {
	const players, orders, blows = 16, 25, 6
	b, w, conn := onPostgres(t, nil)
	progress := make(chan struct{})
	var playing sync.WaitGroup
	for n := range players {
		playing.Go(func() { b.play(n, orders, progress) })
	}
	go func() {
		playing.Wait()
		close(progress)
	}()
	done := 0
	for range progress {
		if done++; done%(players*orders/(blows+1)) == 0 {
			do(t, conn, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'`)
		}
	}
	if len(w.sent) == 0 || b.missed == 0 {
		t.Errorf("%d groups were sent, and the outcome was unknown %d times", len(w.sent), b.missed)
	}
	for n := range players {
		who := parties(n)
		b.gapless(who[0], who[1])
		if rows := b.inbox(who[0].ID); len(rows) != orders*3 {
			t.Errorf("client %d has %d events, not %d", n, len(rows), orders*3)
		}
	}
}

// parties are a client and a serviceman; some share the latter.
func parties(n int) [2]callout.Actor {
	return [2]callout.Actor{
		{ID: fmt.Sprint("c-", n), Role: callout.Client}, {ID: fmt.Sprint("s-", n/2), Role: callout.Serviceman},
	}
}

// play has a client place orders which the serviceman accepts and the client begins, and each sends again what is not known to have been done.
func (b *bench) play(n, orders int, progress chan<- struct{}) {
	who := parties(n)
	for i := range orders {
		id := fmt.Sprint("o-", n, "-", i)
		placed := place(id+"-place", id, who[1])
		placed.Sender = who[0]
		for _, cmd := range []callout.Command{
			placed, say(id+"-accept", who[1], id, callout.Accepted), say(id+"-start", who[0], id, callout.Started),
		} {
			a := b.do(cmd)
			for a.Err != nil && a.Err.Code == callout.Unavailable {
				a = b.do(cmd)
			}
			if a.Err != nil {
				b.t.Errorf("%s: %v", cmd.ID, a.Err)
			}
		}
		progress <- struct{}{}
	}
}
