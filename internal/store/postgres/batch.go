package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// batch are statements that are sent at once.
type batch struct{ pgx.Batch }

func (b *batch) exec(sql string, args ...any) {
	b.Queue(sql, args...)
}

// query hands each row of the answer to scan.
func (b *batch) query(scan func(pgx.Rows) error, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// run sends the statements and waits for all of their answers.
func (b *batch) run(ctx context.Context, conn *pgx.Conn) error {
	return conn.SendBatch(ctx, &b.Batch).Close()
}
