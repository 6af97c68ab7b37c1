package party

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
	"github.com/calloutd/callout/internal/wire"
)

const (
	tendEvery  = 30 * time.Millisecond
	maxAnswers = 16 // commands with an outcome that may be sent again
	againIn    = 40 // a command is sent again every so many times that the outbox is tended
)

// tend is the one that writes in a connection: commands, again those that the server has asked for, now and then one that
// needs it not, and acknowledgements. It ends with the connection.
func (r *raw) tend(ctx context.Context, l *rawLink) {
	ticker := time.NewTicker(tendEvery)
	defer ticker.Stop()
	for {
		for _, frame := range r.toWrite(time.Now()) {
			if l.write(ctx, frame) != nil {
				_ = l.conn.CloseNow()
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-r.poked:
		case <-ticker.C:
		}
	}
}

func (r *raw) toWrite(now time.Time) [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	var frames [][]byte
	for _, o := range r.outbox {
		if !o.asked && !now.Before(o.due) {
			o.asked = true
			frames = append(frames, o.frame)
		}
	}
	if r.world.Acting.Load() && r.mind.one(againIn) {
		if again := slices.Concat(r.outbox, r.answers); len(again) > 0 {
			frames = append(frames, again[int(r.mind.between(0, time.Duration(len(again))))].frame)
			r.world.Tally.Add("raw commands sent again", 1)
		}
	}
	if !r.ackDue.IsZero() && !now.Before(r.ackDue) {
		r.ackDue = time.Time{}
		if have := r.places[len(r.places)-1].Seq; r.heard > r.acked && have >= r.heard {
			r.acked = r.heard
			r.Device.Ack(r.heard)
			frames = append(frames, wire.Encode(wire.Ack{Seq: r.heard}))
		}
	}
	return frames
}

// refusal takes in that a command was refused, or has to be sent again.
func (r *raw) refusal(e wire.Error) {
	if !e.Code.Final() {
		r.again(e.ID)
		return
	}
	var order callout.Order
	if len(e.Order) > 0 {
		if err := json.Unmarshal(e.Order, &order); err != nil {
			r.Device.Fault("a refusal has an order that cannot be read: " + err.Error())
			return
		}
		r.Device.See(order)
	}
	if !r.settle(e.ID, func(c *record.Command) { r.Device.WasRefused(c, e.Code, order) }) {
		r.Device.Fault("command " + e.ID + " was refused and never sent")
	}
}

// settle notes the outcome of a command, and reports whether it is one of this device's.
func (r *raw) settle(id string, outcome func(*record.Command)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.sent[id]
	if o == nil {
		return false
	}
	outcome(o.record)
	if i := slices.Index(r.outbox, o); i >= 0 {
		r.outbox = slices.Delete(r.outbox, i, i+1)
		if len(r.answers) == maxAnswers {
			r.answers = slices.Delete(r.answers, 0, 1)
		}
		r.answers = append(r.answers, o)
	}
	return true
}

// again has a command sent again after a while.
func (r *raw) again(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.sent[id]; o != nil {
		o.asked, o.due = false, time.Now().Add(r.mind.between(50*time.Millisecond, 400*time.Millisecond))
	}
}
