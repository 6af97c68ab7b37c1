package server

import (
	"context"
	"sync"
)

// tasks are what may take time and is done beside the sessions: by goroutines that are there while there is something to do,
// and of which there are no more than a limit.
type tasks struct {
	limit int                                          // 0: none
	begin func() (context.Context, context.CancelFunc) // of each task, which ends with it

	mu      sync.Mutex
	waiting []func(context.Context)
	running int
	done    sync.WaitGroup
}

// run has a task done. It does not wait.
func (t *tasks) run(task func(context.Context)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, task)
	if t.limit > 0 && t.running >= t.limit {
		return
	}
	t.running++
	t.done.Go(func() {
		for task := t.next(); task != nil; task = t.next() {
			ctx, cancel := t.begin()
			task(ctx)
			cancel()
		}
	})
}

func (t *tasks) next() func(context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.running--
		t.waiting = nil
		return nil
	}
	task := t.waiting[0]
	t.waiting[0] = nil
	t.waiting = t.waiting[1:]
	return task
}

// wait returns when everything is done. Nothing more is to be run by then.
func (t *tasks) wait() { t.done.Wait() }
