//go:build unix

package load

import "syscall"

// OpenFiles is how many files this process may have open. At its start Go raises the soft limit to the hard one.
func OpenFiles() (most uint64, known bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true
}
