package sqlite

import (
	"context"
	"fmt"

	sqlite3 "zombiezen.com/go/sqlite"

	"github.com/calloutd/callout/internal/store"
)

// beforeCommit classifies an error of a transaction that is then rolled back.
func beforeCommit(ctx context.Context, err error) error {
	switch sqlite3.ErrCode(err).ToPrimary() {
	case sqlite3.ResultConstraint, sqlite3.ResultTooBig:
		return fmt.Errorf("%w: %w", store.BadData, err)
	case sqlite3.ResultBusy, sqlite3.ResultLocked:
		return fmt.Errorf("%w: %w", store.TryAgain, err)
	case sqlite3.ResultCorrupt, sqlite3.ResultNotADB:
		return fmt.Errorf("%w: %w", store.Broken, err)
	}
	return orCancelled(ctx, err)
}

// ofCommit classifies an error of COMMIT itself. When a sync fails, what was to be committed may be in the file for
// whoever opens it next, while this process does not see it and would write over it.
func ofCommit(err error) error {
	switch sqlite3.ErrCode(err).ToPrimary() {
	case sqlite3.ResultIOErr, sqlite3.ResultCorrupt, sqlite3.ResultNotADB:
		return fmt.Errorf("%w: %w", store.Broken, err)
	}
	return err
}

// orCancelled names the context as the cause of an interrupted statement.
func orCancelled(ctx context.Context, err error) error {
	if sqlite3.ErrCode(err).ToPrimary() == sqlite3.ResultInterrupt && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
