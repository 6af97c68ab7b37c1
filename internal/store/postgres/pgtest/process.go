package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// process is a child of ours and a goroutine that waits for its end.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed once the process has ended
	err   error         // how; to be read once ended is closed
}

func run(cmd *exec.Cmd) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// end sends the process a signal and waits for its end. One that has not ended when ctx does is killed.
func (p *process) end(ctx context.Context, s syscall.Signal) error {
	select {
	case <-p.ended:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(s); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		err := p.cmd.Process.Kill()
		<-p.ended
		return errors.Join(fmt.Errorf("it had to be killed: %w", ctx.Err()), err)
	}
}
