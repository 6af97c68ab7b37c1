package terminal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/server/servertest"
	"github.com/calloutd/callout/internal/wire/wiretest"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// TestMain has all sockets go through a tap that holds their frames to docs/asyncapi.yaml.
func TestMain(m *testing.M) {
	tap := &wiretest.Tap{Next: http.DefaultTransport}
	http.DefaultClient.Transport = tap
	goleak.VerifyTestMain(m, goleak.Cleanup(tap.Exit))
}

// options are those of a script in development mode.
func options(s *servertest.Server, role callout.Role, user string, in io.Reader, out io.Writer) Options {
	return Options{URL: s.URL, Role: role, UserID: user, In: in, Out: out, Script: true, Patience: patience}
}

// play runs a script to its end and gives what it showed.
func play(t *testing.T, s *servertest.Server, role callout.Role, user, script string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := Run(t.Context(), options(s, role, user, strings.NewReader(script), &out))
	return out.String(), err
}

// output collects what is shown, for a test that waits for some of it.
type output struct {
	t    *testing.T
	mu   sync.Mutex
	more sync.Cond
	text []byte
	read int // how much of it the test has seen
}

func newOutput(t *testing.T) *output {
	o := &output{t: t}
	o.more.L = &o.mu
	return o
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, data...)
	o.more.Broadcast()
	return len(data), nil
}

// until waits until some text has been shown after that of the last call.
func (o *output) until(text string) {
	o.t.Helper()
	late := false
	timer := time.AfterFunc(patience, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		late = true
		o.more.Broadcast()
	})
	defer timer.Stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if i := strings.Index(string(o.text[o.read:]), text); i >= 0 {
			o.read += i + len(text)
			return
		}
		if late {
			o.t.Fatalf("%q was not shown; this was:\n%s", text, o.text)
		}
		o.more.Wait()
	}
}

// live is a party that a test plays with while it runs.
type live struct {
	*output
	keys  *os.File // what is written to it is typed
	leave context.CancelFunc
	ended chan error
}

// start runs a party on a pipe, as a script unless change says otherwise.
func start(t *testing.T, s *servertest.Server, role callout.Role, user string, change func(*Options)) *live {
	t.Helper()
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := &live{output: newOutput(t), keys: keys, ended: make(chan error, 1)}
	o := options(s, role, user, in, l.output)
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.leave = cancel
	go func() { l.ended <- Run(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(keys.Close(), in.Close()); err != nil {
			t.Error(err)
		}
	})
	return l
}

// says types a line.
func (l *live) says(line string) {
	l.t.Helper()
	if _, err := io.WriteString(l.keys, line+"\n"); err != nil {
		l.t.Fatal(err)
	}
}

// end waits for the party's end.
func (l *live) end() error {
	l.t.Helper()
	select {
	case err := <-l.ended:
		return err
	case <-time.After(patience):
		l.t.Fatal("the party does not end")
		return nil
	}
}
