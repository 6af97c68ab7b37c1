package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/calloutd/callout/internal/store"
)

// written are the statements of a pipeline. A connection that commits knows them from its beginning: in the midst of others
// there is no asking the server what a statement's parameters are.
var written = []string{
	begin, moveOrders, placeOrders, writeEvents, keepLists, moveDevices, addDevices, forgetDevices, writeReceipts,
	deliver, addUsers, deliverAfter, commit,
}

const commit = `COMMIT`

// prepareWritten has the server learn the statements of a pipeline.
func prepareWritten(ctx context.Context, conn *pgx.Conn) error {
	for _, sql := range written {
		if _, err := conn.Prepare(ctx, sql, sql); err != nil {
			return fmt.Errorf("prepare %.40q: %w", sql, err)
		}
	}
	return nil
}

// pipeline sends statements without waiting for their answers, and unlike a batch not all of them at once: the server runs the
// first while the others are made. It ends with commit.
type pipeline struct {
	ctx   context.Context
	conn  *pgx.Conn
	pipe  *pgconn.Pipeline
	args  pgx.ExtendedQueryBuilder
	scans []func(pgx.Rows) error // of each statement that has been sent
	done  int                    // statements that have gone through
	err   error                  // why no more are sent
}

func startPipeline(ctx context.Context, conn *pgx.Conn) *pipeline {
	return &pipeline{ctx: ctx, conn: conn, pipe: conn.PgConn().StartPipeline(ctx)}
}

// exec sends one of the written statements, whose rows are of no interest.
func (p *pipeline) exec(sql string, args ...any) {
	p.query(func(pgx.Rows) error { return nil }, sql, args...)
}

// query sends one of the written statements, and hands each row of the answer to scan.
func (p *pipeline) query(scan func(pgx.Rows) error, sql string, args ...any) {
	if p.err != nil {
		return
	}
	known, err := p.conn.Prepare(p.ctx, sql, sql) // which it is
	if err == nil {
		err = p.args.Build(p.conn.TypeMap(), known, args)
	}
	if p.err = err; err != nil {
		return
	}
	p.pipe.SendQueryStatement(known, p.args.ParamValues, p.args.ParamFormats, p.args.ResultFormats)
	p.scans = append(p.scans, scan)
}

// flush has the server begin with what has been sent.
func (p *pipeline) flush() {
	if p.err == nil {
		p.err = p.pipe.Flush()
	}
}

// commit ends the transaction. Whether it went through is only certain of an error that a statement before COMMIT has met: of such
// an error, fault says which kind it is. Every other leaves that open.
func (p *pipeline) commit() error {
	p.exec(commit)
	if p.err == nil {
		p.err = p.pipe.Sync()
	}
	tag, err := p.read()
	_ = p.pipe.Close() // what is wrong with it has been said, or the connection is closed by it
	switch {
	case p.undone(err):
		return fault(err)
	case err != nil:
		return fmt.Errorf("commit: %w", err)
	case tag.String() != commit:
		return fmt.Errorf("the server answered COMMIT with %s", tag)
	}
	return nil
}

// undone reports whether it is certain of an error that nothing was committed.
func (p *pipeline) undone(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && p.done < len(p.scans)-1
}

// read takes the answers, and gives what was said to the last statement.
func (p *pipeline) read() (tag pgconn.CommandTag, err error) {
	if p.err != nil {
		return tag, p.err
	}
	for _, scan := range p.scans {
		results, err := p.pipe.GetResults()
		if err != nil {
			return tag, err
		}
		answer, ok := results.(*pgconn.ResultReader)
		if !ok {
			return tag, fmt.Errorf("the server answered a statement with %T", results)
		}
		if tag, err = p.readRows(answer, scan); err != nil {
			return tag, err
		}
		p.done++
	}
	return tag, nil
}

func (p *pipeline) readRows(answer *pgconn.ResultReader, scan func(pgx.Rows) error) (pgconn.CommandTag, error) {
	rows := pgx.RowsFromResultReader(p.conn.TypeMap(), answer)
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return pgconn.CommandTag{}, err
		}
	}
	rows.Close()
	return rows.CommandTag(), rows.Err()
}

// fault says which kind of error a transaction has met that was not committed.
func fault(err error) error {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Code {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock timeout
		return fmt.Errorf("%w: %w", store.TryAgain, err)
	case "23505": // unique violation
		if answer.ConstraintName == "inbox_pkey" { // another has told the same user
			return fmt.Errorf("%w: %w", store.TryAgain, err)
		}
	}
	switch answer.Code[:2] {
	case "22", "23": // data exception, integrity constraint violation
		return fmt.Errorf("%w: %w", store.BadData, err)
	}
	return err
}
