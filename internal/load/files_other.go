//go:build !unix

package load

// OpenFiles is how many files this process may have open, where that is limited.
func OpenFiles() (most uint64, known bool) { return 0, false }
