package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/store/postgres"
	"github.com/calloutd/callout/internal/store/sqlite"
	"github.com/calloutd/callout/internal/wire"
)

// Reader is a database that is open to be read, beside whoever serves it.
type Reader interface {
	store.History
	// Page reads at most limit rows of an inbox after a seq, in order.
	Page(ctx context.Context, userID string, after int64, limit int) ([]wire.Event, error)
	Close() error
}

// OpenReader opens a database to be read, which another process may be serving. The caller closes it.
func OpenReader(ctx context.Context, d Database) (Reader, error) {
	if err := errors.Join(d.check(), d.checkFile()); err != nil {
		return nil, d.Failure(err)
	}
	if d.IsPostgres() {
		db, err := postgres.OpenReadOnly(ctx, d.Name)
		return db, d.Failure(err)
	}
	return sqlite.OpenReadOnly(ctx, d.Name)
}

// Events reads the events of an order from a database that another process may be serving.
func Events(ctx context.Context, d Database, orderID string) ([]callout.Event, error) {
	db, err := OpenReader(ctx, d)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	events, err := db.Events(ctx, orderID)
	if err != nil {
		return nil, fmt.Errorf("read order %s: %w", orderID, err)
	}
	return events, nil
}

// Users looks after the users of a database. The caller closes it.
type Users interface {
	store.Users
	Close() error
}

// OpenUsers opens a database, which another process may be serving, to look after its users.
func OpenUsers(ctx context.Context, d Database) (Users, error) {
	if err := d.check(); err != nil {
		return nil, d.Failure(err)
	}
	if d.IsPostgres() {
		users, err := postgres.OpenUsers(ctx, d.Name)
		return users, d.Failure(err)
	}
	return sqlite.OpenUsers(d.Name, time.Now)
}
