package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Plots are drawings of what was measured, by the names of their files. There are none of what was not measured.
func (r *Results) Plots() map[string][]byte {
	if len(r.Samples) == 0 {
		return nil
	}
	return map[string][]byte{
		"throughput.svg": r.throughput(),
		"latency.svg":    r.latency(),
	}
}

// Where things are on a plot, in pixels: names of stacks on the left, numbers of pairs beside them, then bars, and room for
// figures on the right.
const (
	plotWidth  = 760
	namesAt    = 16
	pairsEndAt = 236
	barsFrom   = 250
	barsTo     = 680
	firstRow   = 64
	rowHeight  = 19
	barHeight  = 13
	between    = 14 // two stacks
	axisHeight = 46
)

// throughput has a bar for each stack and number of pairs.
func (r *Results) throughput() []byte {
	most := 0.0
	for _, pairs := range r.pairs() {
		for _, row := range r.rows(pairs) {
			most = max(most, row.best)
		}
	}
	a := linear(barsFrom, barsTo, most)
	d := newDrawing(plotWidth, r.plotHeight(), "Durable transitions a second",
		"Bars of the medians, with a line from the lowest to the highest measurement. "+r.inWords(func(row row) string {
			return thousands(row.rate)
		}))
	d.text(namesAt, 47, "small", "Median, and from the lowest to the highest measurement. More is better.")
	d.axis(a, r.plotHeight(), thousands)
	r.plot(d, func(row row, y float64, class string) {
		middle := y + barHeight/2.0
		d.bar(a.from, y, a.at(row.rate)-a.from, barHeight, class)
		d.line(a.at(row.slowest), middle, a.at(row.best), middle, "range")
		d.text(a.at(row.best)+6, middle+4, "figure", thousands(row.rate))
	})
	return d.bytes()
}

// latency has a bar from p50 to p99 for each stack and number of pairs.
func (r *Results) latency() []byte {
	least, most := 0.0, 0.0
	for _, pairs := range r.pairs() {
		for _, row := range r.rows(pairs) {
			if least == 0 || row.p50 < least {
				least = row.p50
			}
			most = max(most, row.p99)
		}
	}
	// There has to be room for a figure on the left of the first bar.
	a := logarithmic(barsFrom, barsTo, max(least, 0.01)/2, most)
	d := newDrawing(plotWidth, r.plotHeight(), "From the command to the counterpart's event, in milliseconds",
		"Bars from the median to the 99th percentile. "+r.inWords(func(row row) string {
			return digits(row.p50) + " to " + digits(row.p99) + " ms"
		}))
	d.text(namesAt, 47, "small", "From the median to the 99th percentile, on a logarithmic axis. Less is better.")
	d.axis(a, r.plotHeight(), func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) })
	r.plot(d, func(row row, y float64, class string) {
		baseline := y + barHeight/2.0 + 4
		d.bar(a.at(row.p50), y, a.at(row.p99)-a.at(row.p50), barHeight, class)
		d.text(a.at(row.p50)-6, baseline, "figure end", digits(row.p50))
		d.text(a.at(row.p99)+6, baseline, "figure", digits(row.p99))
	})
	return d.bytes()
}

// plot has bar draw every row, at its place.
func (r *Results) plot(d *drawing, bar func(row row, y float64, class string)) {
	y := float64(firstRow)
	for _, s := range r.Stacks {
		class := "theirs"
		if s.Name == Callout || s.Name == CalloutSQLite {
			class = "ours"
		}
		begin := y
		for _, pairs := range r.pairs() {
			row, ok := r.row(s.Name, pairs)
			if !ok {
				continue
			}
			if y > begin {
				class = strings.TrimSuffix(class, " more") + " more"
			} else {
				d.text(namesAt, y+barHeight/2.0+4.5, "", s.Label)
			}
			d.text(pairsEndAt, y+barHeight/2.0+4, "small end", fmt.Sprintf("%d pairs", pairs))
			bar(row, y, class)
			y += rowHeight
		}
		if y > begin {
			y += between
		}
	}
}

func (r *Results) plotHeight() float64 {
	height := float64(firstRow + axisHeight)
	for _, s := range r.Stacks {
		begin := height
		for _, pairs := range r.pairs() {
			if _, ok := r.row(s.Name, pairs); ok {
				height += rowHeight
			}
		}
		if height > begin {
			height += between
		}
	}
	return height - between
}

// inWords tells a figure of every row.
func (r *Results) inWords(figure func(row) string) string {
	var parts []string
	for _, pairs := range r.pairs() {
		for _, row := range r.rows(pairs) {
			parts = append(parts, fmt.Sprintf("%s, %d pairs: %s", row.stack.Label, pairs, figure(row)))
		}
	}
	return strings.Join(parts, "; ") + "."
}

// axis draws the lines that bars are compared with, and what they are at the bottom of a plot.
func (d *drawing) axis(a axis, height float64, label func(float64) string) {
	bottom := height - axisHeight + between/2.0
	for _, tick := range a.ticks {
		d.line(a.at(tick), firstRow-8, a.at(tick), bottom, "grid")
		d.text(a.at(tick), bottom+18, "small mid", label(tick))
	}
}
