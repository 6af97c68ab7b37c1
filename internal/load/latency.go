package load

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// NewHistogram makes a histogram of microseconds, 1 to 60 s, with three digits.
func NewHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 60_000_000, 3) }

// record counts a duration. One that is out of range counts as the nearest that is in it.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(d.Microseconds(), 1), h.HighestTrackableValue()))
}

// tally counts what becomes of the commands of some of the pairs. It is safe for concurrent use.
type tally struct {
	mu          sync.Mutex
	latency     *hdrhistogram.Histogram
	transitions int64
	again       int64
	unsentSoFar int64
}

// tallies is how many there are: so few that they stay in the processor's caches, so many that nobody waits for another.
const tallies = 4

func newTallies() []*tally {
	list := make([]*tally, tallies)
	for i := range list {
		list[i] = &tally{latency: NewHistogram()}
	}
	return list
}

func (t *tally) arrived(after time.Duration) {
	t.mu.Lock()
	record(t.latency, after)
	t.mu.Unlock()
}

// unsent counts a command that was due and was not sent for as long as that.
func (t *tally) unsent(late time.Duration) {
	t.mu.Lock()
	record(t.latency, late)
	t.unsentSoFar++
	t.mu.Unlock()
}

func (t *tally) done() {
	t.mu.Lock()
	t.transitions++
	t.mu.Unlock()
}

func (t *tally) sentAgain() {
	t.mu.Lock()
	t.again++
	t.mu.Unlock()
}

// sum adds up what was counted.
func sum(list []*tally) *Result {
	r := &Result{Latency: NewHistogram()}
	for _, t := range list {
		t.mu.Lock()
		r.Latency.Merge(t.latency)
		r.Transitions += t.transitions
		r.Again += t.again
		r.Unsent += t.unsentSoFar
		t.mu.Unlock()
	}
	return r
}
