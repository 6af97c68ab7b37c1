package check

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// offer is what an order is to those who want it: open, taken by one, or ended.
type offer struct {
	ended bool
	by    string // empty: nobody yet
}

// ask is an operation on an offer: somebody accepts it, or it is ended.
type ask struct {
	by  string
	end bool
}

// reply is how an operation turned out, as its sender was told.
type reply struct {
	outcome record.Outcome
	saw     callout.Status // of the order that came with a refusal; 0: none did
}

// patience is how long the history of one order may take to be checked.
const patience = 10 * time.Second

// accepts holds the history of every offer, as its servicemen saw it, to one order of everything that was asked for: it
// must be linearizable, and whoever accepts first wins. What was never answered may have happened at any time since, or
// not at all.
func (c *checker) accepts() {
	model := offers().ToModel()
	histories := c.histories()
	for _, id := range slices.Sorted(maps.Keys(histories)) {
		switch porcupine.CheckOperationsTimeout(model, histories[id], patience) {
		case porcupine.Illegal:
			c.add(DoubleAccepted, "order "+id, "no order of what was asked for explains what was answered: %+v", histories[id])
		case porcupine.Unknown:
			c.add(DoubleAccepted, "order "+id, "its history of %d operations could not be checked in time", len(histories[id]))
		}
	}
}

// histories are the operations on each order.
func (c *checker) histories() map[string][]porcupine.Operation {
	histories := make(map[string][]porcupine.Operation)
	for n, d := range c.devices {
		for _, cmd := range d.Commands {
			op := porcupine.Operation{
				ClientId: n, Call: int64(cmd.Called), Return: int64(cmd.Returned), Output: reply{cmd.Outcome, cmd.Saw.Status},
			}
			switch cmd.Status {
			case callout.Accepted:
				op.Input = ask{by: d.UserID}
			case callout.Cancelled:
				op.Input = ask{end: true}
			default:
				continue
			}
			if cmd.Status == callout.Accepted || cmd.Outcome != record.Refused {
				histories[cmd.OrderID] = append(histories[cmd.OrderID], op)
			}
		}
	}
	for id := range histories { // it expires by itself, or not, at any time
		histories[id] = append(histories[id], porcupine.Operation{
			ClientId: len(c.devices), Input: ask{end: true}, Output: reply{}, Return: math.MaxInt64,
		})
	}
	return histories
}

// offers is the model of an offer.
func offers() *porcupine.NondeterministicModel {
	return &porcupine.NondeterministicModel{
		Init: func() []any { return []any{offer{}} },
		Step: func(state, input, output any) []any {
			return answers(state.(offer), input.(ask), output.(reply))
		},
	}
}

// answers are the states that an offer may be in after a reply. None: there is no such reply.
func answers(o offer, a ask, r reply) []any {
	taken := offer{by: a.by}
	if a.end {
		taken = offer{ended: true}
	}
	can := !o.ended && (a.end || o.by == "")
	switch {
	case r.outcome == record.Unknown && can:
		return []any{o, taken}
	case r.outcome == record.Unknown:
		return []any{o}
	case r.outcome == record.Effect && can:
		return []any{taken}
	case r.outcome == record.Refused && explained(o, r.saw):
		return []any{o}
	}
	return nil
}

// explained reports whether a serviceman is refused an offer that is in state o, and shown an order of that status.
func explained(o offer, saw callout.Status) bool {
	switch {
	case saw == 0:
		return true
	case saw == callout.Placed || saw == callout.Broadcasted: // its time is up, or he has declined
		return o == offer{}
	case saw.Ends():
		return o.ended || o.by != ""
	}
	return o.by != "" && !o.ended
}
