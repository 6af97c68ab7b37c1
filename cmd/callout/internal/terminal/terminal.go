// Package terminal is one party of orders at a terminal, or in a script: it says line by line what to do next, and is
// shown what happens the moment it happens.
package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

// Options say who is at the terminal, and where the server is.
type Options struct {
	URL    string       // as in [client.Config]
	Role   callout.Role // Client or Serviceman
	UserID string       // may be empty with a Token
	Token  string       // empty: the server has to be in development mode
	Device string       // empty: a new one, or that of Cursor
	Cursor string       // the path of the file that keeps the cursor; empty: it is kept in memory

	In  io.Reader
	Out io.Writer

	// Terminal says that In and Out are an *os.File each, of a terminal that understands escape sequences.
	Terminal bool
	Colours  bool // Out shows colours
	// Script says that a program wrote what In says: an error ends it, and a line waits for the answer to the one before.
	Script   bool
	Patience time.Duration // how long a script waits for the connection, and for an answer unless it says otherwise. 0: 30 s
}

const defaultPatience = 30 * time.Second

// Run is the party until it leaves, ctx ends or the server ends the session for good. The error of somebody who has left
// says what they have said and is not done. A script's error says at which line it ended; it is nil when the script has
// come to its end.
func Run(ctx context.Context, o Options) (err error) {
	p, err := newParty(o)
	if err != nil {
		return err
	}
	defer p.close()
	if o.Terminal {
		in, _ := o.In.(*os.File)
		out, _ := o.Out.(*os.File)
		if in == nil || out == nil {
			return errors.New("a terminal is a file")
		}
		screen, err := newScreen(in, out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, screen.close()) }()
		p.device = screen
	}
	return p.run(ctx)
}

func newParty(o Options) (*party, error) {
	if o.UserID == "" && o.Token == "" {
		return nil, errors.New("who are you? Say --user, or --token")
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	p := &party{
		options: o, ink: ink{o.Colours}, device: newPlain(o.In, o.Out), me: callout.Actor{ID: o.UserID, Role: o.Role},
		answers: make(chan answer, 1), waits: make(chan string), reached: make(chan error, 1),
	}
	p.links.woken = make(chan struct{}, 1)
	config := client.Config{URL: o.URL, UserID: o.UserID, Role: o.Role, Device: o.Device, OnConnection: p.links.add}
	if o.Token != "" {
		config.Token = func(context.Context) (string, error) { return o.Token, nil }
	}
	if o.Cursor != "" {
		config.Cursor = client.FileCursor(o.Cursor)
	}
	socket, err := client.NewSocket(config)
	if err != nil {
		return nil, err
	}
	p.socket = socket
	return p, nil
}
