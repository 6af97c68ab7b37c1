package sim

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/client"
	"github.com/calloutd/callout/internal/wire"
)

// relic is an app of the original system. It hears everything at least once, in order, and nothing of its commands.
type relic struct{ *common }

func (r *relic) run(ctx context.Context) {
	r.begins(0)
	for ctx.Err() == nil {
		r.live(ctx)
		pause(ctx, r.dice.between(0, 2*time.Second))
	}
}

// live is one process of the app.
func (r *relic) live(ctx context.Context) {
	life, end := r.world.lifetime(ctx, r.dice.between(3*time.Second, 30*time.Second))
	defer end()
	http := r.world.network.httpClient(r.name)
	defer http.CloseIdleConnections()
	classic, err := client.NewClassic(client.Config{
		URL: "http://callout.sim", UserID: r.user(), HTTPClient: http, RetryMin: 50 * time.Millisecond, RetryMax: 2 * time.Second,
		OnConnection: func(connected bool, err error) { r.note("is connected: %v (%v)", connected, err) },
	})
	if err != nil {
		r.broke("it gets no connection: %v", err)
		return
	}
	var speaking sync.WaitGroup
	speaking.Go(func() { r.speak(life, classic) })
	for received := range classic.OrderStatuses(life) {
		r.take(&received)
	}
	r.note("ends: %v", classic.Err())
	end()
	speaking.Wait()
	_ = classic.Close()
}

// take is handed an event: the next of the inbox that such an app can understand, or one that it has had before.
func (r *relic) take(e *client.Received) {
	r.note("is handed %d: %s, %s", e.Seq, wire.EventName(e.OrderID, e.Version), e.Status)
	row, ok := r.world.truth.row(r.user(), e.Seq)
	if !ok {
		r.broke("it is told number %d, which the database does not hold", e.Seq)
		return
	}
	status, understood := r.status(&row)
	if !understood || e.OrderID != row.OrderID || e.Version != row.Version || e.Status != status {
		r.broke("number %d is %s, %s; the database says %s, %s", e.Seq, wire.EventName(e.OrderID, e.Version), e.Status, row.Of(), row.Status)
	}
	if next := r.skip(); e.Seq > next {
		r.broke("number %d comes, and number %d has not come", e.Seq, next)
	}
	r.finishes(e.Seq)
	r.person.mind.see(e.Order)
}

// skip finishes what such an app is never told and gives the seq of the event that is next.
func (r *relic) skip() int64 {
	for {
		last, _ := r.last()
		row, ok := r.world.truth.row(r.user(), last+1)
		if !ok || row.Status != callout.OfferDeclined {
			return last + 1
		}
		r.finishes(last + 1)
	}
}

// status is what such an app is told of a row, and false if it is not told.
func (r *relic) status(row *wire.Event) (callout.Status, bool) {
	switch row.Status {
	case callout.OfferDeclined:
		return 0, false
	case callout.ChangeDeclined, callout.PaymentRejected:
		var order callout.Order
		if err := json.Unmarshal(row.Order, &order); err != nil {
			r.broke("the order of %s cannot be read: %v", row.Of(), err)
		}
		return order.Status, true
	}
	return row.Status, true
}

// lacks does not count what such an app is never told.
func (r *relic) lacks() string {
	r.skip()
	return r.common.lacks()
}

// stands says nothing of the last event: such an app's stack acknowledges what the app has not seen yet.
func (r *relic) stands() (device string, last int64) { return wire.ClassicDevice, math.MaxInt64 }

// speak sends what the user wants, once, without what such an app cannot say.
func (r *relic) speak(ctx context.Context, classic *client.Classic) {
	for pause(ctx, r.dice.between(200*time.Millisecond, 3*time.Second)) {
		if r.world.isQuiet() {
			return
		}
		cmd, ok := r.person.mind.want()
		if !ok {
			continue
		}
		cmd.Version, cmd.Extra = 0, callout.Extra{}
		err := classic.Send(ctx, cmd)
		r.note("asks for %s of %s, to %v (%v)", cmd.Status, cmd.OrderID, cmd.Receivers, err)
	}
}
