package terminal

import (
	"bufio"
	"fmt"
	"io"
)

// device is where lines are typed and where what happens is shown. ReadLine and Write may be called at the same time.
type device interface {
	io.Writer
	// ReadLine gives the next line without its end, or io.EOF.
	ReadLine() (string, error)
	// SetPrompt says what stands before the line that is being typed, and which words it may begin with. A Write, if only
	// of nothing, has to follow.
	SetPrompt(prompt string, words []string)
	// Width is how many characters a line has room for; 0: any number.
	Width() int
}

// plain is a device without a terminal: lines in, lines out.
type plain struct {
	io.Writer
	in *bufio.Scanner
}

func newPlain(in io.Reader, out io.Writer) *plain { return &plain{out, bufio.NewScanner(in)} }

func (p *plain) ReadLine() (string, error) {
	if p.in.Scan() {
		return p.in.Text(), nil
	}
	if err := p.in.Err(); err != nil {
		return "", fmt.Errorf("read a line: %w", err)
	}
	return "", io.EOF
}

// SetPrompt does nothing: nobody is looking.
func (p *plain) SetPrompt(string, []string) {}

// Width is 0: whoever reads it cuts lines.
func (p *plain) Width() int { return 0 }
