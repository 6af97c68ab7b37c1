package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store/postgres"
)

// BenchmarkCommit commits groups of moves of different orders, each told to a client and a serviceman. Orders live from
// their placing to their end, among many more users than a group has.
func BenchmarkCommit(b *testing.B) {
	for _, committers := range []int{1, 2} {
		for _, size := range []int{1, 64, 256} {
			b.Run(fmt.Sprintf("committers=%d/group=%d", committers, size), func(b *testing.B) {
				db := open(b, server.Database(b), postgres.Options{})
				var all []*workers
				for n := range committers {
					all = append(all, newWorkers(b, db, n, size))
				}
				b.ResetTimer()
				var done sync.WaitGroup
				for n, w := range all {
					done.Go(func() {
						for i := n; i < b.N; i += committers {
							mustCommit(b, db, w.next()...)
						}
					})
				}
				done.Wait()
				b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "moves/s")
			})
		}
	}
}

// workers make each next move of many orders.
type workers struct {
	number int
	moves  int
	orders []life
}

// life says how often an order has moved, and how many there were before it.
type life struct{ moved, before int }

// newWorkers have orders in all stages of their lives.
func newWorkers(b *testing.B, db *postgres.DB, number, size int) *workers {
	w := &workers{number: number, orders: make([]life, size)}
	for stage := range lifeMoves {
		var cmds []callout.Command
		for i := range w.orders {
			if i%len(lifeMoves) > stage {
				cmds = append(cmds, w.move(i))
			}
		}
		if len(cmds) > 0 {
			mustCommit(b, db, cmds...)
		}
	}
	return w
}

type lifeMove struct {
	status   callout.Status
	byWorker bool
}

var lifeMoves = []lifeMove{
	{callout.Placed, false},
	{callout.Accepted, true},
	{callout.Started, false},
	{callout.OrderChanged, true},
	{callout.Extended, false},
	{callout.Payment, false},
	{callout.PaymentVerification, true},
	{callout.OrderComplete, false},
}

const population = 20_000

func (w *workers) next() []callout.Command {
	cmds := make([]callout.Command, len(w.orders))
	for i := range w.orders {
		cmds[i] = w.move(i)
	}
	return cmds
}

func (w *workers) move(i int) callout.Command {
	l := &w.orders[i]
	w.moves++
	step := lifeMoves[l.moved]
	user := (w.number*population/2 + (l.before*len(w.orders)+i)*7919) % population
	by := client(user)
	if step.byWorker {
		by = serviceman(user)
	}
	cmd := callout.Command{
		ID: fmt.Sprintf("%d-%d", w.number, w.moves), Sender: by, Status: step.status, Classic: true,
		OrderID: fmt.Sprintf("%d-%d-%d", w.number, i, l.before),
	}
	switch step.status {
	case callout.Placed:
		cmd.Receivers = []string{serviceman(user).ID}
		cmd.Extra = callout.Extra{
			Services: []callout.Service{{Service: "paint a wall", Quantity: 2, UnitPrice: 45_00}}, Currency: "EUR",
			Place: &callout.Place{Area: "Mitte", Address: "Unter den Linden 1"}, Note: "the key is under the mat",
		}
	case callout.Payment:
		cmd.Extra.Method = callout.Cash
	}
	if l.moved++; l.moved == len(lifeMoves) {
		*l = life{before: l.before + 1}
	}
	return cmd
}
