package postgres_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/wire"
)

// streamed commits by a stream what that takes, as a ledger does that has one committer.
type streamed struct {
	*postgres.DB
	mu     sync.Mutex
	stream store.Stream
}

func newStreamed(t testing.TB, db *postgres.DB) *streamed {
	t.Helper()
	s := &streamed{DB: db, stream: db.Stream(context.WithoutCancel(t.Context()), time.Minute)}
	t.Cleanup(s.stream.Close)
	return s
}

// Commit implements [store.Ledger].
func (s *streamed) Commit(ctx context.Context, g store.Group, decide func(store.Loaded) []store.Record) ([]wire.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() == nil && s.stream.Send(g, decide) {
		outcome := <-s.stream.Outcomes()
		if outcome.Err == nil {
			return outcome.Rows, nil
		}
		s.stream.Fail(outcome.Err)
	}
	s.stream.Rest()
	return s.DB.Commit(ctx, g, decide)
}

// sender has a stream to a database that remembers who is in it, and a connection for what is done behind its back.
type sender struct {
	*testing.T
	db     *postgres.DB
	stream store.Stream
	giveUp context.CancelFunc
	conn   *pgx.Conn
}

type senderOptions struct {
	patience time.Duration
	log      *slog.Logger
	through  func(url string) string // gives the URL of what stands before the database
}

// newSender gives one whose database holds an order n, on offer to serviceman 1 of client 1.
func newSender(t *testing.T, o senderOptions) *sender {
	t.Helper()
	url := server.Database(t)
	s := &sender{T: t, conn: dial(t, url)}
	t.Cleanup(func() { s.conn.Close(context.WithoutCancel(t.Context())) })
	if o.through != nil {
		url = o.through(url)
	}
	s.db = open(t, url, postgres.Options{Log: o.log})
	var ctx context.Context
	ctx, s.giveUp = context.WithCancel(context.WithoutCancel(t.Context()))
	s.stream = s.db.Stream(ctx, cmp.Or(o.patience, time.Minute))
	t.Cleanup(func() {
		s.giveUp()
		s.stream.Close()
	})
	s.goesOn("first")
	s.commit(place("n", "n", client(1), serviceman(1)))
	return s
}

func (s *sender) commit(cmds ...callout.Command) {
	s.Helper()
	mustCommit(s.T, s.db, cmds...)
}

// send decides commands as one group and sends it.
func (s *sender) send(cmds ...callout.Command) bool {
	s.Helper()
	g, err := groupOf(cmds)
	if err != nil {
		s.Fatal(err)
	}
	return s.stream.Send(g, func(l store.Loaded) []store.Record {
		var records []store.Record
		for _, cmd := range cmds {
			decided, err := decide(l, cmd)
			if err != nil {
				continue
			}
			l.Orders[cmd.OrderID] = &decided[len(decided)-1].Order
			records = append(records, decided...)
		}
		return records
	})
}

// mustSend sends, as soon as memory is not left alone any more because an order was not as remembered.
func (s *sender) mustSend(cmds ...callout.Command) {
	s.Helper()
	const wariness = 16
	for n := range wariness + 1 {
		if s.send(cmds...) {
			return
		}
		id := fmt.Sprint(cmds[0].ID, "-", n)
		s.commit(place(id, id, client(9), serviceman(9)))
	}
	s.Fatalf("%s was not sent", cmds[0].ID)
}

// mustGoThrough takes an outcome that is no error.
func (s *sender) mustGoThrough() []wire.Event {
	s.Helper()
	outcome := <-s.stream.Outcomes()
	if outcome.Err != nil {
		s.Fatal(outcome.Err)
	}
	return outcome.Rows
}

// mustFail takes an outcome that is an error, and gives it.
func (s *sender) mustFail() error {
	s.Helper()
	outcome := <-s.stream.Outcomes()
	if outcome.Err == nil {
		s.Fatalf("the outcome is %v", outcome.Rows)
	}
	s.stream.Fail(outcome.Err)
	return outcome.Err
}

// goesOn holds the stream to working, and inboxes to being without gaps. A connection that is new begins with nothing remembered.
func (s *sender) goesOn(id string) {
	s.Helper()
	s.commit(place(id, id, client(1), serviceman(1)))
	if s.send(accept(id+"-a", id, serviceman(1))) {
		s.mustGoThrough()
	} else {
		s.commit(accept(id+"-a", id, serviceman(1)))
	}
	s.mustSend(begins(id+"-b", id, client(1)))
	s.mustGoThrough()
	checkInbox(s.T, s.db, client(1).ID)
	checkInbox(s.T, s.db, serviceman(1).ID)
}

// hold has whoever moves order n wait until release.
func (s *sender) hold() (release func()) {
	s.Helper()
	do(s.T, s.conn, `BEGIN`, `SELECT FROM callout.orders WHERE id = 'n' FOR UPDATE`)
	return func() { do(s.T, s.conn, `COMMIT`) }
}

// endWaiting ends the connection that waits for order n, once there is one.
func (s *sender) endWaiting() {
	s.Helper()
	const end = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for s.count(end) == 0 {
		do(s.T, s.conn, `SELECT pg_stat_clear_snapshot()`)
	}
}

func (s *sender) count(sql string) int {
	s.Helper()
	var n int
	if err := s.conn.QueryRow(s.Context(), sql).Scan(&n); err != nil {
		s.Fatal(err)
	}
	return n
}

func accept(id, order string, by callout.Actor) callout.Command {
	return callout.Command{ID: id, Sender: by, OrderID: order, Status: callout.Accepted}
}

func begins(id, order string, by callout.Actor) callout.Command {
	return callout.Command{ID: id, Sender: by, OrderID: order, Status: callout.Started}
}

// TestAGroupIsSentBeforeTheOneBeforeItIsDurable, and decided on what that one has written.
func TestAGroupIsSentBeforeTheOneBeforeItIsDurable(t *testing.T) {
	s := newSender(t, senderOptions{})
	release := s.hold()
	s.mustSend(accept("a", "n", serviceman(1)))
	s.mustSend(begins("b", "n", client(1)))
	release()
	for _, want := range []callout.Status{callout.Accepted, callout.Started} {
		if rows := s.mustGoThrough(); rows[0].Status != want {
			t.Fatalf("what has gone through is %s, not %s", rows[0].Status, want)
		}
	}
	s.goesOn("last")
}

// TestWhatIsSentBehindAGroupThatFailsIsNotDone: it would leave a gap in the inboxes that both write to.
func TestWhatIsSentBehindAGroupThatFailsIsNotDone(t *testing.T) {
	for name, test := range map[string]struct {
		before string // is done behind its back
		fault  store.Fault
	}{
		"the order has moved": {`UPDATE callout.orders SET version = version + 1 WHERE id = 'n'`, store.TryAgain},
		"an inbox has got another row": {`INSERT INTO callout.inbox SELECT user_id, seq + 1, order_id, version, view FROM callout.inbox
			WHERE user_id = 's-1' ORDER BY seq DESC LIMIT 1`, store.TryAgain},
		"the command has been committed": {`INSERT INTO callout.events SELECT 'z', version, status, order_status, 's-1', 'serviceman', 'a', digest,
			at, party, offer, extra FROM callout.events WHERE order_id = 'n' AND version = 1`, store.BadData},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSender(t, senderOptions{})
			do(t, s.conn, test.before)
			s.mustSend(accept("a", "n", serviceman(1)))
			s.mustSend(place("b", "b", client(1), serviceman(1)))
			if err := s.mustFail(); !errors.Is(err, test.fault) {
				t.Errorf("it failed with %v, not %v", err, test.fault)
			}
			if n := s.count(`SELECT count(*) FROM callout.events WHERE order_id = 'b'`); n != 0 {
				t.Errorf("%d events are there of the group behind", n)
			}
			s.goesOn("last")
		})
	}
}

// TestWhatFailsAtItsCommitIsUnknown, and what is behind it is not done.
func TestWhatFailsAtItsCommitIsUnknown(t *testing.T) {
	s := newSender(t, senderOptions{})
	do(t, s.conn, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
			$$BEGIN IF NEW.command_id = 'a' THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END IF; RETURN NULL; END$$`,
		`CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON callout.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`)
	s.mustSend(accept("a", "n", serviceman(1)))
	s.mustSend(place("b", "b", client(1), serviceman(1)))
	if err := s.mustFail(); errors.Is(err, store.BadData) {
		t.Errorf("COMMIT has failed with %v", err)
	}
	if n := s.count(`SELECT count(*) FROM callout.events WHERE order_id = 'b'`); n != 0 {
		t.Errorf("%d events are there of the group behind", n)
	}
	s.goesOn("last")
}

// TestAStreamSendsNothingToAServerThatIsNotRemembered: connections that are made anew may reach another one.
func TestAStreamSendsNothingToAServerThatIsNotRemembered(t *testing.T) {
	s := newSender(t, senderOptions{})
	s.db.RememberOfAnotherServer(client(1).ID, 1000)
	if s.send(place("b", "b", client(1), serviceman(1))) {
		t.Error("it was sent")
	}
}

// TestAfterAllConnectionsHaveEndedCommitHasNewOnes, where it could not tell the outcome of the first that fails.
func TestAfterAllConnectionsHaveEndedCommitHasNewOnes(t *testing.T) {
	s := newSender(t, senderOptions{})
	s.commit(place("o", "o", client(1), serviceman(1))) // so that its connection is taken to be alive
	release := s.hold()
	s.mustSend(accept("a", "n", serviceman(1)))
	s.count(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	_ = s.mustFail()
	release()
	s.commit(accept("a", "n", serviceman(1)))
}

// TestAStreamThatCannotConnectSaysSoOnce, and not for each group.
func TestAStreamThatCannotConnectSaysSoOnce(t *testing.T) {
	var log strings.Builder
	var p *proxy
	s := newSender(t, senderOptions{log: slog.New(slog.NewTextHandler(&log, nil)), through: func(url string) (through string) {
		p, through = newProxy(t, url)
		return through
	}})
	release := s.hold()
	s.mustSend(accept("a", "n", serviceman(1)))
	s.endWaiting()
	_ = s.mustFail()
	release()
	s.commit(accept("a", "n", serviceman(1)))
	p.listener.Close()
	for n := range 3 {
		if s.send(begins(fmt.Sprint("b", n), "n", client(1))) {
			t.Fatal("it was sent")
		}
	}
	if n := strings.Count(log.String(), "no group can be sent"); n != 1 {
		t.Errorf("it was said %d times: %s", n, &log)
	}
}

// TestWhatBecomesOfGroupsWhoseConnectionEndsIsUnknown until Commit has found out.
func TestWhatBecomesOfGroupsWhoseConnectionEndsIsUnknown(t *testing.T) {
	for name, end := range map[string]func(*sender, *proxy){
		"by the server":         func(s *sender, _ *proxy) { s.endWaiting() },
		"by the network":        func(_ *sender, p *proxy) { p.cut() },
		"by too long a silence": func(_ *sender, p *proxy) { p.mute(true) },
	} {
		t.Run(name, func(t *testing.T) {
			var p *proxy
			s := newSender(t, senderOptions{patience: time.Second, through: func(url string) (through string) {
				p, through = newProxy(t, url)
				return through
			}})
			cmds := []callout.Command{accept("a", "n", serviceman(1)), place("b", "b", client(1), serviceman(1))}
			release := s.hold()
			s.mustSend(cmds[0])
			s.mustSend(cmds[1])
			end(s, p)
			release()
			err := s.mustFail()
			if errors.Is(err, store.TryAgain) || errors.Is(err, store.BadData) {
				t.Errorf("of what is unknown it says %v", err)
			}
			p.mute(false)
			for err != nil { // as often as there are connections that have ended as well
				_, _, err = commit(t.Context(), s.db, nil, cmds...)
				_, readErr := s.db.Page(t.Context(), client(1).ID, 0, 1)
				err = errors.Join(err, readErr)
			}
			if n := s.count(`SELECT count(*) FROM callout.events WHERE order_id = 'b' AND version = 1 OR order_id = 'n' AND status = 1004`); n != 2 {
				t.Errorf("%d events are there of two commands", n)
			}
			s.goesOn("last")
		})
	}
}

// TestTheOutcomeOfAConnectionThatHasEndedIsNotLost when another group comes first.
func TestTheOutcomeOfAConnectionThatHasEndedIsNotLost(t *testing.T) {
	s := newSender(t, senderOptions{})
	release := s.hold()
	s.mustSend(accept("a", "n", serviceman(1)))
	s.endWaiting()
	<-postgres.Ended(s.stream)
	if s.send(place("b", "b", client(1), serviceman(1))) {
		t.Error("a group was sent behind one whose connection has ended")
	}
	_ = s.mustFail()
	release()
	s.goesOn("last")
}

// TestAStreamThatIsGivenUpSaysSo, and waits for nothing.
func TestAStreamThatIsGivenUpSaysSo(t *testing.T) {
	s := newSender(t, senderOptions{})
	release := s.hold()
	s.mustSend(accept("a", "n", serviceman(1)))
	s.giveUp()
	if err := s.mustFail(); errors.Is(err, store.TryAgain) { // the lock was waited for
		t.Error(err)
	}
	release()
}

// TestTheServerKnowsWhenAStreamRests: it tells its statistics then.
func TestTheServerKnowsWhenAStreamRests(t *testing.T) {
	s := newSender(t, senderOptions{})
	const active = `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name LIKE 'callout%' AND state = 'active'`
	s.mustSend(accept("a", "n", serviceman(1)))
	s.mustGoThrough()
	if n := s.count(active); n != 1 {
		t.Fatalf("%d connections are active after a group, not the stream's", n)
	}
	for s.count(active) != 0 {
		s.stream.Rest()
	}
	s.goesOn("last")
}

// TestAStreamLeavesAloneWhatItCannotBeSureOf.
func TestAStreamLeavesAloneWhatItCannotBeSureOf(t *testing.T) {
	s := newSender(t, senderOptions{})
	s.commit(place("o", "o", client(2), serviceman(2)))
	for name, cmd := range map[string]callout.Command{
		"an order that there is not": accept("a", "unknown", serviceman(1)),
		"an inbox that is new":       place("b", "b", client(3), serviceman(1)),
		"a refusal":                  begins("c", "n", client(1)),
	} {
		if s.send(cmd) {
			t.Errorf("%s: it was sent", name)
		}
	}
	s.goesOn("last")
}
