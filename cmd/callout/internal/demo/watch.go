package demo

import (
	"context"
	"fmt"
	"time"
)

// patience is how long nothing may happen.
const patience = 30 * time.Second

// watched is a context that ends when no arrow has been shown to progress for a while. The caller calls stop.
func watched(ctx context.Context, patience time.Duration) (_ context.Context, progress func(arrow) error, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(patience, func() { cancel(fmt.Errorf("nothing has happened for %v", patience)) })
	progress = func(arrow) error {
		timer.Reset(patience)
		return nil
	}
	return ctx, progress, func() {
		timer.Stop()
		cancel(nil)
	}
}

// because says why ctx has ended, if that is what err comes from.
func because(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w: %w", context.Cause(ctx), err)
}
