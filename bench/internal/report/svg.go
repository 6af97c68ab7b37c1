package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// drawing is an SVG that follows the reader's colour scheme. Lengths are pixels at its natural size.
type drawing struct {
	b             strings.Builder
	width, height float64
}

// The colours are those of the web pages. Callout's own bars are in the client's blue.
const style = `
svg { --sheet: #ffffff; --ink: #1c1b19; --quiet: #6b675f; --line: #e2dfd7; --ours: #3450c8; --ours-more: #8d9fe6; --theirs: #6b675f; --theirs-more: #aaa69c }
@media (prefers-color-scheme: dark) {
svg { --sheet: #1d1d1b; --ink: #f0eee9; --quiet: #a09b91; --line: #34342f; --ours: #8ea2ff; --ours-more: #5367bd; --theirs: #a09b91; --theirs-more: #6d6960 }
}
text { font: 13px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums }
.title { font-size: 15px; font-weight: 600 }
.small { font-size: 11.5px; fill: var(--quiet) }
.figure { font-size: 12px; paint-order: stroke; stroke: var(--sheet); stroke-width: 4px; stroke-linejoin: round }
.end { text-anchor: end }
.mid { text-anchor: middle }
.sheet { fill: var(--sheet) }
.grid { stroke: var(--line); stroke-width: 1 }
.range { stroke: var(--ink); stroke-width: 1.25; opacity: .55 }
.ours { fill: var(--ours) } .ours.more { fill: var(--ours-more) }
.theirs { fill: var(--theirs) } .theirs.more { fill: var(--theirs-more) }
`

func newDrawing(width, height float64, title, description string) *drawing {
	d := &drawing{width: width, height: height}
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" aria-labelledby="t d">`, px(width), px(height))
	d.add(`<title id="t">%s</title>`, html.EscapeString(title))
	d.add(`<desc id="d">%s</desc>`, html.EscapeString(description))
	d.add("<style>%s</style>", style)
	d.add(`<rect class="sheet" width="%s" height="%s" rx="8"/>`, px(width), px(height))
	d.text(16, 28, "title", title)
	return d
}

func (d *drawing) add(format string, args ...any) {
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

// text writes with its baseline at y.
func (d *drawing) text(x, y float64, class, text string) {
	d.add(`<text class="%s" x="%s" y="%s">%s</text>`, class, px(x), px(y), html.EscapeString(text))
}

func (d *drawing) bar(x, y, width, height float64, class string) {
	d.add(`<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="2"/>`, class, px(x), px(y), px(max(width, 1)), px(height))
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	d.add(`<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, px(x1), px(y1), px(x2), px(y2))
}

func (d *drawing) bytes() []byte { return []byte(d.b.String() + "</svg>\n") }

// px writes a length with one digit behind the point.
func px(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

// axis maps figures to where they are on a drawing.
type axis struct {
	from, to float64 // where it begins and ends
	low      float64 // the figure at its beginning
	high     float64
	log      bool
	ticks    []float64
}

// linear is an axis from 0 to a round figure that is no less than most.
func linear(from, to, most float64) axis {
	most = max(most, 1)
	step := math.Pow10(int(math.Floor(math.Log10(most / 5))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if most/(factor*step) <= 6 {
			step *= factor
			break
		}
	}
	a := axis{from: from, to: to, high: step * math.Ceil(most/step)}
	for tick := 0.0; tick <= a.high+step/2; tick += step {
		a.ticks = append(a.ticks, tick)
	}
	return a
}

// logarithmic is an axis of whole decades that least and most are in.
func logarithmic(from, to, least, most float64) axis {
	first, last := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
	a := axis{from: from, to: to, low: math.Pow(10, first), high: math.Pow(10, max(last, first+1)), log: true}
	for tick := a.low; tick <= a.high*1.001; tick *= 10 {
		a.ticks = append(a.ticks, tick)
	}
	return a
}

func (a axis) at(figure float64) float64 {
	share := (figure - a.low) / (a.high - a.low)
	if a.log {
		share = math.Log(figure/a.low) / math.Log(a.high/a.low)
	}
	return a.from + share*(a.to-a.from)
}
