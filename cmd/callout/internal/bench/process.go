package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// process is a server of the bench's own, in a process of its own. One goroutine uses it.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr string // where it listens
}

// start runs this program again as a server of a database. It ends when it is stopped, or with this process.
func start(ctx context.Context, args []string, log io.Writer) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program, args...)
	cmd.Stderr = log
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReader(out)}
	var h hello
	err = p.read(&h)
	if err == nil && h.Error != "" {
		err = errors.New(h.Error)
	}
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	p.addr = h.Addr
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// tell says a word to the server and gives its answer.
func (p *process) tell(word string) (answer, error) {
	var a answer
	if _, err := io.WriteString(p.in, word+"\n"); err != nil {
		return a, fmt.Errorf("tell the server to %s: %w", word, err)
	}
	err := p.read(&a)
	if err == nil && a.Error != "" {
		err = fmt.Errorf("tell the server to %s: %s", word, a.Error)
	}
	return a, err
}

func (p *process) read(v any) error {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return errors.New("the server has ended, or does not answer")
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

// stop has the server end in order, and waits for that.
func (p *process) stop() error {
	_ = p.in.Close()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("the server has ended with: %w", err)
	}
	return nil
}
