package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// InUseError says that another process serves the database.
type InUseError struct {
	By string // its process id and host, such as "4711@worker-2"

	pid   int32  // of the session that holds the lock
	token string // of the seat that the session belongs to
}

func (e *InUseError) Error() string { return "the database is already served by " + e.By }

// The advisory locks of a database that Callout uses.
const (
	seatLock   int64 = 0x63616c6c6f757400 + iota // held by the process that serves it
	schemaLock                                   // held by whoever changes the schema
)

// tryLock takes the lock of the seat on conn, or fails with an InUseError.
func tryLock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var got bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, seatLock).Scan(&got); err != nil {
			return fmt.Errorf("take the database into service: %w", err)
		}
		if got {
			return nil
		}
		held, err := holder(ctx, conn)
		switch {
		case errors.Is(err, pgx.ErrNoRows): // given up in this moment
		case err != nil:
			return fmt.Errorf("ask who serves the database: %w", err)
		default:
			return held
		}
	}
}

// unlock gives the lock up and closes conn. The lock is free when it returns nil, and when conn had died before.
func unlock(ctx context.Context, conn *pgx.Conn) error {
	if conn.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lifeSign)
	defer cancel()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, seatLock); err != nil {
		return errors.Join(fmt.Errorf("give the database's lock up: %w", err), conn.Close(ctx))
	}
	return conn.Close(ctx)
}

// holder finds out who holds the lock of the seat; pgx.ErrNoRows if nobody does.
func holder(ctx context.Context, conn *pgx.Conn) (*InUseError, error) {
	var pid int32
	var name string
	err := conn.QueryRow(ctx, `
		SELECT l.pid, coalesce(a.application_name, '')
		FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
			AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND l.classid::bigint = $1::bigint >> 32 AND l.objid::bigint = $1::bigint & 4294967295`, seatLock).Scan(&pid, &name)
	if err != nil {
		return nil, err
	}
	held := &InUseError{By: fmt.Sprintf("the session with pid %d of the server", pid), pid: pid}
	if fields := strings.SplitN(name, " ", 3); len(fields) == 3 && fields[0] == "callout" {
		held.token, held.By = fields[1], fields[2]
	}
	return held, nil
}

// sessionName is the application_name of the session that holds the lock; the server keeps 63 bytes of it.
func sessionName(token string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "a host without a name"
	}
	return fmt.Sprintf("callout %s %d@%s", token, os.Getpid(), host)
}
