package demo

import (
	"context"
	"iter"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
)

// socket is what a party needs of the SDK. It is to be opened before it is read from.
type socket interface {
	Open(context.Context) error
	OrderStatuses(context.Context) iter.Seq[client.Received]
	Send(context.Context, callout.Command) error
	Err() error
	Close() error
}

func newSocket(classic bool, config client.Config) (socket, error) {
	if classic {
		c, err := client.NewClassic(config)
		return classicSocket{c}, err
	}
	s, err := client.NewSocket(config)
	return nativeSocket{s}, err
}

type nativeSocket struct{ *client.Socket }

// Send sends a command, and waits for what becomes of it.
func (s nativeSocket) Send(ctx context.Context, cmd callout.Command) error {
	_, err := s.Socket.Send(ctx, cmd)
	return err
}

// classicSocket is what an app of the original system has. It is connected while it is read from.
type classicSocket struct{ *client.Classic }

// Open does nothing.
func (classicSocket) Open(context.Context) error { return nil }

// Send sends a command as such an app does: without more than its status.
func (s classicSocket) Send(ctx context.Context, cmd callout.Command) error {
	cmd.Extra = callout.Extra{}
	return s.Classic.Send(ctx, cmd)
}
