package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const placed = 1001

var errConflict = errors.New("the order is not as the command has it")

type command struct {
	ID      string          `json:"id"`
	OrderID string          `json:"orderId"`
	Status  int             `json:"statusCode"`
	Version int64           `json:"version"`
	To      string          `json:"to"`
	Extra   json.RawMessage `json:"extra"`
}

type event struct {
	OrderID  string          `json:"orderId"`
	Version  int64           `json:"version"`
	Status   int             `json:"statusCode"`
	SenderID string          `json:"senderId"`
	At       time.Time       `json:"at"`
	Order    order           `json:"order"`
	Extra    json.RawMessage `json:"extra"`
}

type order struct {
	ID           string          `json:"id"`
	Version      int64           `json:"version"`
	Status       int             `json:"statusCode"`
	ClientID     string          `json:"clientId"`
	ServicemanID string          `json:"servicemanId"`
	Details      json.RawMessage `json:"details"` // services, currency, place
	PlacedAt     time.Time       `json:"placedAt"`
}

// orders commits commands, each in a transaction of its own. pgx prepares each statement once a connection.
type orders struct{ pool *pgxpool.Pool }

// commit gives the event, as JSON, once it is durable.
func (o *orders) commit(ctx context.Context, c *command, sender string) (e *event, body []byte, err error) {
	err = pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error {
		e = &event{OrderID: c.OrderID, Version: c.Version + 1, Status: c.Status, SenderID: sender, At: time.Now().UTC(), Extra: c.Extra}
		e.Order = order{ID: c.OrderID, Version: e.Version, Status: c.Status}
		if c.Status == placed {
			err = place(ctx, tx, c, e)
		} else {
			err = move(ctx, tx, c, e)
		}
		if err != nil {
			return err
		}
		if body, err = json.Marshal(e); err != nil {
			return err
		}
		var rest pgx.Batch
		rest.Queue(`INSERT INTO events (order_id, version, status, sender_id, command_id, at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.OrderID, e.Version, e.Status, sender, c.ID, e.At, body)
		rest.Queue(`INSERT INTO inbox (user_id, order_id, version) VALUES ($1, $3, $4), ($2, $3, $4)`,
			sender, c.To, e.OrderID, e.Version)
		return tx.SendBatch(ctx, &rest).Close()
	})
	return e, body, err
}

func place(ctx context.Context, tx pgx.Tx, c *command, e *event) error {
	o := &e.Order
	o.ClientID, o.ServicemanID, o.Details, o.PlacedAt = e.SenderID, c.To, c.Extra, e.At
	done, err := tx.Exec(ctx, `INSERT INTO orders (id, client_id, serviceman_id, status, version, details, placed_at, updated_at)
		VALUES ($1, $2, $3, $4, 1, $5, $6, $6) ON CONFLICT DO NOTHING`, o.ID, o.ClientID, o.ServicemanID, o.Status, o.Details, o.PlacedAt)
	if err == nil && done.RowsAffected() == 0 {
		return errConflict
	}
	return err
}

func move(ctx context.Context, tx pgx.Tx, c *command, e *event) error {
	o := &e.Order
	err := tx.QueryRow(ctx, `UPDATE orders SET status = $1, version = version + 1, updated_at = $2
		WHERE id = $3 AND version = $4 AND $5 IN (client_id, serviceman_id)
		RETURNING client_id, serviceman_id, details, placed_at`, c.Status, e.At, c.OrderID, c.Version, e.SenderID).
		Scan(&o.ClientID, &o.ServicemanID, &o.Details, &o.PlacedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return errConflict
	}
	return err
}
