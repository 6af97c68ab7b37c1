package sim_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"testing/synctest"

	"github.com/calloutd/callout/internal/sim"
)

var (
	seeds = flag.Uint64("sim.seeds", 12, "how many runs")
	first = flag.Uint64("sim.first", 1, "the seed of the first")
)

func TestEveryPromiseIsKept(t *testing.T) {
	t.Run("seed", func(t *testing.T) {
		for seed := *first; seed < *first+*seeds; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				dir := fresh(t)
				var broken, all string
				synctest.Test(t, func(t *testing.T) { broken, all = sim.Run(t.Context(), seed, dir) })
				if broken != "" {
					const again = "go test ./internal/sim -sim.seeds=1 -count=20 -sim.first="
					t.Errorf("%s\n\nseed %d: %s\n\nAgain, as goroutines may run in another order: %s%d", all, seed, broken, again, seed)
				}
			})
		}
	})
	fmt.Printf("%d seeds, from %d on\n", *seeds, *first)
}

// fresh is an empty directory, in memory where there is one: a run syncs a thousand times and survives no power cut.
func fresh(t *testing.T) string {
	const memory = "/dev/shm"
	dir, err := os.MkdirTemp(memory, "callout-sim-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
