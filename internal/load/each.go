package load

import (
	"context"
	"sync"
)

// each calls f for 0 to n-1, with some at once, and returns the first error. Once there is one, what f was given ends, and no further
// call is made.
func each(ctx context.Context, n, atOnce int, f func(ctx context.Context, i int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var calls sync.WaitGroup
	next := make(chan int)
	for range min(n, atOnce) {
		calls.Go(func() {
			for i := range next {
				if err := f(ctx, i); err != nil {
					stop(err)
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	calls.Wait()
	return context.Cause(ctx)
}

// call calls f, if there is one.
func call(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}
