package fault

import (
	"context"
	"fmt"
	"math"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// CanHarm says whether the files of another process can be kept from growing here, and it be held up.
const CanHarm = true

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

// hold stops a process for a while, as a machine does that has too much to do.
func (p *process) hold(ctx context.Context, d time.Duration) {
	_ = p.cmd.Process.Signal(unix.SIGSTOP)
	pause(ctx, d)
	_ = p.cmd.Process.Signal(unix.SIGCONT)
}

// childAttributes have a server end with this process, however this one ends, and not hear of a Ctrl-C.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
