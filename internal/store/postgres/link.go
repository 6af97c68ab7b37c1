package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/calloutd/callout/internal/store"
)

// link is a connection on which transactions are sent while the outcomes of others are still to come, which pgx's own pipeline does
// not allow. There is no Sync between them: once a statement fails the server skips all that follow it (PostgreSQL's documentation,
// "Extended Query" in "Message Flow"), so nothing is done of a transaction when one before it has failed.
//
// One goroutine sends, another reads what the server says.
type link struct {
	conn     net.Conn
	pg       *pgconn.PgConn     // what it was before; asks the server to stop
	frontend *pgproto3.Frontend // for reading
	types    *pgtype.Map
	known    statements
	server   time.Time // see memory
	patience time.Duration
	log      *slog.Logger

	out    []byte    // what has not been written yet
	count  int32     // statements since the transaction began that is being sent
	err    error     // why nothing more can be sent
	stale  bool      // something was sent since the last Sync
	rested time.Time // when that was

	sent     chan *transaction  // what is under way, the oldest first
	outcomes chan store.Outcome // in the same order
	synced   chan struct{}      // is told when the server is at rest
	ended    chan struct{}      // closed when nothing is read any more
}

// transaction is one that is being sent, or has been.
type transaction struct {
	writing    *writing
	statements atomic.Int32 // 0 until the last is sent, which is COMMIT
}

// dial makes a connection of its own, with the checks and statements of those that commit.
func (db *DB) dial(ctx context.Context, patience time.Duration) (*link, error) {
	config := db.commits.Config()
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := config.AfterConnect(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	known, _ := conn.PgConn().CustomData()[statementsKey].(statements)
	if err := conn.PgConn().SyncConn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the connection to rest: %w", err), conn.Close(ctx))
	}
	raw, err := conn.PgConn().Hijack()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take the connection over: %w", err), conn.Close(ctx))
	}
	l := &link{
		conn: raw.Conn, pg: conn.PgConn(), frontend: raw.Frontend, types: conn.TypeMap(), known: known, server: serverOf(conn),
		patience: patience, log: db.log,
		sent: make(chan *transaction, store.MostAhead), outcomes: make(chan store.Outcome, store.MostAhead+1), // and that it has ended
		synced: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	go l.read()
	return l, nil
}

// close ends the connection, and waits until nothing is read any more.
func (l *link) close() {
	l.message(&pgproto3.Terminate{})
	l.conn.Close()
	<-l.ended
}

// dead reports whether the connection has ended.
func (l *link) dead() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// exec implements [script].
func (l *link) exec(sql string, args ...any) {
	if l.err != nil {
		return
	}
	if l.out, l.err = appendBind(l.out, l.types, l.known[sql], args); l.err == nil {
		l.out, l.err = (&pgproto3.Execute{}).Encode(l.out)
	}
	l.count++
}

// flush implements [script].
func (l *link) flush() {
	if l.err != nil || len(l.out) == 0 {
		return
	}
	_, l.err = l.conn.Write(l.out)
	if cap(l.out) > 1<<20 {
		l.out = nil
	}
	l.out = l.out[:0]
}

// send sends a transaction. What goes wrong is its outcome.
func (l *link) send(w *writing) {
	l.stale = true
	l.wait(l.patience)
	t := &transaction{writing: w}
	l.sent <- t
	l.count = 0
	w.transact(l)
	t.statements.Store(l.count)
	l.message(&pgproto3.Flush{})
	if l.err != nil {
		l.log.Error("a group could not be sent", "err", l.err)
	}
}

// message sends one that is no statement. A link that cannot be written to is closed, and then who reads tells the outcome.
func (l *link) message(messages ...pgproto3.FrontendMessage) {
	for _, m := range messages {
		if l.err == nil {
			l.out, l.err = m.Encode(l.out)
		}
	}
	l.flush()
	if l.err != nil {
		l.conn.Close()
	}
}

// wait sets how long the server may take until it next tells an outcome; 0 is for ever.
func (l *link) wait(d time.Duration) {
	var until time.Time
	if d > 0 {
		until = time.Now().Add(d)
	}
	_ = l.conn.SetDeadline(until) // of a connection that is closed
}

// restEvery is how often a link rests, at most.
const restEvery = 100 * time.Millisecond

// rest waits until the server knows that nothing is under way: then it tells its statistics, which autovacuum goes by.
func (l *link) rest() {
	if l.stale && time.Since(l.rested) >= restEvery {
		l.settle(&pgproto3.Sync{})
	}
}

// restart makes the link fit for use after a transaction has failed, and forgets what was sent after that. If the connection has ended,
// the server may be at it still, and hold locks: it is asked to stop.
func (l *link) restart() {
	l.settle(&pgproto3.Sync{}, &pgproto3.Query{String: "ROLLBACK"})
	for len(l.sent) > 0 {
		<-l.sent
	}
	if l.dead() {
		ctx, cancel := context.WithTimeout(context.Background(), cancelTimeout)
		defer cancel()
		_ = l.pg.CancelRequest(ctx) // nobody is told whether that was heard
	}
}

const (
	restartSyncs  = 2           // how often the server says that it is ready when a link is restarted
	cancelTimeout = time.Second // for asking the server to stop
)

// settle sends what has the server come to rest, and waits until it has.
func (l *link) settle(messages ...pgproto3.FrontendMessage) {
	l.wait(l.patience)
	l.message(messages...)
	select {
	case <-l.synced:
		l.wait(0)
	case <-l.ended:
	}
	l.stale, l.rested = false, time.Now()
}

// read tells the outcomes until the connection ends.
func (l *link) read() {
	defer close(l.ended)
	r := reader{link: l}
	for {
		message, err := l.frontend.Receive()
		if err == nil {
			err = r.take(message)
		}
		if err != nil {
			l.conn.Close()
			l.outcomes <- store.Outcome{Err: fmt.Errorf("commit: %w", err)}
			return
		}
	}
}

// reader makes outcomes of what the server says.
type reader struct {
	*link
	now   *transaction // whose answers come; nil: none has come of the next one
	done  int32        // its statements that have gone through
	syncs int          // how many there are to come before anything is of interest again
}

// take takes a message. Its error ends the connection.
func (r *reader) take(message pgproto3.BackendMessage) error {
	if _, ok := message.(*pgproto3.ReadyForQuery); ok {
		r.syncs = max(r.syncs-1, 0)
		if r.syncs > 0 {
			return nil
		}
		select {
		case r.synced <- struct{}{}:
			return nil
		default:
			return errors.New("the server says that it is ready without being asked")
		}
	}
	if r.syncs > 0 {
		return nil
	}
	switch m := message.(type) {
	case *pgproto3.CommandComplete:
		return r.complete(string(m.CommandTag))
	case *pgproto3.ErrorResponse:
		return r.fail(pgconn.ErrorResponseToPgError(m))
	}
	return nil
}

// begins makes the next transaction that of which answers come, and reports whether there is one.
func (r *reader) begins() bool {
	if r.now != nil {
		return true
	}
	r.done = 0
	select {
	case r.now = <-r.sent:
		return true
	default:
		return false
	}
}

func (r *reader) complete(tag string) error {
	if !r.begins() {
		return fmt.Errorf("the server answered %s without being asked", tag)
	}
	if r.done++; r.done != r.now.statements.Load() {
		return nil
	}
	if tag != end {
		return fmt.Errorf("the server answered COMMIT with %s", tag)
	}
	r.wait(r.patience) // for the next, if there is one
	r.outcomes <- store.Outcome{Rows: r.now.writing.events()}
	r.now = nil
	return nil
}

// fail tells the outcome of a transaction, and of all that follow it. It is only certain if a statement before COMMIT has failed.
func (r *reader) fail(err error) error {
	if !r.begins() {
		return err
	}
	statements := r.now.statements.Load()
	if statements == 0 || r.done < statements-1 {
		err = fault(err)
	}
	r.outcomes <- store.Outcome{Err: fmt.Errorf("commit: %w", err)}
	r.now, r.syncs = nil, restartSyncs
	return nil
}
