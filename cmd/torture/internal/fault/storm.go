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
	Wake        func() <-chan struct{}          // has Between done at once, and may be nil
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
		switch s.calm(ctx, between(random, s.Least, s.Most)) {
		case over:
			return nil
		case woken:
			continue
		}
		f := s.pick(random)
		s.Tally.Add(f.Name, 1)
		if err := f.Do(ctx, random); err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
}

// ending is how a calm ends.
type ending uint8

const (
	timely ending = iota
	woken         // by what the storm has to see to first
	over          // with the whole storm
)

func (s *Storm) calm(ctx context.Context, d time.Duration) ending {
	var wake <-chan struct{}
	if s.Wake != nil {
		wake = s.Wake()
	}
	select {
	case <-time.After(d):
		return timely
	case <-wake:
		return woken
	case <-ctx.Done():
		return over
	}
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
