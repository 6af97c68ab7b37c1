package report

import (
	"cmp"
	"slices"
)

// row is what the samples of a stack with so many pairs come to: medians, each of its own.
type row struct {
	stack               Stack
	pairs, samples      int
	rate, slowest, best float64 // transitions a second
	p50, p99, p999      float64 // ms
	server, generator   float64 // µs of CPU a transition
	database            float64 // 0: it has no process of its own
}

// rows are those with so many pairs, in the order of the stacks. A stack that was not measured has none.
func (r *Results) rows(pairs int) []row {
	var list []row
	for _, s := range r.Stacks {
		if row, ok := r.row(s.Name, pairs); ok {
			list = append(list, row)
		}
	}
	return list
}

func (r *Results) row(stack string, pairs int) (row, bool) {
	var of []Sample
	for _, s := range r.Samples {
		if s.Stack == stack && s.Pairs == pairs {
			of = append(of, s)
		}
	}
	i := slices.IndexFunc(r.Stacks, func(s Stack) bool { return s.Name == stack })
	if len(of) == 0 || i < 0 {
		return row{}, false
	}
	rate := func(s Sample) float64 { return s.TransitionsPerSecond }
	out := row{
		stack: r.Stacks[i], pairs: pairs, samples: len(of),
		rate: medianOf(of, rate), slowest: each(of, rate)[0], best: each(of, rate)[len(of)-1],
		p50:       medianOf(of, func(s Sample) float64 { return s.LatencyMs.P50 }),
		p99:       medianOf(of, func(s Sample) float64 { return s.LatencyMs.P99 }),
		p999:      medianOf(of, func(s Sample) float64 { return s.LatencyMs.P999 }),
		server:    medianOf(of, func(s Sample) float64 { return s.CPUMicros.Server }),
		generator: medianOf(of, func(s Sample) float64 { return s.CPUMicros.Generator }),
	}
	if of[0].CPUMicros.Database != nil {
		out.database = medianOf(of, func(s Sample) float64 {
			if s.CPUMicros.Database == nil {
				return 0
			}
			return *s.CPUMicros.Database
		})
	}
	return out, true
}

// pairs are the numbers of pairs that were measured, the smallest first.
func (r *Results) pairs() []int {
	var list []int
	for _, s := range r.Samples {
		list = append(list, s.Pairs)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// limit is the median of a limit's measurements; 0: there are none.
func (r *Results) limit(name string) float64 {
	var of []Limit
	for _, l := range r.Limits {
		if l.Name == name {
			of = append(of, l)
		}
	}
	return medianOf(of, func(l Limit) float64 { return l.PerSecond })
}

func medianOf[T any](list []T, figure func(T) float64) float64 {
	sorted := each(list, figure)
	switch n := len(sorted); {
	case n == 0:
		return 0
	case n%2 == 0:
		return (sorted[n/2-1] + sorted[n/2]) / 2
	default:
		return sorted[n/2]
	}
}

// each gives a figure of each, sorted.
func each[T any](list []T, figure func(T) float64) []float64 {
	figures := make([]float64, len(list))
	for i, item := range list {
		figures[i] = figure(item)
	}
	slices.SortFunc(figures, cmp.Compare[float64])
	return figures
}
