package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// written are the statements of a pipeline. A connection that commits knows them from its beginning: in the midst of others
// there is no asking the server what a statement's parameters are.
var written = []string{
	begin, moveOrders, placeOrders, writeEvents, keepLists, moveDevices, addDevices, forgetDevices, writeReceipts,
	deliver, addUsers, deliverAfter, end,
}

const end = `COMMIT`

// statements are those that a connection knows, by their text.
type statements map[string]*pgconn.StatementDescription

const statementsKey = "statements"

// prepareWritten has the server learn the statements of a pipeline.
func prepareWritten(ctx context.Context, conn *pgx.Conn) error {
	known := make(statements, len(written))
	for _, sql := range written {
		var err error
		if known[sql], err = conn.Prepare(ctx, sql, sql); err != nil {
			return fmt.Errorf("prepare %.40q: %w", sql, err)
		}
	}
	conn.PgConn().CustomData()[statementsKey] = known
	return nil
}

// pipeline sends statements without waiting for their answers, and unlike a batch not all of them at once: the server runs the
// first while the others are made. It ends with commit.
type pipeline struct {
	types *pgtype.Map
	known statements
	pipe  *pgconn.Pipeline
	args  pgx.ExtendedQueryBuilder
	scans []func(pgx.Rows) error // of each statement that has been sent
	done  int                    // statements that have gone through
	err   error                  // why no more are sent
}

func startPipeline(ctx context.Context, conn *pgx.Conn) *pipeline {
	known, _ := conn.PgConn().CustomData()[statementsKey].(statements)
	return &pipeline{types: conn.TypeMap(), known: known, pipe: conn.PgConn().StartPipeline(ctx)}
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
	statement := p.known[sql]
	if p.err = p.args.Build(p.types, statement, args); p.err != nil {
		return
	}
	// The formats of results are looked at once there are any.
	p.pipe.SendQueryStatement(statement, p.args.ParamValues, p.args.ParamFormats, slices.Clone(p.args.ResultFormats))
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
	p.exec(end)
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
	case tag.String() != end:
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
	rows := pgx.RowsFromResultReader(p.types, answer)
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return pgconn.CommandTag{}, err
		}
	}
	rows.Close()
	return rows.CommandTag(), rows.Err()
}
