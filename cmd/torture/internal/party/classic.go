package party

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// classic is an app of the original system. It is told of no outcome; but of its own ACCEPTED it hears, and knows that it
// has won.
type classic struct {
	*Party

	mu      sync.Mutex
	app     *client.Classic
	accepts map[string]*record.Command // the last one of each order
}

func (c *classic) receive(ctx context.Context, told func(callout.Status, callout.Order)) {
	for ctx.Err() == nil {
		app, err := client.NewClassic(client.Config{
			URL: c.world.URL, UserID: c.Device.UserID, RetryMin: retryMin, RetryMax: retryMax, OnConnection: c.connected,
		})
		if err != nil {
			c.Device.Fault(err.Error())
			return
		}
		c.mu.Lock()
		c.app = app
		c.mu.Unlock()
		for r := range app.OrderStatuses(ctx) {
			fresh := r.Seq > c.Device.Last()
			c.Device.Hand(record.FromSDK(r))
			if r.Status == callout.Accepted && r.SenderID == c.Device.UserID {
				c.won(r.OrderID, r.Version)
			}
			if fresh {
				told(r.Status, r.Order)
			}
		}
		var closed *client.CloseError
		switch err := app.Err(); {
		case err == nil || ctx.Err() != nil:
		case errors.As(err, &closed) && closed.Code == client.CodeReplaced: // by an earlier connection of its own that came late
			c.world.Tally.Add("classic apps replaced", 1)
		default:
			c.Device.Fault("its connection ended: " + err.Error())
		}
		pause(ctx, c.mind.between(50*time.Millisecond, 500*time.Millisecond)) // before it starts again
	}
}

func (c *classic) connected(connected bool, _ error) {
	if connected {
		c.Device.Begin(record.Session{Resume: -1})
		c.world.Tally.Add("classic connections", 1)
		c.isInside()
	}
}

// send sends a command once. What becomes of it, nobody says.
func (c *classic) send(ctx context.Context, cmd callout.Command) {
	cmd.ID, cmd.Version, cmd.Classic = "", 0, true
	called := c.Device.Call(cmd)
	c.mu.Lock()
	defer c.mu.Unlock()
	if cmd.Status == callout.Accepted {
		if c.accepts == nil {
			c.accepts = make(map[string]*record.Command)
		}
		c.accepts[cmd.OrderID] = called
	}
	app := c.app
	if app == nil {
		return
	}
	c.work.Go(func() {
		sending, cancel := context.WithTimeout(ctx, writeWithin)
		defer cancel()
		if app.Send(sending, cmd) != nil {
			c.world.Tally.Add("classic commands not sent", 1)
		}
	})
}

func (c *classic) won(orderID string, version int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.accepts[orderID]; a != nil && a.Outcome == record.Unknown {
		c.Device.TookEffect(a, version)
	}
}
