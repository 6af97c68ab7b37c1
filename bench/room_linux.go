package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// room is how many bytes may still be written below a directory; false where that is not known.
func room(dir string) (int64, bool, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, false, fmt.Errorf("ask how much room %s has: %w", dir, err)
	}
	return int64(fs.Bavail) * int64(fs.Bsize), true, nil
}
