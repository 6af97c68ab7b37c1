package sim

import (
	"context"
	"time"
)

// serve keeps a server running until ctx ends: whenever one has ended, the next one opens the database.
func (w *world) serve(ctx context.Context, n *node) {
	for number := 2; ; number++ {
		w.set(n)
		select {
		case <-n.ended:
		case <-ctx.Done():
			n.stop()
			<-n.ended
			return
		}
		if !pause(ctx, w.takeDown()) {
			return
		}
		var err error
		if n, err = w.start(number); err != nil {
			w.broke("world", "the next server cannot start: %v", err)
			return
		}
	}
}

func (w *world) set(n *node) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.node = n
}

func (w *world) takeDown() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.down
}

// current is the node that serves, or did last. The next one comes that much after its end.
func (w *world) current(down time.Duration) *node {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
	return w.node
}

// crash ends the server's process without a word.
func (w *world) crash(down time.Duration) { w.current(down).crash() }

// crashIn has it end in its next commit.
func (w *world) crashIn(in place, down time.Duration) {
	w.current(down)
	w.storm.crash(in)
}

// restart has it drain and end.
func (w *world) restart(down time.Duration) { w.current(down).stop() }
