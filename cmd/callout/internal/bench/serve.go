package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"

	"github.com/calloutd/callout/cmd/internal/node"
)

// Serve is the server process of a bench: it says on out where it listens, and does what is said on in, until in or ctx
// ends. What keeps it from serving it says on out, too, and is no error.
func Serve(ctx context.Context, config node.Config, in io.Reader, out io.Writer) error {
	n, listener, err := open(ctx, config)
	if err != nil {
		return say(out, hello{Error: err.Error()})
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	// Where the server ends by itself, the reading is left behind: the process ends, too.
	obeyed := make(chan error, 1)
	go func() {
		obeyed <- obey(in, out, listener.Addr().String())
		stop()
	}()
	err = n.Run(serving, listener)
	select {
	case wrong := <-obeyed:
		return errors.Join(err, wrong)
	default:
		return err
	}
}

func open(ctx context.Context, config node.Config) (*node.Node, net.Listener, error) {
	n, err := node.Open(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("listen: %w", err), n.Close())
	}
	return n, listener, nil
}

// say writes a line of JSON.
func say(out io.Writer, v any) error {
	if err := json.NewEncoder(out).Encode(v); err != nil {
		return fmt.Errorf("speak to the bench: %w", err)
	}
	return nil
}

// obey does what is said until there is no more.
func obey(in io.Reader, out io.Writer, addr string) error {
	if err := say(out, hello{Addr: addr}); err != nil {
		return err
	}
	var s servant
	defer func() { _ = s.stopProfile() }() // of a bench that has ended, nobody reads it
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		a, err := s.do(lines.Text())
		if err != nil {
			a.Error = err.Error()
		}
		if err := say(out, a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// servant does what a server process is told beside serving.
type servant struct{ profile *os.File }

func (s *servant) do(line string) (answer, error) {
	switch {
	case line == wordCollect:
		return answer{memory: collect()}, nil
	case line == wordProfileStop:
		return answer{}, s.stopProfile()
	}
	if name, ok := strings.CutPrefix(line, wordProfileStart+" "); ok {
		return answer{}, s.startProfile(name)
	}
	if name, ok := strings.CutPrefix(line, wordHeap+" "); ok {
		return answer{}, writeHeap(name)
	}
	return answer{}, fmt.Errorf("%q is no word of a bench", line)
}

// collect gives back to the system what it can. What finalizers and pools hold goes the second time.
func collect() memory {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{
		HeapAlloc: int64(m.HeapAlloc), HeapInuse: int64(m.HeapInuse), Sys: int64(m.Sys), Goroutines: runtime.NumGoroutine(),
	}
}

func (s *servant) startProfile(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	s.profile = file
	return nil
}

func (s *servant) stopProfile() error {
	if s.profile == nil {
		return nil
	}
	pprof.StopCPUProfile()
	err := s.profile.Close()
	s.profile = nil
	return err
}

func writeHeap(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("heap").WriteTo(file, 0), file.Close())
}
