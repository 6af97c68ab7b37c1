//go:build !linux

package load

import (
	"errors"
	"time"
)

// Process is what a process of this machine has used.
type Process struct {
	CPU time.Duration
}

// ReadProcess reads what a process of this machine has used, where there is a way to know.
func ReadProcess(int) (Process, error) { return Process{}, errors.ErrUnsupported }

// PostgresCPU reads what a PostgreSQL server has used, where there is a way to know.
func PostgresCPU(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

// RSS is how many bytes of memory a process of this machine holds, where there is a way to know.
func RSS(int) (int64, error) { return 0, errors.ErrUnsupported }
