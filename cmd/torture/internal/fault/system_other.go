//go:build !linux

package fault

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// CanHarm says whether the files of another process can be kept from growing here, and it be held up.
const CanHarm = false

func limit(int, uint64) error { return errors.ErrUnsupported }

func lift(int) error { return errors.ErrUnsupported }

func (p *process) hold(context.Context, time.Duration) {}

func childAttributes() *syscall.SysProcAttr { return nil }
