package terminal

import (
	"errors"
	"io"
	"time"
)

// keyboard hands on the lines of a device, one when the one before has been taken.
type keyboard struct {
	lines chan string // closed when there are no more
	err   error       // set before that: why there are no more; nil: they have come to their end

	in      io.Reader
	stop    chan struct{}
	stopped chan struct{}
}

func newKeyboard(d device, in io.Reader) *keyboard {
	k := &keyboard{lines: make(chan string), in: in, stop: make(chan struct{}), stopped: make(chan struct{})}
	go k.read(d)
	return k
}

func (k *keyboard) read(d device) {
	defer close(k.stopped)
	defer close(k.lines)
	for {
		line, err := d.ReadLine()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				k.err = err
			}
			return
		}
		select {
		case k.lines <- line:
		case <-k.stop:
			return
		}
	}
}

// close ends the reading and waits for its end. A read that is under way can be called off only where the input takes a
// deadline, which the standard input as a rule does not: there it ends with the next line or with the process.
func (k *keyboard) close() {
	close(k.stop)
	if in, ok := k.in.(interface{ SetReadDeadline(time.Time) error }); ok && in.SetReadDeadline(time.Unix(1, 0)) == nil {
		<-k.stopped
	}
}
