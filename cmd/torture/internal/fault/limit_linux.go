package fault

import (
	"fmt"
	"math"
	"syscall"

	"golang.org/x/sys/unix"
)

// CanLimit says whether files of another process can be kept from growing here.
const CanLimit = true

// limit keeps a process from writing beyond a size of any file: what a full disk is to it.
func limit(pid int, bytes uint64) error {
	// The hard limit stays, so that the soft one can be lifted.
	var now unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &now); err != nil {
		return fmt.Errorf("read the file-size limit of process %d: %w", pid, err)
	}
	now.Cur = min(bytes, now.Max)
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &now, nil); err != nil {
		return fmt.Errorf("set the file-size limit of process %d: %w", pid, err)
	}
	return nil
}

// lift takes the limit away.
func lift(pid int) error { return limit(pid, math.MaxUint64) }

// childAttributes have a server end with this process, however this one ends, and not hear of a Ctrl-C.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
