package sim

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

// dice decide by the run's seed. Everybody has their own, so that what one of them draws does not hang on when the others
// do.
type dice struct {
	mu     sync.Mutex
	random *rand.Rand
}

// newDice are those of one name in the run of a seed.
func newDice(seed uint64, name string) *dice {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &dice{random: rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// chance is true in that part of all cases.
func (d *dice) chance(part float64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.Float64() < part
}

// below is one of 0 to n-1.
func (d *dice) below(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.IntN(n)
}

// between is a time from low to high, in whole milliseconds.
func (d *dice) between(low, high time.Duration) time.Duration {
	return low + time.Duration(d.below(int((high-low)/time.Millisecond)+1))*time.Millisecond
}

// oneOf picks from a list that is not empty.
func oneOf[T any](d *dice, list []T) T { return list[d.below(len(list))] }

// some picks n different ones from a list, in any order.
func some[T any](d *dice, n int, list []T) []T {
	d.mu.Lock()
	defer d.mu.Unlock()
	var picked []T
	for _, i := range d.random.Perm(len(list))[:n] {
		picked = append(picked, list[i])
	}
	return picked
}
