package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/calloutd/callout/cmd/torture/internal/record"
)

// Fault is one kind of what can go wrong.
type Fault struct {
	Name   string
	Weight int
	Do     func(ctx context.Context, random *rand.Rand) error
}

// Storm is one thing after the other going wrong, at random.
type Storm struct {
	Faults      []Fault
	Least, Most time.Duration                   // between two of them
	Between     func(ctx context.Context) error // done before each pause, and may be nil
	Wake        func() <-chan struct{}          // ends a pause early, and may be nil
	Tally       *record.Tally
	Seed        uint64
}

// Run goes on until ctx ends, and ends early only when the torture itself does not work.
func (s *Storm) Run(ctx context.Context) error {
	random := rand.New(rand.NewPCG(s.Seed, 1))
	for {
		if s.Between != nil {
			if err := s.Between(ctx); err != nil {
				return err
			}
		}
		if !s.calm(ctx, s.Least+rand.N(s.Most-s.Least)) {
			return nil
		}
		f := s.pick(random)
		s.Tally.Add(f.Name, 1)
		if err := f.Do(ctx, random); err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
}

// calm waits, and reports whether ctx is still going on.
func (s *Storm) calm(ctx context.Context, d time.Duration) bool {
	var wake <-chan struct{}
	if s.Wake != nil {
		wake = s.Wake()
	}
	select {
	case <-time.After(d):
	case <-wake:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func (s *Storm) pick(random *rand.Rand) *Fault {
	sum := 0
	for i := range s.Faults {
		sum += s.Faults[i].Weight
	}
	n := random.IntN(sum)
	for i := range s.Faults {
		if n -= s.Faults[i].Weight; n < 0 {
			return &s.Faults[i]
		}
	}
	panic("no fault has any weight")
}
