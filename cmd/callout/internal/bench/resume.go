package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/load"
	"github.com/calloutd/callout/internal/store"
)

// resumeReport is what it takes devices to come back to events that they have not read.
type resumeReport struct {
	Devices         int       `json:"devices"`
	Unread          int       `json:"unread"`          // events, for each device
	WelcomeMs       latencies `json:"welcomeMs"`       // from the hello
	FirstMs         latencies `json:"firstMs"`         // from the hello to the first event
	CatchUpMs       latencies `json:"catchUpMs"`       // from the hello until all were received and acknowledged
	EventsPerSecond float64   `json:"eventsPerSecond"` // while one device catches up
}

const (
	awayPairs  = 10    // who come back, both sides of each
	awayOrders = ahead // that each pair plays at once before that
	comeTimes  = 10    // how often each device comes back for its first event
)

// leaveUnread has the ledger commit what devices are to come back to: they are known, and have had nothing.
func (b *bench) leaveUnread(ctx context.Context) (err error) {
	if b.Resume == 0 {
		return nil
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	a, err := startLedger(ctx, b.Node, b.database.Name, fail)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	prefix := load.NewPrefix()
	b.away = load.Parties(prefix, awayPairs)
	for _, who := range b.away {
		if err := a.register(who); err != nil {
			return fmt.Errorf("register the device of %s: %w", who.UserID, err)
		}
	}
	return load.Fill(ctx, a, load.FillConfig{Pairs: awayPairs, Orders: awayOrders, Events: b.Resume, Prefix: prefix})
}

// register makes a party's device known, and waits until it is.
func (a *alone) register(who load.Party) error {
	registered := make(chan *callout.Error, 1)
	a.ledger.Register(store.Ack{UserID: who.UserID, Device: who.Device(), SeenAt: time.Now()}, func(err *callout.Error) { registered <- err })
	if err := <-registered; err != nil {
		return err
	}
	return nil
}

func (b *bench) resume(ctx context.Context) (report, error) {
	if err := b.profileOn(); err != nil {
		return nil, err
	}
	result, err := load.Resume(ctx, b.native(0), load.ResumeConfig{Who: b.away, Unread: int64(b.Resume), Times: comeTimes})
	if err != nil {
		return nil, err
	}
	return &resumeReport{
		Devices: len(b.away), Unread: b.Resume,
		WelcomeMs: latenciesOf(result.Welcome), FirstMs: latenciesOf(result.First), CatchUpMs: latenciesOf(result.CatchUp),
		EventsPerSecond: rounded(float64(len(b.away)*b.Resume) / result.Time.Seconds()),
	}, b.profileOff()
}

func (r *resumeReport) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "devices\t%d, each with %d events unread, one after the other\n", r.Devices, r.Unread)
	fmt.Fprintf(t, "welcome, ms\t%s\n", r.WelcomeMs)
	fmt.Fprintf(t, "first event, ms\t%s\n", r.FirstMs)
	fmt.Fprintf(t, "all of them, ms\t%s\n", r.CatchUpMs)
	fmt.Fprintf(t, "catching up\t%.0f events a second, received and acknowledged\n", r.EventsPerSecond)
	return t.Flush()
}
