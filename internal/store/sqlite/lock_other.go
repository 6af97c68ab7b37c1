//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package sqlite

import (
	"errors"
	"os"
)

// tryLock refuses: without a lock, two processes could serve one database.
func tryLock(*os.File) error { return errors.ErrUnsupported }
