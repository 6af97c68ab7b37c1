package server

import (
	"context"
	"errors"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/ledger"
	"github.com/calloutd/callout/internal/session"
	"github.com/calloutd/callout/internal/store"
	"github.com/calloutd/callout/internal/wire"
)

// request has done what the session asks for. What has an answer is done elsewhere, and the answer posted.
func (c *conn) request(r session.Request) {
	s, inbox := c.session, c.server.db
	switch r := r.(type) {
	case session.Verify:
		c.check(func(ctx context.Context) func(time.Time) session.Actions {
			me, code, reason := c.server.identify(ctx, r.Hello)
			return func(time.Time) session.Actions { return s.Verified(me, code, reason) }
		})
	case session.Renew:
		c.check(func(ctx context.Context) func(time.Time) session.Actions {
			me, code, reason := c.server.verify(ctx, r.Token)
			return func(time.Time) session.Actions { return s.Renewed(me, code, reason) }
		})
	case session.Open:
		if !c.server.hub.take(c, device{r.UserID, r.Device}, attempt{r.Instance, r.Attempt}) {
			c.post(func(time.Time) session.Actions { return s.Replaced() })
			return
		}
		c.subscription = c.server.bus.Subscribe(r.UserID, r.Receipts, c)
		if r.Watch {
			c.watching = true
			c.server.bus.Watch(c)
		}
		c.ask(func(ctx context.Context) func(time.Time) session.Actions {
			acked := c.server.ledger.Acked(r.UserID, r.Device)
			snap, err := inbox.Open(ctx, r.UserID, r.Device, r.Resume)
			snap.Cursor = max(snap.Cursor, min(acked, snap.Head))
			c.note(ctx, "open an inbox", err)
			return func(now time.Time) session.Actions { return s.Opened(session.Snapshot(snap), err == nil, now) }
		})
	case session.Register:
		c.server.ledger.Register(store.Ack{UserID: r.UserID, Device: r.Device, Seq: r.Seq, SeenAt: c.server.config.Clock()}, func(err *callout.Error) {
			c.post(func(time.Time) session.Actions { return s.Registered(err == nil) })
		})
	case session.Acknowledge:
		c.acknowledge(r)
	case session.Submit:
		cmd := r.Command
		c.server.ledger.Submit(cmd, func(a ledger.Answer) {
			answered := func(time.Time) session.Actions { return s.Answered(&cmd, answerOf(a)) }
			if a.Err == nil && !a.Repeated {
				c.postBehind(answered)
			} else {
				c.post(answered)
			}
		})
	case session.Read:
		c.ask(func(ctx context.Context) func(time.Time) session.Actions {
			rows, err := inbox.Page(ctx, r.UserID, r.After, r.Limit)
			c.note(ctx, "read an inbox", err)
			return func(now time.Time) session.Actions { return s.Paged(rows, r.Limit, err == nil, now) }
		})
	case session.Find:
		c.ask(func(ctx context.Context) func(time.Time) session.Actions {
			row, ok, err := inbox.Find(ctx, store.Wanted{UserID: r.UserID, OrderID: r.OrderID, Version: r.Version, UpTo: r.UpTo})
			c.note(ctx, "find an event", err)
			return func(time.Time) session.Actions { return s.Found(&row, ok && err == nil, r.Because) }
		})
	case session.Replay:
		c.ask(func(ctx context.Context) func(time.Time) session.Actions {
			rows, err := c.newest(ctx, r)
			c.note(ctx, "read the newest events", err)
			return func(time.Time) session.Actions { return s.Replayed(rows, err == nil) }
		})
	case session.Tell:
		c.server.bus.Tell(r.SenderID, &r.Receipt)
	case session.Inquire:
		c.ask(func(ctx context.Context) func(time.Time) session.Actions {
			receipt, err := c.server.inquire(ctx, r)
			c.note(ctx, "read receipts", err)
			return func(time.Time) session.Actions { return s.Inquired(receipt, err == nil) }
		})
	case session.Stand:
		c.ask(func(ctx context.Context) func(time.Time) session.Actions {
			head, open, err := inbox.Standing(ctx, r.UserID)
			c.note(ctx, "read an inbox's standing", err)
			return func(now time.Time) session.Actions { return s.Stood(head, open, err == nil, now) }
		})
	}
}

// answerOf is the ledger's answer as the session takes it.
func answerOf(a ledger.Answer) session.Answer {
	return session.Answer{Err: a.Err, Order: a.Order, View: a.View, OrderID: a.OrderID, Version: a.Version, Repeated: a.Repeated}
}

// ask has the database asked beside the session, and posts what comes of it.
func (c *conn) ask(what func(context.Context) func(time.Time) session.Actions) {
	c.beside(&c.server.reads, what)
}

// check has a token verified beside the session, for which a key may have to be fetched.
func (c *conn) check(what func(context.Context) func(time.Time) session.Actions) {
	c.beside(&c.server.checks, what)
}

func (c *conn) beside(t *tasks, what func(context.Context) func(time.Time) session.Actions) {
	t.run(func(ctx context.Context) {
		if !c.cut.Load() {
			c.post(what(ctx))
		}
	})
}

// note logs what went wrong while the server served; the session hears of it as "the database is away".
func (c *conn) note(ctx context.Context, what string, err error) {
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		c.server.config.Log.Error("could not "+what, "err", err)
	}
}

// newest reads the newest row, up to a seq, of each of the orders.
func (c *conn) newest(ctx context.Context, r session.Replay) ([]wire.Event, error) {
	var rows []wire.Event
	for _, id := range r.Orders {
		row, ok, err := c.server.db.Find(ctx, store.Wanted{UserID: r.UserID, OrderID: id, UpTo: r.UpTo})
		if err != nil {
			return nil, err
		}
		if ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}
