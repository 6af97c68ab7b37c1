package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout/internal/store"
)

// PlanOfRepeats is how the server looks for a repeat.
func (db *DB) PlanOfRepeats(ctx context.Context) (plan string, err error) {
	err = db.reads.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, "EXPLAIN "+readRepeats, []string{"c-1"}, []string{"k-1"})
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	return plan, err
}

// RememberAtLeast has everything forgotten, and so many orders remembered from then on.
func (db *DB) RememberAtLeast(orders int) {
	db.remembers = orders
	db.forget()
}

// RememberOfAnotherServer has everything remembered be of a server that is not the one behind the connections that there are, and a
// user's inbox end there at a seq.
func (db *DB) RememberOfAnotherServer(userID string, head int64) {
	m := db.memory.Load()
	m.server = time.Unix(1, 0)
	m.heads.Put(userID, head)
}

// Ended is closed when the connection of a stream has ended.
func Ended(s store.Stream) <-chan struct{} { return s.(*stream).link.ended }
