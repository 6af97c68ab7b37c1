//go:build !linux

package pgtest

import (
	"errors"
	"os"
	"syscall"
)

// owner is the user whom the server runs as. Elsewhere than on Linux that is always whoever runs this.
type owner struct{ uid, gid int }

func unprivileged() (*owner, error) {
	if os.Geteuid() == 0 {
		return nil, errors.New("PostgreSQL does not run as root: run this as another user")
	}
	return nil, nil
}

func (o *owner) attributes() *syscall.SysProcAttr { return nil }
