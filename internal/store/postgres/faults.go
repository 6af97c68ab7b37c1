package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/calloutd/callout/internal/store"
)

// fault says which kind of error a transaction has met that was not committed.
func fault(err error) error {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return err
	}
	switch {
	case answer.Code == "40001", answer.Code == "40P01", answer.Code == "55P03": // serialization failure, deadlock, lock timeout
		return fmt.Errorf("%w: %w", store.TryAgain, err)
	case isMoved(err), isTold(err):
		return fmt.Errorf("%w: %w", store.TryAgain, err)
	case answer.Code[:2] == "22", answer.Code[:2] == "23": // data exception, integrity constraint violation
		return fmt.Errorf("%w: %w", store.BadData, err)
	}
	return err
}

// isMoved reports whether an order was at another version than the one that was decided on: see moveOrders.
func isMoved(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == "22012" // division by zero
}

// isTold reports whether an inbox has got rows that were not known of.
func isTold(err error) bool { return isTaken(err, "inbox_pkey") }

// isThere reports whether an order has been placed before, or a command committed, that was not known of.
func isThere(err error) bool {
	return isTaken(err, "orders_pkey") || isTaken(err, "events_pkey") || isTaken(err, "events_command")
}

// isTaken reports whether a unique key is there already.
func isTaken(err error, key string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == "23505" && answer.ConstraintName == key
}
