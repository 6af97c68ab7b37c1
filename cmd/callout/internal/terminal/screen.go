package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/term"
)

// screen is a terminal: what is written to it appears above the line that is being typed.
type screen struct {
	*term.Terminal
	in, out       *os.File
	before        *term.State
	width, height int
	words         atomic.Pointer[[]string] // that Tab completes to
}

// newScreen takes over the terminal until close.
func newScreen(in, out *os.File) (*screen, error) {
	var before *term.State
	err := control(in, func(fd int) (err error) {
		before, err = term.MakeRaw(fd)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take over the terminal: %w", err)
	}
	both := struct {
		io.Reader
		io.Writer
	}{in, out}
	s := &screen{Terminal: term.NewTerminal(both, ""), in: in, out: out, before: before}
	s.AutoCompleteCallback = s.complete
	if err := s.fit(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// Write shows what is written above the line that is being typed.
func (s *screen) Write(data []byte) (int, error) {
	if err := s.fit(); err != nil {
		return 0, err
	}
	return s.Terminal.Write(data)
}

// SetPrompt sets the prompt, and the words that Tab completes to.
func (s *screen) SetPrompt(prompt string, words []string) {
	s.words.Store(&words)
	s.Terminal.SetPrompt(prompt)
}

// Width is the window's.
func (s *screen) Width() int { return s.width }

// fit makes up for a window that has changed its size.
func (s *screen) fit() error {
	var width, height int
	err := control(s.out, func(fd int) (err error) {
		width, height, err = term.GetSize(fd)
		return err
	})
	if err != nil {
		return fmt.Errorf("find out how large the terminal is: %w", err)
	}
	if width == s.width && height == s.height {
		return nil
	}
	s.width, s.height = width, height
	return s.SetSize(width, height)
}

// close gives the terminal back, with the cursor at the beginning of an empty line.
func (s *screen) close() error {
	_, err := io.WriteString(s.out, "\r\x1b[K")
	return errors.Join(err, control(s.in, func(fd int) error { return term.Restore(fd, s.before) }))
}

// control has do work on a file's descriptor, which stays as it is: Fd would take away its deadlines.
func control(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = do(int(fd)) })
	return errors.Join(err, failed)
}

// complete completes the first word of a line as far as it is clear which it is to be.
func (s *screen) complete(line string, pos int, key rune) (string, int, bool) {
	words := s.words.Load()
	if key != '\t' || words == nil || strings.Contains(line[:pos], " ") {
		return "", 0, false
	}
	common, count := "", 0
	for _, w := range *words {
		if !strings.HasPrefix(w, line[:pos]) {
			continue
		}
		if count++; count == 1 {
			common = w + " "
		}
		for !strings.HasPrefix(w+" ", common) {
			common = common[:len(common)-1]
		}
	}
	if count == 0 {
		return "", 0, false
	}
	return common + strings.TrimLeft(line[pos:], " "), len(common), true
}
