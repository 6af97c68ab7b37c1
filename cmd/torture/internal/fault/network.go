package fault

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/calloutd/callout/cmd/torture/internal/proxy"
)

// Network are the faults of a network.
func Network(p *proxy.Proxy) []Fault {
	return []Fault{
		{"connections cut", 50, func(_ context.Context, random *rand.Rand) error {
			p.Cut(random.Float64() / 2)
			return nil
		}},
		{"all connections cut", 5, func(context.Context, *rand.Rand) error {
			p.Cut(1)
			return nil
		}},
		{"connections stalled", 35, func(_ context.Context, random *rand.Rand) error {
			p.Stall(random.Float64()/2, between(random, 100*time.Millisecond, 5*time.Second))
			return nil
		}},
		{"nobody taken in", 10, func(_ context.Context, random *rand.Rand) error {
			p.Refuse(between(random, 100*time.Millisecond, 2*time.Second))
			return nil
		}},
	}
}
