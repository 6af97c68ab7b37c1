package storetest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Opener makes a store as [Run] needs it.
type Opener func(t testing.TB, clock func() time.Time) Store

// Alike has every input of a fuzz target decide a play: commands of a few people on a few orders, in groups, with time passing in
// between. It is played on the rules alone and on each of the stores, and all have to come to the same: what is taken and what
// refused, and why; the orders, their events, the inboxes to the byte, what is due.
//
// All inputs share the stores; each has people and orders of its own.
func Alike(f *testing.F, open ...Opener) {
	for seed := range byte(8) {
		f.Add(seedOf(seed, 110*int(seed)))
	}
	c := newClock()
	var stores []Store
	for _, o := range open {
		stores = append(stores, o(f, c.now))
	}
	inputs := 0
	f.Fuzz(func(t *testing.T, input []byte) {
		inputs++
		steps := min(1+len(input)/20, maxSteps)
		rapid.MakeFuzz(func(t *rapid.T) { playAlike(t, c, stores, fmt.Sprintf("input-%d.", inputs), steps) })(t, decisions(input))
	})
}

// maxSteps is how many groups a play has at most.
const maxSteps = 40

func playAlike(t *rapid.T, c *clock, stores []Store, prefix string, steps int) {
	var plays []*play
	for _, s := range stores {
		plays = append(plays, newPlay(newWorld(t, s, c), prefix))
	}
	each := func(do func(*play)) {
		for _, p := range plays {
			do(p)
		}
	}
	for range steps {
		switch rapid.IntRange(0, 9).Draw(t, "step") {
		case 0:
			waits := []time.Duration{time.Millisecond, time.Second, time.Minute, 10 * time.Minute, 24 * time.Hour}
			if next, any := plays[0].model.nextDue(c.now()); any {
				waits = append(waits, next, next, next-time.Millisecond)
			}
			c.advance(rapid.SampledFrom(waits).Draw(t, "wait"))
		case 1, 2:
			each(func(p *play) { p.commitTimers(t) })
		default:
			cmds, acks := plays[0].anyGroup(t)
			each(func(p *play) { p.commitBoth(cmds, acks) })
		}
	}
	each((*play).compare)
}

// decisions makes of each byte of an input one decision of a play, which takes a number of 64 bits for each, and adds as many as
// the longest play can need.
func decisions(input []byte) []byte {
	const spread = 0x9e3779b97f4a7c15 // odd, so that no two bytes come to the same
	var all []byte
	for _, b := range input {
		all = binary.LittleEndian.AppendUint64(all, (uint64(b)+1)*spread)
	}
	more := rand.New(rand.NewPCG(1, 2))
	for range maxSteps * 8 * 16 {
		all = binary.LittleEndian.AppendUint64(all, more.Uint64())
	}
	return all
}

func seedOf(seed byte, n int) []byte {
	from := rand.NewChaCha8([32]byte{seed})
	input := make([]byte, n)
	_, _ = from.Read(input) // never fails
	return input
}
