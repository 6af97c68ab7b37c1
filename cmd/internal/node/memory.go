package node

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	heapFloor   = 64 << 20         // bytes that may be allocated between two collections at least
	mostPercent = 800              // the highest GOGC
	paceEvery   = 10 * time.Second // how often that is looked at
)

// paceCollections lets a small heap grow by a fixed amount before it is collected: a server that has little in memory and
// much to do would otherwise collect it many times a second (measured: a fifth of its time). Until ctx ends it looks how large
// the heap is. A GOGC in the environment is left alone.
func paceCollections(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	ticker := time.NewTicker(paceEvery)
	defer ticker.Stop()
	for {
		metrics.Read(live)
		debug.SetGCPercent(percentFor(live[0].Value.Uint64()))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// percentFor is the GOGC for a heap of which so many bytes are in use: the usual 100 once it is large.
func percentFor(live uint64) int {
	return int(min(max(heapFloor*100/max(live, 1), 100), mostPercent))
}
