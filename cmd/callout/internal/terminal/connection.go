package terminal

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/cmd/callout/internal/terminal/line"
	"github.com/calloutd/callout/internal/wire"
)

const (
	firstAttempt = 3 * time.Second // before somebody at a terminal hears that it takes long
	oneAttempt   = time.Minute
)

// links collects what becomes of the connection, for a party that is busy with something else.
type links struct {
	mu      sync.Mutex
	changes []link
	woken   chan struct{} // has room for one: there may be a change
}

type link struct {
	connected bool
	err       error
}

func (l *links) add(connected bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes = append(l.changes, link{connected, err})
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *links) take() []link {
	l.mu.Lock()
	defer l.mu.Unlock()
	changes := l.changes
	l.changes = nil
	return changes
}

// reach connects, and goes on trying until ctx ends or there is no use. It tells waits why that takes long.
func (p *party) reach(ctx context.Context) error {
	if p.options.Script {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.options.Patience)
		defer cancel()
	}
	for wait := firstAttempt; ; wait = oneAttempt {
		attempt, cancel := context.WithTimeout(ctx, wait)
		err := p.socket.Open(attempt)
		late := attempt.Err() != nil
		cancel()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil || !late || untrusted(err) != nil:
			return fmt.Errorf("connect to %s: %s", p.socket.URL, p.reason(err))
		}
		select {
		case p.waits <- p.reason(err):
		case <-ctx.Done():
		}
	}
}

// enter says where the party is, as whom, and how things stand, or why it did not get in.
func (p *party) enter(ctx context.Context, failed error) error {
	switch {
	case failed != nil && ctx.Err() != nil:
		return p.ended(ctx)
	case failed != nil:
		return failed
	case p.socket.Role != p.options.Role:
		return fmt.Errorf("the token's role is %s, not %s", p.socket.Role, p.options.Role)
	}
	p.me.ID, p.me.Role = p.socket.UserID, p.socket.Role
	p.entered, p.connected = true, true
	p.say("Connected to %s as %s %s.", p.socket.URL, p.me.Role, line.Clean(p.me.ID))
	p.welcome(0)
	if !p.options.Script {
		p.say("Type help for what can be said.")
	}
	p.showLinks()
	return nil
}

// showLinks says what has become of the connection since it said so last.
func (p *party) showLinks() {
	if !p.entered { // that the first one is there is said when the party enters
		return
	}
	for _, l := range p.links.take() {
		switch {
		case l.connected && !p.connected:
			p.say("The connection is back.")
		case !l.connected && p.connected && p.socket.Err() == nil && !expired(l.err): // else it is over, and that is said later
			p.say("The connection is gone: %s. Coming back by itself.", p.reason(l.err))
			if p.task != nil && p.task.sending {
				p.say("What you said last is sent again then.")
			}
		}
		p.connected = l.connected
	}
}

// expired reports whether the token is no longer good. A terminal has no other.
func expired(err error) bool {
	var closed *client.CloseError
	return errors.As(err, &closed) && wire.CloseCode(closed.Code) == wire.TokenExpired
}

// untrusted gives what is wrong with the server's certificate, or nil. Trying on does not mend it.
func untrusted(err error) error {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return certificate.Err
	}
	return nil
}

// reason is why there is no connection, in a person's words.
func (p *party) reason(err error) string {
	var closed *client.CloseError
	if !errors.As(err, &closed) {
		return strings.TrimPrefix(lost(err), "open "+p.socket.URL+": ")
	}
	switch wire.CloseCode(closed.Code) {
	case wire.Draining:
		return "the server is closing"
	case wire.FellBehind:
		return "this terminal was too slow"
	case wire.Overloaded:
		return "the server has too much to do"
	case wire.Replaced:
		return "another session of this device has taken over"
	case wire.Unauthenticated:
		if p.options.Token == "" {
			return "the server wants a token; give it one with --token, or start it with --dev"
		}
		return "the server does not take the token: " + line.Clean(closed.Reason)
	case wire.TokenExpired:
		return "the token has expired"
	}
	return line.Clean(closed.Error())
}

// lost says in a person's words why there is no connection, when the server has not said it.
func lost(err error) string {
	var joined interface{ Unwrap() []error } // the SDK's word on its last attempt comes last
	if errors.As(err, &joined) {
		if all := joined.Unwrap(); len(all) > 0 {
			err = all[len(all)-1]
		}
	}
	var network *net.OpError
	certificate := untrusted(err)
	switch {
	case certificate != nil:
		return "its certificate is not trusted: " + line.Clean(certificate.Error()) + "; SSL_CERT_FILE can name one that is"
	case errors.As(err, &network):
		return line.Clean(network.Error())
	case errors.Is(err, io.EOF):
		return "the server has hung up"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "you left first"
	}
	return line.Clean(err.Error())
}
