package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// seat is the right to be the one process that serves a database: an advisory lock, held by a connection of its own
// whose application_name says by whom. Its goroutine keeps it over restarts of the server until release.
//
// The lock is there because two processes that served side by side would not hear of each other's events. What keeps the
// data right is in the transactions, and holds whoever has the lock.
type seat struct {
	config *pgx.ConnConfig
	token  string // tells this seat from all others
	check  func(context.Context, *pgx.Conn) error
	log    *slog.Logger

	taken atomic.Pointer[InUseError] // set once another process has the seat
	lost  chan error                 // is sent that, once

	stop  context.CancelFunc
	ended chan struct{} // closed when the goroutine ends
	err   error         // why the lock could not be given up; to be read once ended is closed
}

const (
	askAgain   = 250 * time.Millisecond // between attempts to get the seat
	checkEvery = 5 * time.Second        // how often the connection is asked whether it still lives
	lifeSign   = 3 * time.Second        // how long an answer may take
)

// takeSeat gets the seat, brings the schema up to date, and keeps the seat from then on.
func takeSeat(ctx context.Context, config *pgxpool.Config, o Options, check func(context.Context, *pgx.Conn) error) (*seat, error) {
	s := &seat{
		config: config.ConnConfig.Copy(), token: rand.Text()[:12], check: check, log: o.Log,
		lost: make(chan error, 1), ended: make(chan struct{}),
	}
	s.config.RuntimeParams["application_name"] = sessionName(s.token)
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	if o.Wait {
		conn, err = s.standBy(ctx, conn)
	} else {
		err = tryLock(ctx, conn)
	}
	if err == nil {
		err = migrate(ctx, conn)
	}
	if err != nil {
		return nil, errors.Join(err, hangUp(ctx, conn))
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	go s.keep(ctx, conn)
	return s, nil
}

// release gives the seat up and waits until it is free.
func (s *seat) release() error {
	s.stop()
	<-s.ended
	return s.err
}

func (s *seat) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := s.check(ctx, conn); err != nil {
		return nil, errors.Join(err, hangUp(ctx, conn))
	}
	return conn, nil
}

// standBy asks for the lock until it is free or ctx ends, also while the server is away. It gives the connection that
// it has then, or none.
func (s *seat) standBy(ctx context.Context, conn *pgx.Conn) (*pgx.Conn, error) {
	again := time.NewTicker(askAgain)
	defer again.Stop()
	var told string
	for {
		err := s.tryAgain(ctx, &conn)
		if err == nil {
			return conn, nil
		}
		if reason := err.Error(); reason != told && ctx.Err() == nil {
			s.log.Info("standing by", "reason", reason)
			told = reason
		}
		select {
		case <-ctx.Done():
			return conn, fmt.Errorf("stand by to serve the database: %w", ctx.Err())
		case <-again.C:
		}
	}
}

// tryAgain asks for the lock on a connection that may have died, or be none, and puts a new one in its place.
func (s *seat) tryAgain(ctx context.Context, conn **pgx.Conn) error {
	if *conn == nil || (*conn).IsClosed() {
		fresh, err := s.connect(ctx)
		if err != nil {
			return err
		}
		*conn = fresh
	}
	return tryLock(ctx, *conn)
}

// keep holds the seat until ctx ends or another process has it.
func (s *seat) keep(ctx context.Context, conn *pgx.Conn) {
	defer close(s.ended)
	for {
		watch(ctx, conn)
		if ctx.Err() != nil {
			s.err = unlock(ctx, conn)
			return
		}
		s.log.Warn("the connection that holds the database's lock was lost")
		var err error
		if conn, err = s.regain(ctx); err != nil {
			s.end(err)
			return
		}
		s.log.Info("the database's lock is held again")
	}
}

// end says so when another process has the seat; otherwise the seat was released while its connection was lost.
func (s *seat) end(err error) {
	var held *InUseError
	if errors.As(err, &held) {
		s.taken.Store(held)
		s.log.Error("another process serves the database now", "by", held.By)
		s.lost <- held
	}
}

// watch returns when conn has died or ctx has ended.
func watch(ctx context.Context, conn *pgx.Conn) {
	for ctx.Err() == nil && !conn.IsClosed() {
		if err := listen(ctx, conn); err != nil && ctx.Err() == nil && !conn.IsClosed() {
			ask(ctx, conn)
		}
	}
}

// listen notices at once when the server ends the connection. Nothing is ever said on it, so that otherwise it fails when
// its time is up.
func listen(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, checkEvery)
	defer cancel()
	_, err := conn.WaitForNotification(ctx)
	return err
}

// ask closes a connection that does not answer.
func ask(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(ctx, lifeSign)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		conn.Close(ctx)
	}
}

// regain takes the lock again on a new connection. It fails when another process has it, or when ctx ends.
func (s *seat) regain(ctx context.Context) (*pgx.Conn, error) {
	again := time.NewTicker(askAgain)
	defer again.Stop()
	var conn *pgx.Conn
	for {
		err := s.tryAgain(ctx, &conn)
		if err == nil {
			return conn, nil
		}
		var held *InUseError
		switch {
		case !errors.As(err, &held):
		case held.token == s.token:
			// The server has not noticed that the former connection is dead.
			if _, err := conn.Exec(ctx, `SELECT pg_terminate_backend($1)`, held.pid); err != nil {
				s.log.Warn("the lock's former session could not be ended", "err", err)
			}
		default:
			return nil, errors.Join(held, hangUp(ctx, conn))
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), hangUp(ctx, conn))
		case <-again.C:
		}
	}
}

// hangUp closes conn, if there is one, whatever became of ctx.
func hangUp(ctx context.Context, conn *pgx.Conn) error {
	if conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lifeSign)
	defer cancel()
	return conn.Close(ctx)
}
