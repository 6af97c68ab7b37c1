package figures

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestQuantilesAreOfWhatWasMeasuredInBetween(t *testing.T) {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: lagMetric, Buckets: []float64{1, 2, 4}})
	registry := prometheus.NewRegistry()
	registry.MustRegister(h)
	take := func() histogram {
		totals, err := gather(registry, now)
		if err != nil {
			t.Fatal(err)
		}
		return totals.lag
	}
	h.Observe(100)
	first := take()
	if q := first.since(first); q != nil {
		t.Errorf("of nothing: %+v", q)
	}
	for range 50 {
		h.Observe(0.5)
		h.Observe(3)
	}
	second := take()
	if q := second.since(first); q == nil || *q != (Quantiles{Count: 100, P50: 1, P99: 2 + 2*49.0/50}) {
		t.Errorf("of a hundred: %+v", q)
	}
	h.Observe(1000)
	if q := take().since(second); q == nil || *q != (Quantiles{Count: 1, P50: 4, P99: 4}) {
		t.Errorf("beyond the last bound: %+v", q)
	}
}
