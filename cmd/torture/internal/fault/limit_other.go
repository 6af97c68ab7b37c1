//go:build !linux

package fault

import (
	"errors"
	"syscall"
)

// CanLimit says whether files of another process can be kept from growing here.
const CanLimit = false

func limit(int, uint64) error { return errors.ErrUnsupported }

func lift(int) error { return errors.ErrUnsupported }

func childAttributes() *syscall.SysProcAttr { return nil }
