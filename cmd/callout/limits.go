package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/calloutd/callout/cmd/internal/node"
	"github.com/calloutd/callout/internal/wire"
)

// limitFlags bound what a server takes, and how long it waits and keeps. Ordinary use meets none of them.
type limitFlags struct {
	MaxConnections int     `default:"100000" help:"Connections that may be open at once."`
	ConnectRate    float64 `default:"0" help:"New connections a second from one address, 20 at once beside; 0 is as many as come. Behind a proxy all have its address."`
	CommandRate    int     `default:"200" help:"Commands a second that a session may send; 0 is as many as come."`
	CommandBurst   int     `default:"400" help:"Commands that it may send at once before that counts."`
	MaxFrame       int     `default:"65536" help:"Bytes of a frame, at least 65536."`
	OpenOrders     int     `default:"20" help:"Orders of one client that may be open at once; 0 is as many as come."`
	Devices        int     `default:"20" help:"Devices of one user that are known; the longest unseen is forgotten."`

	HelloTimeout time.Duration `default:"5s" help:"How long a connection may take to say hello."`
	AckTimeout   time.Duration `default:"60s" help:"How long an event may stay unacknowledged before its session is closed."`
	TokenGrace   time.Duration `default:"30s" help:"How long a session outlives its token, for a new one to come."`
	Keep         time.Duration `default:"720h" help:"How long inboxes and ended orders are kept at least."`
}

func (f *limitFlags) check(ping time.Duration) error {
	switch {
	case f.MaxConnections < 1 || f.CommandBurst < 1 || f.Devices < 1:
		return errors.New("--max-connections, --command-burst and --devices are at least 1")
	case f.ConnectRate < 0 || f.CommandRate < 0 || f.OpenOrders < 0:
		return errors.New("--connect-rate, --command-rate and --open-orders are not negative; 0 is no limit")
	case f.MaxFrame < wire.MaxFrame:
		return fmt.Errorf("--max-frame is at least %d: clients count on that", wire.MaxFrame)
	case f.HelloTimeout < time.Second || f.AckTimeout < time.Second:
		return errors.New("--hello-timeout and --ack-timeout are at least a second")
	case f.Keep < time.Hour || f.Keep < 3*ping:
		return errors.New("--keep is at least an hour, and three pings: devices that are away for longer lose what they missed")
	}
	return nil
}

func (f *limitFlags) apply(config *node.Config) {
	config.Database.MaxDevices = f.Devices
	config.Ledger.OpenOrders, config.Ledger.Keep = f.OpenOrders, f.Keep
	limits := &config.Server.Limits
	limits.Connections, limits.PerAddress, limits.Frame = f.MaxConnections, f.ConnectRate, f.MaxFrame
	s := &config.Server.Session
	s.Rate, s.Burst = f.CommandRate, f.CommandBurst
	s.HelloTimeout, s.AckTimeout, s.TokenGrace = f.HelloTimeout, f.AckTimeout, f.TokenGrace
}
