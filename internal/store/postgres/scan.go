package postgres

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/calloutd/callout"
)

// orderColumns are what scanOrder reads, of an order o and its newest event e.
const orderColumns = `o.former, o.updated_at, coalesce(o.due_code, 0), e.party`

// scanOrder makes an order of what parties see of it and what nobody does.
func scanOrder(rows pgx.Rows) (*callout.Order, error) {
	var former []string
	var updatedAt int64
	var due callout.Status
	var party []byte
	if err := rows.Scan(&former, &updatedAt, &due, &party); err != nil {
		return nil, err
	}
	o, err := decodeOrder(party, updatedAt)
	if err != nil {
		return nil, err
	}
	o.DueEvent = due
	if len(former) > 0 {
		o.Former = former
	}
	return o, nil
}

// decodeOrder reads the form that parties see. Lists without anything in them are nil.
func decodeOrder(party []byte, updatedAt int64) (*callout.Order, error) {
	var o callout.Order
	if err := json.Unmarshal(party, &o); err != nil {
		return nil, fmt.Errorf("read a stored order: %w", err)
	}
	if len(o.Services) == 0 {
		o.Services = nil
	}
	o.UpdatedAt = millis(updatedAt)
	return &o, nil
}

// millis is the time that is stored as ms.
func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// column is what f finds in each of the rows, as an array to be unnested.
func column[R, V any](rows []R, f func(R) V) []V {
	values := make([]V, len(rows))
	for i, row := range rows {
		values[i] = f(row)
	}
	return values
}
