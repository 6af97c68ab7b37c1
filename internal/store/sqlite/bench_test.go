//go:build unix

package sqlite

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/calloutd/callout"
	"github.com/calloutd/callout/internal/store"
)

// BenchmarkCommit commits groups of commands, each on another order and told to two users, picked at random among
// 20,000 orders that go through their lives. The rules are part of what is measured; an op is a group.
func BenchmarkCommit(b *testing.B) {
	const orders = 20_000
	for _, size := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			db := mustOpen(b, pathIn(b))
			defer mustClose(b, db)
			town := newTown(orders)
			for first := 0; first < orders; first += 256 {
				town.commit(b, db, town.jobs[first:min(first+256, orders)])
			}
			dice := rand.New(rand.NewPCG(1, 2))
			picked := make([]*job, size)
			before := cpu(b)
			b.ResetTimer()
			for b.Loop() {
				first := dice.IntN(orders - size)
				for i := range picked {
					other := first + i + dice.IntN(orders-first-i)
					town.jobs[first+i], town.jobs[other] = town.jobs[other], town.jobs[first+i]
					picked[i] = town.jobs[first+i]
				}
				town.commit(b, db, picked)
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "transitions/s")
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N*size), "cpu-µs/transition")
		})
	}
}

// cpu is the time that this process has had of the processors.
func cpu(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// town is many pairs of a client and a serviceman with an order each.
type town struct {
	rules callout.Rules
	jobs  []*job
}

// job is the order that a pair has now, and how far it has got.
type job struct{ pair, order, step int }

func newTown(n int) *town {
	t := &town{rules: callout.DefaultRules()}
	for i := range n {
		t.jobs = append(t.jobs, &job{pair: i})
	}
	return t
}

// commit moves each of the jobs on by one.
func (t *town) commit(b *testing.B, db *DB, jobs []*job) {
	cmds := make([]callout.Command, len(jobs))
	var g store.Group
	for i, j := range jobs {
		cmds[i] = j.next()
		g.Orders = append(g.Orders, cmds[i].OrderID)
		g.Keys = append(g.Keys, store.Key{SenderID: cmds[i].Sender.ID, CommandID: cmds[i].ID})
	}
	rows, err := db.Commit(b.Context(), g, func(l store.Loaded) []store.Record {
		var records []store.Record
		for i := range cmds {
			events, err := t.rules.Apply(l.Orders[cmds[i].OrderID], cmds[i], l.Now)
			if err != nil {
				b.Fatal(err)
			}
			digest, err := cmds[i].Digest()
			if err != nil {
				b.Fatal(err)
			}
			r, err := store.NewRecord(events[0], digest)
			if err != nil {
				b.Fatal(err)
			}
			records = append(records, r)
		}
		return records
	})
	if err != nil || len(rows) != 2*len(jobs) {
		b.Fatalf("%d rows and %v", len(rows), err)
	}
}

// next is the command that moves the job on; after the last it begins anew.
func (j *job) next() callout.Command {
	client := callout.Actor{ID: fmt.Sprintf("client-%06d", j.pair), Role: callout.Client}
	worker := callout.Actor{ID: fmt.Sprintf("serviceman-%06d", j.pair), Role: callout.Serviceman}
	services := []callout.Service{{Service: "deep cleaning", Quantity: 2, UnitPrice: 49900}, {Service: "tap repair", Quantity: 1, UnitPrice: 29900}}
	life := []callout.Command{
		{Status: callout.Placed, Sender: client, Receivers: []string{worker.ID}, Extra: callout.Extra{
			Services: services, Currency: "INR", Place: &callout.Place{Area: "Indiranagar", Address: "12th Main, 100 Feet Road"}}},
		{Status: callout.Accepted, Sender: worker},
		{Status: callout.Started, Sender: client},
		{Status: callout.OrderChanged, Sender: worker, Extra: callout.Extra{Services: services[:1], Reason: "no tap"}},
		{Status: callout.Extended, Sender: client, Extra: callout.Extra{ChangeID: 4}},
		{Status: callout.Payment, Sender: client, Extra: callout.Extra{Method: callout.UPI}},
		{Status: callout.PaymentVerification, Sender: worker},
		{Status: callout.OrderComplete, Sender: client},
	}
	cmd := life[j.step]
	cmd.OrderID = fmt.Sprintf("%08x%016x", uint32(j.pair)*2654435761, j.order) // ids of no order, as of a hash
	cmd.ID = fmt.Sprintf("%016x-%d-%d", uint64(j.pair)*0x9e3779b97f4a7c15, j.order, j.step)
	if j.step++; j.step == len(life) {
		j.order, j.step = j.order+1, 0
	}
	return cmd
}
