package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/term"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
)

// newPTY opens a pseudo-terminal of a size: what is written to keyboard is typed at screen.
func newPTY(t *testing.T, columns, rows uint16) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var number, unlocked int32
	size := [4]uint16{rows, columns}
	for request, argument := range map[uintptr]unsafe.Pointer{
		syscall.TIOCGPTN: unsafe.Pointer(&number), syscall.TIOCSPTLCK: unsafe.Pointer(&unlocked), syscall.TIOCSWINSZ: unsafe.Pointer(&size),
	} {
		if err := control(keyboard, func(fd int) error {
			if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(argument)); errno != 0 {
				return errno
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(errors.Join(err, keyboard.Close()))
	}
	return keyboard, screen
}

// sit starts a party at a terminal of its own, which has to be given back as it was.
func sit(t *testing.T, s *servertest.Server, role callout.Role, user, device string) *live {
	t.Helper()
	keyboard, screen := newPTY(t, 80, 24)
	before := state(t, screen)
	l := &live{output: newOutput(t), keys: keyboard, ended: make(chan error, 1)}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(l.output, keyboard) // ends with an error when the screen is gone
	}()
	o := options(s, role, user, screen, screen)
	o.Terminal, o.Colours, o.Script, o.Device = true, true, false, device
	go func() { l.ended <- Run(t.Context(), o) }()
	t.Cleanup(func() {
		if after := state(t, screen); after != before {
			t.Errorf("the terminal is left as %s, not as %s", after, before)
		}
		if err := screen.Close(); err != nil {
			t.Error(err)
		}
		<-copied
		if err := keyboard.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func state(t *testing.T, screen *os.File) string {
	t.Helper()
	var s *term.State
	if err := control(screen, func(fd int) (err error) {
		s, err = term.GetState(fd)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(*s)
}

// types presses keys.
func (l *live) types(keys string) {
	l.t.Helper()
	if _, err := io.WriteString(l.keys, keys); err != nil {
		l.t.Fatal(err)
	}
}

func TestWhatArrivesStandsAboveWhatIsBeingTyped(t *testing.T) {
	s := servertest.Start(t, nil)
	man := sit(t, s, callout.Serviceman, "s-1", "")
	man.until("s-1> ")
	man.types("acc")
	man.until("acc")
	shown, err := play(t, s, callout.Client, "c-7", `place to s-1 "Fix the kitchen tap" 1 50000 INR area "Indiranagar, 100 Feet Road" as o-1`)
	if err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	man.until("c-7 offers you an order: Fix the kitchen tap for 500.00 INR, in ")
	man.until("\r\n          Indiranagar, 100 Feet Road (on offer until ")
	man.until("you can: \x1b[1maccept\x1b[0m, \x1b[1mdecline\x1b[0m\r\n")
	man.until("s-1 o-1 PLACED> acc")
	man.types("\t")
	man.until("ept ")
	man.types("\r")
	man.until("You accept the order")
	man.until("s-1 o-1 ACCEPTED> ")
	man.types("c\tbecause late\r")
	man.until("You call the order off — late")
	man.until("s-1> ")
	man.types("zz\t\x03")
	man.until("You have left.")
	if err := man.end(); err != nil {
		t.Error(err)
	}
}

func TestCtrlDLeavesATerminal(t *testing.T) {
	s := servertest.Start(t, nil)
	c := sit(t, s, callout.Client, "c-7", "")
	c.until("c-7> ")
	c.types("\x04")
	if err := c.end(); err != nil {
		t.Error(err)
	}
	c.until("You have left.")
}

func TestCtrlDAndCtrlCLeaveATerminalWithoutAConnection(t *testing.T) {
	s := servertest.Start(t, nil)
	s.Stop()
	for _, key := range []string{"\x04", "\x03"} {
		c := sit(t, s, callout.Client, "c-7", "")
		c.until("c-7 (not connected)> ")
		c.types("he\t\r")
		c.until("Ctrl-D")
		c.types(key)
		if err := c.end(); err != nil {
			t.Error(err)
		}
		c.until("You have left.")
	}
}

func TestATerminalIsGivenBackWhenTheSessionIsOver(t *testing.T) {
	s := servertest.Start(t, nil)
	first := sit(t, s, callout.Client, "c-7", "tablet")
	first.until("c-7> ")
	second := sit(t, s, callout.Client, "c-7", "tablet")
	second.until("c-7> ")
	if err := first.end(); err == nil || !strings.Contains(err.Error(), "another session of this device has taken over") {
		t.Errorf("the error is %v", err)
	}
	second.types("quit\r")
	if err := second.end(); err != nil {
		t.Error(err)
	}
}
