//go:build !linux

package server

import "net"

// poller is not for this system: every connection has goroutines.
type poller struct{}

func newPoller() (*poller, error) { return nil, nil }

func (*poller) run() {}

func (*poller) stop() {}

func (*poller) take(*net.TCPConn) (*socket, error) { return nil, nil }

func (*poller) watch(*conn, *socket) error { return nil }

type socket struct{ link }
