package load

import "runtime"

// Share has this process run on half of the processors that it may have, at least on one, until it is undone. Where a generator has
// the same machine as the server, each processor more that it runs on mostly means waking up another thread for the next
// message, at a time the server needs the processor.
func Share() (undo func()) {
	all := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(max(1, all/2))
	return func() { runtime.GOMAXPROCS(all) }
}
