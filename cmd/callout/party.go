package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/callout/internal/terminal"
)

type partyCommand struct {
	URL    string `default:"ws://127.0.0.1:8080" help:"Where the server is."`
	User   string `help:"Who you are, where the server is in development mode." placeholder:"ID"`
	Token  string `help:"Token that says who you are; callout token makes one. Better given as CALLOUT_TOKEN."`
	Device string `help:"Name of this terminal, for the server to know it again. Without it, a new one." placeholder:"ID"`
	Cursor string `help:"File that keeps what you have seen, so that you miss nothing while you are away." placeholder:"FILE" predictor:"file"`
}

// check says what is wrong with the flags, in their own names.
func (c *partyCommand) check() error {
	u, err := url.Parse(c.URL)
	if err != nil || !slices.Contains([]string{"ws", "wss", "http", "https"}, u.Scheme) || u.Host == "" {
		return fmt.Errorf("--url is %q; it is like ws://127.0.0.1:8080, or wss:// with TLS", c.URL)
	}
	if c.User != "" {
		if err := callout.CheckUserID("--user", c.User); err != nil {
			return plain(err)
		}
	}
	if c.Device != "" {
		return plain(callout.CheckID("--device", c.Device))
	}
	return nil
}

// Run is a party in the role that the command is named for.
func (c *partyCommand) Run(ctx context.Context, line *kong.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	person := term.IsTerminal(int(os.Stdin.Fd()))
	screen := person && term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb"
	return terminal.Run(ctx, terminal.Options{
		URL: c.URL, Role: callout.Role(line.Command()), UserID: c.User, Token: c.Token, Device: c.Device, Cursor: c.Cursor,
		In: os.Stdin, Out: os.Stdout, Terminal: screen, Colours: screen && os.Getenv("NO_COLOR") == "", Script: !person,
	})
}
