package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// lock is a file beside the database that its process has locked. The kernel unlocks it when that process ends,
// however it ends. The file itself stays.
type lock struct{ file *os.File }

// errLocked is what tryLock gives while another holds the lock.
var errLocked = errors.New("locked")

// retryLock is how often one who stands by looks again.
const retryLock = 100 * time.Millisecond

// takeLock locks the database at path for this process. While another has it, it waits if it may, or refuses.
func takeLock(ctx context.Context, path string, wait bool) (*lock, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(ctx, f, path, wait); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := writeHolder(f); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", f.Name(), err), f.Close())
	}
	return &lock{f}, nil
}

func (l *lock) release() error { return l.file.Close() }

func lockFile(ctx context.Context, f *os.File, path string, wait bool) error {
	again := time.NewTicker(retryLock)
	defer again.Stop()
	for {
		err := tryLock(f)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errLocked) {
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		if !wait {
			return &InUseError{Path: path, Holder: readHolder(f)}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s, which is served by %s: %w", path, readHolder(f), ctx.Err())
		}
	}
}

func writeHolder(f *os.File) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "process %d on host %s\n", os.Getpid(), host), 0)
	return err
}

// readHolder names who holds the lock, for people.
func readHolder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 512))
	holder, _, complete := strings.Cut(string(text), "\n")
	if err != nil || !complete {
		return "another process"
	}
	return holder
}
