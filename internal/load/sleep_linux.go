package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleep waits at most d, to within some 50 µs: the timers of the Go runtime are a millisecond late where nothing else is
// to be done, which would count as the server's.
func sleep(d time.Duration) {
	span := unix.NsecToTimespec(int64(d))
	_ = unix.Nanosleep(&span, nil) // cut short by a signal, it is called again
}
